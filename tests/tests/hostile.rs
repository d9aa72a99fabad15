//! A component of world `plugin` that wants out, in a host with an engine of its own: the policy of
//! `ima_host::wasi` against it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::time::Duration;

use ima_host::types::Charge;
use ima_host::{Ceilings, Clock, Limit, Limits, Origin};
use ima_simulator::{Endpoint, Fault};
use ima_test_kit::plugin::{PluginHost, Stopped};
use ima_test_kit::{HOSTILE, Stage, crime};

const DENIED: &str = "refused ErrorCode::HttpRequestDenied";

fn hostile(stage: &Stage) -> PluginHost<'_> {
    PluginHost::new(stage, HOSTILE, Limits::default())
}

/// The limit that stops a crime, and what is known about the money.
async fn stopped(limits: Limits, name: &str) -> (Limit, Charge) {
    let stage = Stage::new().await;
    let host = PluginHost::new(&stage, HOSTILE, limits);
    host.stopped(&crime(name)).await
}

#[tokio::test]
async fn nothing_but_the_service_is_reached() {
    let stage = Stage::new().await;
    let host = hostile(&stage);
    assert_eq!(host.report(&crime("behave")).await, "answered 200");
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
        assert_eq!(host.report(&crime(name)).await, DENIED, "{name}");
    }
    assert_eq!(stage.control.requests().len(), 1);
    assert_eq!(stage.runtime.refusals().len(), 8);
}

#[tokio::test]
async fn no_create_request_leaves_without_a_checkpoint_and_none_twice() {
    let stage = Stage::new().await;
    let host = hostile(&stage);
    assert_eq!(host.report(&crime("create-unasked")).await, DENIED);
    host.quote(&crime("create-unasked")).await.unwrap_err();
    assert_eq!(stage.requests(Endpoint::Create), 0);

    let twice = host.report(&crime("pay-twice")).await;
    assert_eq!(twice, format!("answered 200 then {DENIED}"));
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn a_create_request_beyond_what_was_agreed_does_not_leave() {
    let stage = Stage::new().await;
    let host = hostile(&stage);
    let item = r#""model_id":"sonic","credit":25,"parameters":{"n":1}"#;
    let dear = r#""model_id":"sonic","credit":26,"parameters":{"n":1}"#;
    let many = r#""model_id":"sonic","credit":25,"parameters":{"n":2}"#;
    let other = r#""model_id":"other","credit":25,"parameters":{"n":1}"#;
    for order in [dear, many, other, &format!("{item}}},{{{item}"), ""] {
        let request = crime(&format!("order {{\"parameters\":[{{{order}}}]}}"));
        assert_eq!(host.report(&request).await, DENIED, "{order}");
    }
    let request = crime(&format!("order {{\"parameters\":[{{{item}}}]}}"));
    let mut poor = request.clone();
    poor.budget = Some(24);
    assert_eq!(host.report(&poor).await, DENIED);
    assert_eq!(stage.runtime.refusals().len(), 6);
    assert_eq!(stage.requests(Endpoint::Create), 0);
    assert_eq!(host.report(&request).await, "answered 200");
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn a_create_request_without_a_proper_key_does_not_leave() {
    let stage = Stage::new().await;
    let host = hostile(&stage);
    for name in [
        "keyless",
        "keyed 0011",
        "keyed 0011223344556677-8899aabbccddeef",
    ] {
        assert_eq!(host.report(&crime(name)).await, DENIED, "{name}");
    }
    assert_eq!(stage.requests(Endpoint::Create), 0);
    let proper = crime("keyed 00112233445566778899aabbccddeeff");
    assert_eq!(host.report(&proper).await, "answered 200");
    let created = stage.control.requests();
    assert_eq!(created[0].header("idempotency-key"), None);
}

#[tokio::test]
async fn a_key_in_doubt_is_refused_to_every_later_generation() {
    let stage = Stage::new().await;
    let host = hostile(&stage);
    stage.faults(Endpoint::Create, [(1, Fault::ResetAfter)]);
    let keyed = crime("keyed 00112233445566778899aabbccddeeff");
    for _ in 0..2 {
        let mut generation = host.start(&keyed).await.unwrap();
        generation.play().await;
        assert_eq!(generation.guard().charge(), Charge::Unknown);
    }
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn a_create_request_above_a_ceiling_stops_the_component() {
    let ceilings = Ceilings {
        per_request: Some(24),
        per_day: None,
    };
    let stage = Stage::with(|builder| builder.ceilings(ceilings)).await;
    let host = hostile(&stage);
    let mut generation = host.start(&crime("pay-twice")).await.unwrap();
    let (_, stopped) = generation.play().await;
    assert!(
        matches!(stopped, Some(Stopped::Halted(None))),
        "{stopped:?}"
    );
    assert_eq!(generation.guard().charge(), Charge::No);
    assert_eq!(stage.requests(Endpoint::Create), 0);
}

#[tokio::test]
async fn a_key_of_its_own_is_replaced() {
    let stage = Stage::new().await;
    assert_eq!(
        hostile(&stage).report(&crime("own-key")).await,
        "answered 200"
    );
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
    let stage = Stage::new().await;
    let host = hostile(&stage);
    assert_eq!(host.report(&crime("tell a joke")).await, "answered 400");
    for spelling in ["ima_|demo_key", "ima\\u005f|demo_key", "aW1hX2Rl|bW9fa2V5"] {
        let told = crime(&format!("tell {spelling}"));
        assert_eq!(host.report(&told).await, DENIED, "{spelling}");
    }
    // Nor does a body beyond the limit.
    assert_eq!(host.report(&crime("tell")).await, DENIED);
    assert_eq!(stage.requests(Endpoint::Detail), 1);
}

#[tokio::test]
async fn a_request_without_tls_does_not_leave_for_an_origin_with_it() {
    let stage = Stage::with(|builder| builder.origin(Origin::DEFAULT).clock(Clock::system())).await;
    // Refused, not merely unreachable.
    assert_eq!(hostile(&stage).report(&crime("downgrade")).await, DENIED);
    let refused = stage.runtime.refusals();
    assert_eq!(refused.len(), 1);
    assert!(refused.iter().all(|it| it.path == "/open/v1/product/list"));
}

#[tokio::test]
async fn it_sees_nothing_of_the_machine() {
    let stage = Stage::new().await;
    assert_eq!(hostile(&stage).report(&crime("look-around")).await, "saw ");
}

#[tokio::test]
async fn a_loop_without_end_is_stopped() {
    let limits = Limits {
        cpu: Duration::from_millis(50),
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
async fn handles_without_end_are_refused() {
    assert_eq!(
        stopped(Limits::default(), "hoard-handles").await,
        (Limit::Resources, Charge::No)
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
        assert_eq!(stopped(limits, "behave").await, (expected, Charge::No));
    }
}

#[tokio::test]
async fn requests_without_end_are_stopped() {
    let limits = Limits {
        requests: 1_000,
        ..Limits::default()
    };
    let stage = Stage::with(|builder| builder.limits(limits)).await;
    let stopped = hostile(&stage).stopped(&crime("many-requests")).await;
    assert_eq!(stopped, (Limit::Requests, Charge::No));
    assert_eq!(stage.control.requests().len(), 1_000);
}

#[tokio::test]
async fn refused_requests_are_counted_and_not_all_written_down() {
    let limits = Limits {
        requests: 100,
        ..Limits::default()
    };
    let stage = Stage::with(|builder| builder.limits(limits)).await;
    let host = hostile(&stage);
    host.run(&crime("other-port")).await;
    let stopped = host.stopped(&crime("many-refused")).await;
    assert_eq!(stopped, (Limit::Requests, Charge::No));
    assert_eq!(stage.control.requests().len(), 0);
    // The memory of the runtime is not flushed by one generation more than once.
    let refused = stage.runtime.refusals();
    assert_eq!(refused.len(), 64);
    assert!(refused.iter().all(|it| it.path == "/open/v1/account"));
    host.run(&crime("other-port")).await;
    assert_eq!(stage.runtime.refusals().len(), 64);
}

#[tokio::test]
async fn functions_that_should_send_nothing_are_held_to_it() {
    let stage = Stage::new().await;
    let limits = Limits {
        cpu: Duration::from_millis(50),
        ..Limits::default()
    };
    let host = PluginHost::new(&stage, HOSTILE, limits);
    let read = host.interpret(&crime("create-unasked")).await.unwrap();
    assert_eq!(read.prompt.as_deref(), Some(DENIED));
    let endless = host.interpret(&crime("loop")).await;
    assert!(
        matches!(endless, Err(Stopped::Halted(Some(Limit::Cpu)))),
        "{endless:?}"
    );
    assert_eq!(stage.control.requests().len(), 0);
}
