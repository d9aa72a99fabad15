//! Generations that buy a quote: one of them, whoever else tries.

use ima_journal::{NewQuote, StoreError};

use super::*;

async fn quote(bench: &Bench, valid_for: Duration) -> Request {
    let quote = NewQuote {
        id: "q1".to_owned(),
        request: "rain".to_owned(),
        points: 25,
        valid_for,
    };
    bench.journal.keep_quote(quote).await.unwrap();
    let mut request = request();
    request.quote = Some("q1".to_owned());
    request
}

#[tokio::test]
async fn a_quote_is_paid_for_once_and_its_job_is_known_before() {
    let bench = Bench::new(service).await;
    let request = quote(&bench, Duration::from_secs(60)).await;
    let kept = bench.journal.quote("q1").await.unwrap().unwrap();
    let both = futures_util::future::join_all((0..2).map(|_| async {
        let mut generation = bench.runtime.start(request.clone()).await.unwrap();
        let outcome = generation.outcome().await;
        (outcome, generation.job().map(str::to_owned))
    }));
    let mut bought = 0;
    for (outcome, job) in both.await {
        match outcome {
            Ok(Outcome::Success(_)) => {
                assert_eq!(job.as_ref(), Some(&kept.job));
                bought += 1;
            }
            Err(Error::Journal(StoreError::QuoteUsed(used))) => assert_eq!(used, kept.job),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((bought, bench.server.count("create")), (1, 1));
}

#[tokio::test]
async fn a_quote_that_is_over_or_unknown_sends_nothing() {
    let bench = Bench::new(service).await;
    let request = quote(&bench, Duration::ZERO).await;
    let mut late = bench.runtime.start(request.clone()).await.unwrap();
    let refused = late.outcome().await;
    assert!(matches!(
        refused,
        Err(Error::Journal(StoreError::QuoteExpired))
    ));

    let unkept = Runtime::builder()
        .origin(&bench.server.origin())
        .credential(Credential::literal("ima_test_key"))
        .clock(Clock::accelerated(50))
        .build();
    let unkept = unkept.await.unwrap().start(request).await;
    assert!(matches!(
        unkept,
        Err(Error::Journal(StoreError::NoSuchQuote))
    ));
    assert_eq!(bench.server.count("create"), 0);
}
