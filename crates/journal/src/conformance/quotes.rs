//! Quotes: none is bought twice.

use std::time::Duration;

use super::{creating, together};
use crate::{Charge, JobEnd, JobState, Journal, KeptQuote, NewQuote, StoreError};

const MINUTE: Duration = Duration::from_secs(60);

async fn keep(journal: &Journal, id: &str, valid_for: Duration) -> KeptQuote {
    let quote = NewQuote {
        id: id.to_owned(),
        request: "a song".to_owned(),
        points: 25,
        valid_for,
    };
    journal.keep_quote(quote).await.unwrap();
    get(journal, id).await
}

async fn get(journal: &Journal, id: &str) -> KeptQuote {
    journal.quote(id).await.unwrap().unwrap()
}

pub(crate) async fn a_quote_is_bought_once_and_names_its_job_ever_after(journal: Journal) {
    assert!(journal.quote("q1").await.unwrap().is_none());
    let unknown = journal.begin_quoted("q1", creating()).await;
    assert!(matches!(unknown, Err(StoreError::NoSuchQuote)));

    let kept = keep(&journal, "q1", MINUTE).await;
    assert_eq!((kept.points, kept.used, kept.expired), (25, false, false));
    assert_eq!(kept.request, "a song");
    assert!(journal.get(&kept.job).await.unwrap().is_none());
    // The job's id buys nothing.
    let by_job = journal.begin_quoted(&kept.job, creating()).await;
    assert!(matches!(by_job, Err(StoreError::NoSuchQuote)));

    let claim = journal.begin_quoted("q1", creating()).await.unwrap();
    assert_eq!(claim.job(), kept.job);
    for _ in 0..2 {
        let again = journal.begin_quoted("q1", creating()).await;
        assert!(matches!(again, Err(StoreError::QuoteUsed(job)) if job == kept.job));
    }
    let end = JobEnd::failure(Charge::No, false, None, None);
    claim.finish(end).await.unwrap();
    let again = journal.begin_quoted("q1", creating()).await;
    assert!(matches!(again, Err(StoreError::QuoteUsed(_))));
    let job = journal.get(&kept.job).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(journal.list().await.unwrap().len(), 1);
}

pub(crate) async fn of_many_who_buy_a_quote_at_once_one_gets_its_job(journal: Journal) {
    keep(&journal, "q1", MINUTE).await;
    let tries = (0..20).map(|_| journal.begin_quoted("q1", creating()));
    let tries = together(tries).await;
    assert_eq!(tries.iter().filter(|it| it.is_ok()).count(), 1);
    let used = |it: &&Result<_, _>| matches!(it, Err(StoreError::QuoteUsed(_)));
    assert_eq!(tries.iter().filter(used).count(), 19);
    assert_eq!(journal.list().await.unwrap().len(), 1);
}

pub(crate) async fn a_quote_ends_with_its_time(journal: Journal) {
    let kept = keep(&journal, "q1", Duration::ZERO).await;
    assert!(kept.expired);
    let late = journal.begin_quoted("q1", creating()).await;
    assert!(matches!(late, Err(StoreError::QuoteExpired)));
    assert!(journal.list().await.unwrap().is_empty());
    assert!(!get(&journal, "q1").await.used);
}

pub(crate) async fn what_was_quoted_is_forgotten_once_it_is_bought_or_over(journal: Journal) {
    keep(&journal, "over", Duration::ZERO).await;
    keep(&journal, "bought", MINUTE).await;
    let _claim = journal.begin_quoted("bought", creating()).await.unwrap();
    for id in ["over", "bought"] {
        assert_eq!(get(&journal, id).await.request, "", "{id}");
    }
}

pub(crate) async fn what_became_of_a_job_is_kept_beside_its_quote(journal: Journal) {
    let kept = keep(&journal, "q1", MINUTE).await;
    let _claim = journal.begin_quoted("q1", creating()).await.unwrap();
    assert_eq!(get(&journal, &kept.job).await.result, None);
    journal
        .keep_result(&kept.job, "{}".to_owned())
        .await
        .unwrap();
    assert_eq!(get(&journal, "q1").await.result.as_deref(), Some("{}"));
    // Of other jobs nothing is kept.
    journal.keep_result("other", "{}".to_owned()).await.unwrap();
}

pub(crate) async fn a_quote_whose_job_was_pruned_is_not_bought_again(journal: Journal) {
    keep(&journal, "q1", MINUTE).await;
    let claim = journal.begin_quoted("q1", creating()).await.unwrap();
    let end = JobEnd::failure(Charge::No, false, None, None);
    claim.finish(end).await.unwrap();
    assert_eq!(journal.prune(Duration::ZERO).await.unwrap(), 1);
    let again = journal.begin_quoted("q1", creating()).await;
    assert!(again.is_err());
    assert!(journal.list().await.unwrap().is_empty());
}
