//! The sandbox against a component that wants out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use ima_host::types::Charge;
use ima_host::{Builder, ComponentSource, Credential, Error, Limit, Limits, Runtime};
use ima_simulator::{Endpoint, Fault};
use ima_tests::{HOSTILE, Stage, crime, try_play};

/// The limit that stopped it, and what is known about the money.
async fn stopped(limits: Limits, name: &str) -> (Limit, Charge) {
    let limited = |builder: Builder| {
        let source = ComponentSource::Bytes(HOSTILE.to_vec());
        builder.component(source).limits(limits)
    };
    let stage = Stage::with(limited).await;
    let generation = stage.runtime.start(&crime(name)).await.unwrap();
    match try_play(generation).await {
        (_, Some(Error::Limit { limit, aftermath })) => (limit, aftermath.charge),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_but_the_service_is_reached() {
    let stage = Stage::hostile().await;
    assert_eq!(stage.report(&crime("behave")).await, "answered 200");
    for name in [
        "other-host",
        "other-name",
        "other-port",
        "user-name",
        "other-scheme",
        "other-path",
        "other-method",
        "climb",
    ] {
        assert_eq!(
            stage.report(&crime(name)).await,
            "refused ErrorCode::HttpRequestDenied",
            "{name}"
        );
    }
    assert_eq!(stage.control.requests().len(), 1);
    let refused: Vec<_> = stage.runtime.refusals();
    assert_eq!(refused.len(), 8);
}

#[tokio::test]
async fn no_create_request_leaves_without_a_checkpoint_and_none_twice() {
    let stage = Stage::hostile().await;
    let denied = "refused ErrorCode::HttpRequestDenied";
    assert_eq!(stage.report(&crime("create-unasked")).await, denied);
    assert!(matches!(
        stage.runtime.quote(&crime("create-unasked")).await,
        Err(Error::Failure(_))
    ));
    assert_eq!(stage.requests(Endpoint::Create), 0);

    let twice = stage.report(&crime("pay-twice")).await;
    assert_eq!(twice, format!("answered 200 then {denied}"));
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn a_key_of_its_own_is_replaced() {
    let stage = Stage::hostile().await;
    assert_eq!(stage.report(&crime("own-key")).await, "answered 200");
    let requests = stage.control.requests();
    let keys: Vec<_> = requests[0]
        .headers
        .iter()
        .filter(|(name, _)| name == "authorization")
        .collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].1, "Bearer ima_demo_key");
}

#[tokio::test]
async fn a_key_that_it_knows_goes_no_further() {
    let stage = Stage::hostile().await;
    let denied = "refused ErrorCode::HttpRequestDenied";
    assert_eq!(stage.report(&crime("tell a joke")).await, "answered 400");
    for spelling in ["ima_|demo_key", "ima\\u005f|demo_key", "aW1hX2Rl|bW9fa2V5"] {
        let told = crime(&format!("tell {spelling}"));
        assert_eq!(stage.report(&told).await, denied, "{spelling}");
    }
    // Nor does a body beyond the limit.
    assert_eq!(stage.report(&crime("tell")).await, denied);
    assert_eq!(stage.requests(Endpoint::Detail), 1);
}

#[tokio::test]
async fn it_sees_nothing_of_the_machine() {
    let stage = Stage::hostile().await;
    assert_eq!(stage.report(&crime("look-around")).await, "saw ");
}

#[tokio::test]
async fn a_loop_without_end_is_stopped() {
    let limits = Limits {
        cpu: std::time::Duration::from_millis(50),
        ..Limits::default()
    };
    assert_eq!(stopped(limits, "loop").await, (Limit::Cpu, Charge::No));
}

#[tokio::test]
async fn memory_without_end_is_refused() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    assert_eq!(
        stopped(limits, "allocate").await,
        (Limit::Memory, Charge::No)
    );
}

#[tokio::test]
async fn recursion_without_end_is_stopped() {
    assert_eq!(
        stopped(Limits::default(), "recurse").await,
        (Limit::Stack, Charge::No)
    );
}

#[tokio::test]
async fn requests_without_end_are_stopped() {
    let limits = Limits {
        requests: 1_000,
        ..Limits::default()
    };
    let source = ComponentSource::Bytes(HOSTILE.to_vec());
    let stage = Stage::with(|builder| builder.component(source).limits(limits)).await;
    let generation = stage.runtime.start(&crime("many-requests")).await.unwrap();
    let (_, error) = try_play(generation).await;
    assert!(
        matches!(
            error,
            Some(Error::Limit {
                limit: Limit::Requests,
                ..
            })
        ),
        "{error:?}"
    );
    assert_eq!(stage.control.requests().len(), 1_000);
}

#[tokio::test]
async fn handles_without_end_are_refused() {
    assert_eq!(
        stopped(Limits::default(), "hoard-handles").await,
        (Limit::Resources, Charge::No)
    );
}

#[tokio::test]
async fn a_wait_without_end_is_broken_off() {
    let limits = Limits {
        call: std::time::Duration::from_millis(100),
        ..Limits::default()
    };
    let source = ComponentSource::Bytes(HOSTILE.to_vec());
    let builder = Runtime::builder()
        .component(ComponentSource::clone(&source))
        .credential(Credential::literal("ima_key"))
        .cache_folder(ima_tests::cache())
        .limits(limits);
    let runtime = builder.build().unwrap();
    let generation = runtime.start(&crime("wait")).await.unwrap();
    let (_, error) = try_play(generation).await;
    assert!(
        matches!(
            error,
            Some(Error::Limit {
                limit: Limit::Call,
                ..
            })
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn tables_and_instances_beyond_the_limits_are_refused() {
    let tables = Limits {
        table_elements: 1,
        ..Limits::default()
    };
    let instances = Limits {
        instances: 1,
        ..Limits::default()
    };
    for (limits, expected) in [(tables, Limit::Tables), (instances, Limit::Instances)] {
        let source = ComponentSource::Bytes(HOSTILE.to_vec());
        let stage = Stage::with(|builder| builder.component(source).limits(limits)).await;
        match stage.runtime.start(&crime("behave")).await {
            Err(Error::Limit { limit, aftermath }) => {
                assert_eq!((limit, aftermath.charge), (expected, Charge::No));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn functions_that_should_send_nothing_are_held_to_it() {
    let limits = Limits {
        cpu: std::time::Duration::from_millis(50),
        ..Limits::default()
    };
    let source = ComponentSource::Bytes(HOSTILE.to_vec());
    let stage = Stage::with(|builder| builder.component(source).limits(limits)).await;
    let read = stage.runtime.interpret("create-unasked").await.unwrap();
    assert_eq!(
        read.prompt.as_deref(),
        Some("refused ErrorCode::HttpRequestDenied")
    );
    assert!(matches!(
        stage.runtime.interpret("loop").await,
        Err(Error::Limit {
            limit: Limit::Cpu,
            ..
        })
    ));
    assert_eq!(stage.control.requests().len(), 0);
}

#[tokio::test]
async fn a_trap_is_told_with_the_truth_about_the_money() {
    let stage = Stage::hostile().await;
    for (name, charge) in [("trap", Charge::No), ("trap-after-create", Charge::No)] {
        let generation = stage.runtime.start(&crime(name)).await.unwrap();
        match try_play(generation).await {
            (_, Some(Error::Trap { aftermath, .. })) => {
                assert_eq!(aftermath.charge, charge, "{name}")
            }
            other => panic!("{other:?}"),
        }
    }
    // A create request that was accepted is not forgotten with the component.
    let accepted = Fault::Status {
        code: 200,
        headers: Vec::new(),
        body: r#"{"code":0,"data":{"id":"task_1"}}"#.to_owned(),
    };
    stage.fault(Endpoint::Create, 1, accepted);
    let generation = stage.runtime.start(&crime("trap-after-create")).await;
    match try_play(generation.unwrap()).await {
        (_, Some(Error::Trap { aftermath, .. })) => {
            assert_eq!((aftermath.charge, aftermath.resumable), (Charge::Yes, true));
            assert_eq!(aftermath.continuation.as_deref(), Some("mine"));
            assert_eq!(aftermath.task_id.as_deref(), Some("task_1"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    for bytes in [&b""[..], b"\0asm\x01\0\0\0", b"not wasm at all"] {
        let builder = Runtime::builder().component(ComponentSource::Bytes(bytes.to_vec()));
        assert!(matches!(builder.build(), Err(Error::NotAComponent)));
    }
}
