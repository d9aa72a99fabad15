//! A component of world `machine` that misbehaves, in the library: the same policy and limits hold
//! in an instance of its own and in a shared one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::time::Duration;

use ima_host::types::{Cause, Charge};
use ima_host::{ComponentSource, Error, Isolation, Limit, Limits, Resume, Runtime};
use ima_simulator::{Endpoint, Fault};
use ima_test_kit::{Stage, accepted, crime, song, try_play};

const ISOLATIONS: [Isolation; 2] = [Isolation::PerGeneration, Isolation::Shared];
const NOT_SENT: &str = "failed Sent::No";

async fn error(runtime: &Runtime, name: &str) -> Error {
    match runtime.start(crime(name)).await {
        Err(error) => error,
        Ok(generation) => match try_play(generation).await {
            (_, Some(error)) => error,
            other => panic!("{name}: {other:?}"),
        },
    }
}

/// The limit that stops a crime, which cost nothing.
async fn stopped(runtime: &Runtime, name: &str) -> Limit {
    match error(runtime, name).await {
        Error::Limit { limit, aftermath } => {
            assert_eq!(aftermath.charge, Charge::No, "{name}");
            limit
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn nothing_but_the_service_is_reached() {
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, Limits::default()).await;
        let answer = stage.report(&crime("behave")).await;
        assert!(answer.starts_with("answered 200"), "{answer}");
        for name in [
            "other-path",
            "other-host",
            "other-port",
            "no-path",
            "other-method",
            "create-unasked",
            "huge-request",
        ] {
            assert_eq!(stage.report(&crime(name)).await, NOT_SENT, "{name}");
        }
        assert_eq!(stage.control.requests().len(), 1);
        // What is no address at all has nothing that could be written down.
        assert_eq!(stage.runtime.refusals().len(), 6);
    }
}

#[tokio::test]
async fn a_key_of_its_own_is_replaced() {
    let stage = Stage::hostile_machine(Isolation::Shared, Limits::default()).await;
    let answer = stage.report(&crime("own-key")).await;
    assert!(answer.starts_with("answered 200"), "{answer}");
    let requests = stage.control.requests();
    let keys: Vec<_> = requests[0]
        .headers
        .iter()
        .filter(|(name, _)| name == "authorization")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(keys, ["Bearer ima_demo_key"]);
}

#[tokio::test]
async fn nothing_is_paid_twice() {
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, Limits::default()).await;
        stage.fault(Endpoint::Create, 1, accepted("task_1"));
        let generation = stage.runtime.start(crime("pay-twice")).await.unwrap();
        let played = ima_test_kit::play(generation).await;
        assert!(played.report().ends_with(" then failed Sent::No"));
        assert_eq!(played.failure().charge, Charge::Yes);
        assert_eq!(stage.requests(Endpoint::Create), 1);
    }
}

#[tokio::test]
async fn a_create_request_beyond_what_was_agreed_does_not_leave() {
    let stage = Stage::hostile_machine(Isolation::Shared, Limits::default()).await;
    let dear = r#""model_id":"sonic","credit":26,"parameters":{"n":1}"#;
    let many = r#""model_id":"sonic","credit":25,"parameters":{"n":2}"#;
    let other = r#""model_id":"other","credit":25,"parameters":{"n":1}"#;
    for order in [dear, many, other, ""] {
        let request = crime(&format!("order {{\"parameters\":[{{{order}}}]}}"));
        assert_eq!(stage.report(&request).await, NOT_SENT, "{order}");
    }
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_quote_and_a_list_of_models_spend_nothing() {
    let stage = Stage::hostile_machine(Isolation::default(), Limits::default()).await;
    let Err(Error::Failure(failure)) = stage.runtime.quote(song()).await else {
        panic!("a quote")
    };
    assert_eq!(failure.cause, Cause::Other(NOT_SENT.to_owned()));
    let request = song();
    let listed = stage.runtime.models(request.task, request.language).await;
    assert!(matches!(listed, Err(Error::Failure(_))), "{listed:?}");
    assert_eq!(stage.control.requests().len(), 0);
}

#[tokio::test]
async fn an_utterance_that_is_read_without_end_stops_no_later_call() {
    let limits = Limits {
        cpu: Duration::from_millis(50),
        ..Limits::default()
    };
    let stage = Stage::hostile_machine(Isolation::default(), limits).await;
    let read = stage.runtime.interpret("loop").await;
    assert!(
        matches!(
            read,
            Err(Error::Limit {
                limit: Limit::Cpu,
                ..
            })
        ),
        "{read:?}"
    );
    assert_eq!(stage.runtime.interpret("hello").await.unwrap().task, None);
}

#[tokio::test]
async fn requests_without_end_are_stopped() {
    let limits = Limits {
        requests: 100,
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, limits.clone()).await;
        let limit = stopped(&stage.runtime, "many-requests").await;
        assert_eq!(limit, Limit::Requests);
        assert_eq!(stage.control.requests().len(), 100);
    }
}

#[tokio::test]
async fn computing_without_end_is_stopped_in_one_step_and_in_many() {
    let limits = Limits {
        cpu: Duration::from_millis(50),
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, limits.clone()).await;
        for name in ["loop", "spin"] {
            assert_eq!(stopped(&stage.runtime, name).await, Limit::Cpu, "{name}");
        }
    }
}

#[tokio::test]
async fn memory_and_stack_without_end_are_refused() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, limits.clone()).await;
        assert_eq!(stopped(&stage.runtime, "allocate").await, Limit::Memory);
        assert_eq!(stopped(&stage.runtime, "recurse").await, Limit::Stack);
        // The broken instances are not used again.
        let answer = stage.report(&crime("behave")).await;
        assert!(answer.starts_with("answered 200"), "{answer}");
    }
}

#[tokio::test]
async fn tables_and_instances_beyond_the_limits_are_refused() {
    let tables = Limits {
        table_elements: 1,
        ..Limits::default()
    };
    let instances = Limits {
        instances: 0,
        ..Limits::default()
    };
    for (limits, expected) in [(tables, Limit::Tables), (instances, Limit::Instances)] {
        for isolation in ISOLATIONS {
            let stage = Stage::hostile_machine(isolation, limits.clone()).await;
            assert_eq!(stopped(&stage.runtime, "behave").await, expected);
        }
    }
}

#[tokio::test]
async fn what_breaks_the_contract_is_an_error_and_no_end() {
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, Limits::default()).await;
        for name in ["trap", "misuse", "silence"] {
            match error(&stage.runtime, name).await {
                Error::Trap { aftermath, .. } => assert_eq!(aftermath.charge, Charge::No, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_trap_is_told_with_the_truth_about_the_money() {
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, Limits::default()).await;
        stage.faults(
            Endpoint::Create,
            [
                (1, Fault::refusal(4008)),
                (2, Fault::ResetAfter),
                (3, accepted("task_1")),
            ],
        );
        // A create request that was accepted is not forgotten with the component.
        for (charge, task_id) in [
            (Charge::No, None),
            (Charge::Unknown, None),
            (Charge::Yes, Some("task_1")),
        ] {
            let Error::Trap { aftermath, .. } = error(&stage.runtime, "trap-after-create").await
            else {
                panic!("no trap")
            };
            assert_eq!(aftermath.charge, charge);
            assert_eq!(aftermath.task_id.as_deref(), task_id);
            assert_eq!(aftermath.resumable, task_id.is_some());
            assert_eq!(aftermath.continuation.as_deref(), Some("mine"));
        }
    }
}

#[tokio::test]
async fn a_component_that_takes_too_much_to_compile_is_refused_before_it_is() {
    let leb = |mut number: u32| {
        let mut bytes = Vec::new();
        loop {
            let more = number >= 0x80;
            bytes.push((number & 0x7f) as u8 | if more { 0x80 } else { 0 });
            number >>= 7;
            if !more {
                return bytes;
            }
        }
    };
    let section = |id: u8, content: Vec<u8>| {
        [vec![id], leb(content.len().try_into().unwrap()), content].concat()
    };
    const FUNCTIONS: u32 = 1_000_000;
    let types = section(1, vec![1, 0x60, 0, 0]);
    let functions = section(3, [leb(FUNCTIONS), vec![0; FUNCTIONS as usize]].concat());
    let code = section(
        10,
        [leb(FUNCTIONS), [2, 0, 0x0b].repeat(FUNCTIONS as usize)].concat(),
    );
    let module = [b"\0asm\x01\0\0\0".to_vec(), types, functions, code].concat();
    let component = [b"\0asm\x0d\0\x01\0".to_vec(), section(1, module)].concat();
    let builder = Runtime::builder().component(ComponentSource::Bytes(component));
    let error = builder.build().await.err().unwrap();
    let named = matches!(
        error,
        Error::ComponentTooLarge {
            what: "functions",
            found: 1_000_000,
            ..
        }
    );
    assert!(named, "{error}");
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    for bytes in [&b""[..], b"\0asm\x01\0\0\0", b"not wasm at all"] {
        let builder = Runtime::builder().component(ComponentSource::Bytes(bytes.to_vec()));
        assert!(matches!(builder.build().await, Err(Error::NotAComponent)));
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_anything_is_sent() {
    let limits = Limits {
        input_size: 1_000,
        ..Limits::default()
    };
    for isolation in ISOLATIONS {
        let stage = Stage::hostile_machine(isolation, limits.clone()).await;
        let mut large = song();
        large.prompt = "x".repeat(1_001);
        match stage.runtime.start(large.clone()).await {
            Err(Error::TooLarge { size, most }) => assert!(size > 1_000 && most == 1_000),
            other => panic!("{other:?}"),
        }
        let quoted = stage.runtime.quote(large).await;
        assert!(matches!(quoted, Err(Error::TooLarge { .. })), "{quoted:?}");
        let continuation = Resume::continuation("x".repeat(8_001));
        match stage.runtime.resume(continuation).await {
            Err(Error::TooLarge { size, most }) => assert_eq!((size, most), (8_001, 8_000)),
            other => panic!("{other:?}"),
        }
        assert_eq!(stage.control.requests().len(), 0);
    }
}
