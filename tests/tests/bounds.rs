//! What bounds a generation as a whole, and what a create request may cost, against a component that
//! keeps to neither.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use ima_host::types::{Charge, Request};
use ima_host::{Builder, Clock, ComponentSource, Credential, Error, Limit, Limits, Runtime};
use ima_simulator::Endpoint;
use ima_tests::{HOSTILE, Stage, cache, crime, try_play};

fn hostile(limits: Limits) -> impl FnOnce(Builder) -> Builder {
    let source = ComponentSource::Bytes(HOSTILE.to_vec());
    |builder| builder.component(source).limits(limits)
}

async fn stopped(runtime: &Runtime, name: &str) -> (usize, Limit) {
    let generation = runtime.start(&crime(name)).await.unwrap();
    match try_play(generation).await {
        (events, Some(Error::Limit { limit, aftermath })) => {
            assert_eq!(aftermath.charge, Charge::No);
            (events.len(), limit)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn events_without_end_are_stopped() {
    let limits = Limits {
        events: 50,
        ..Limits::default()
    };
    let stage = Stage::with(hostile(limits)).await;
    assert_eq!(
        stopped(&stage.runtime, "chatter").await,
        (50, Limit::Events)
    );
}

#[tokio::test]
async fn a_generation_without_end_is_stopped() {
    let limits = Limits {
        generation: Duration::from_millis(100),
        events: u32::MAX,
        ..Limits::default()
    };
    let runtime = hostile(limits)(Runtime::builder())
        .credential(Credential::literal("ima_key"))
        .clock(Clock::system())
        .cache_folder(cache())
        .build()
        .unwrap();
    assert_eq!(stopped(&runtime, "wait").await, (0, Limit::Generation));
    let (events, limit) = stopped(&runtime, "chatter").await;
    assert!(events > 0);
    assert_eq!(limit, Limit::Generation);
}

#[tokio::test]
async fn refused_requests_are_counted_and_not_all_written_down() {
    let limits = Limits {
        requests: 100,
        ..Limits::default()
    };
    let stage = Stage::with(hostile(limits)).await;
    stage.run(&crime("other-port")).await;
    assert_eq!(
        stopped(&stage.runtime, "many-refused").await,
        (0, Limit::Requests)
    );
    assert_eq!(stage.control.requests().len(), 0);
    // The memory of the runtime is not flushed by one generation more than once.
    let refused = stage.runtime.refusals();
    assert_eq!(refused.len(), 64);
    assert!(refused.iter().all(|it| it.path == "/open/v1/account"));
    stage.run(&crime("other-port")).await;
    assert_eq!(stage.runtime.refusals().len(), 64);
}

#[tokio::test]
async fn a_create_request_beyond_what_was_agreed_does_not_leave() {
    let stage = Stage::with(hostile(Limits::default())).await;
    let item = r#""model_id":"sonic","credit":25,"parameters":{"n":1}"#;
    let dear = r#""model_id":"sonic","credit":26,"parameters":{"n":1}"#;
    let many = r#""model_id":"sonic","credit":25,"parameters":{"n":2}"#;
    let other = r#""model_id":"other","credit":25,"parameters":{"n":1}"#;
    let denied = "refused ErrorCode::HttpRequestDenied";
    for order in [dear, many, other, &format!("{item}}},{{{item}"), ""] {
        let request = crime(&format!("order {{\"parameters\":[{{{order}}}]}}"));
        assert_eq!(stage.report(&request).await, denied, "{order}");
    }
    let request = crime(&format!("order {{\"parameters\":[{{{item}}}]}}"));
    let poor = Request {
        budget: Some(24),
        ..request.clone()
    };
    assert_eq!(stage.report(&poor).await, denied);
    assert_eq!(stage.runtime.refusals().len(), 6);
    assert_eq!(stage.requests(Endpoint::Create), 0);
    assert_eq!(stage.report(&request).await, "answered 200");
    assert_eq!(stage.requests(Endpoint::Create), 1);
}

#[tokio::test]
async fn a_request_without_tls_does_not_leave_for_an_origin_with_it() {
    let runtime = hostile(Limits::default())(Runtime::builder())
        .credential(Credential::literal("ima_key"))
        .cache_folder(cache())
        .build()
        .unwrap();
    let generation = runtime.start(&crime("downgrade")).await.unwrap();
    let (events, error) = try_play(generation).await;
    assert!(error.is_none(), "{error:?}");
    // Refused, not merely unreachable.
    assert!(format!("{events:?}").contains("HttpRequestDenied"));
    let refused = runtime.refusals();
    assert_eq!(refused.len(), 1);
    assert!(refused.iter().all(|it| it.path == "/open/v1/product/list"));
}
