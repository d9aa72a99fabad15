//! Jobs, their checkpoints and their claims.

use std::time::Duration;

use super::{claim_soon, creating, entry, poll_once, waiting};
use crate::{
    Charge, CheckpointState, Claim, Entry, FindJob, Job, JobEnd, JobState, Journal, StoreError,
    TaskType,
};

async fn begin(journal: &Journal) -> (String, Claim) {
    let claim = journal.begin(creating()).await.unwrap();
    (claim.job().to_owned(), claim)
}

async fn job(journal: &Journal, id: &str) -> Job {
    journal.get(id).await.unwrap().unwrap()
}

/// A job that was delivered: `task_1`.
async fn delivered(journal: &Journal) -> String {
    let (id, claim) = begin(journal).await;
    claim.finish(success()).await.unwrap();
    id
}

fn success() -> JobEnd {
    JobEnd::success("task_1".to_owned())
}

fn failure(charge: Charge, task_failed: bool) -> JobEnd {
    JobEnd::failure(charge, task_failed, None, Some("c3".to_owned()))
}

async fn claim(journal: &Journal, id: &str) -> Result<Option<(Job, Claim)>, StoreError> {
    journal.claim(FindJob::Id(id.to_owned())).await
}

pub(crate) async fn a_job_goes_from_checkpoint_to_checkpoint(journal: Journal) {
    let (id, claim) = begin(&journal).await;
    assert_eq!(job(&journal, &id).await.state, JobState::Creating);

    claim.checkpoint(waiting()).await.unwrap();
    claim.finish(success()).await.unwrap();
    let finished = job(&journal, "task_1").await;
    assert_eq!(
        (
            &finished.id,
            finished.state,
            finished.continuation.as_str(),
            finished.saved
        ),
        (&id, JobState::Finished, "c2", false)
    );
    assert!(finished.is_paid());
    journal.mark_saved(&id).await.unwrap();
    assert!(job(&journal, &id).await.saved);
}

pub(crate) async fn an_end_says_what_becomes_of_the_job(journal: Journal) {
    for (charge, task_failed, state) in [
        (Charge::Unknown, false, JobState::Unknown),
        (Charge::Yes, false, JobState::Waiting),
        (Charge::No, false, JobState::Failed),
        (Charge::Yes, true, JobState::Failed),
    ] {
        let (id, claim) = begin(&journal).await;
        claim.finish(failure(charge, task_failed)).await.unwrap();
        let job = job(&journal, &id).await;
        assert_eq!(
            (job.state, job.continuation.as_str()),
            (state, "c3"),
            "{charge:?} {task_failed}"
        );
    }
}

pub(crate) async fn what_was_asked_for_is_not_kept_where_nothing_was_spent(journal: Journal) {
    let prompt = entry(CheckpointState::Creating, "prompt");
    let claim = journal.begin(prompt).await.unwrap();
    let end = JobEnd::failure(Charge::No, false, None, None);
    claim.finish(end).await.unwrap();
    let job = job(&journal, claim.job()).await;
    assert_eq!(
        (job.state, job.continuation.as_str()),
        (JobState::Failed, "")
    );
}

pub(crate) async fn what_is_not_said_stays_as_it_was(journal: Journal) {
    let (id, claim) = begin(&journal).await;
    claim.checkpoint(waiting()).await.unwrap();
    let bare = Entry {
        task: None,
        model_name: None,
        state: CheckpointState::Waiting,
        task_id: None,
        continuation: "c3".to_owned(),
    };
    claim.checkpoint(bare).await.unwrap();
    let job = job(&journal, &id).await;
    assert_eq!(job.task, Some(TaskType::Music));
    assert_eq!(job.model_name.as_deref(), Some("Suno"));
    assert_eq!(job.task_id.as_deref(), Some("task_1"));
    assert_eq!(job.continuation, "c3");
}

pub(crate) async fn a_task_that_was_found_is_not_lost(journal: Journal) {
    let (id, claim) = begin(&journal).await;
    claim.checkpoint(waiting()).await.unwrap();

    let refused = claim.checkpoint(creating()).await;
    assert!(matches!(refused, Err(StoreError::Conflict)));
    let unknown = failure(Charge::Unknown, false);
    let refused = claim.finish(unknown).await;
    assert!(matches!(refused, Err(StoreError::Conflict)));
    let job = job(&journal, &id).await;
    assert_eq!(
        (job.state, job.continuation.as_str()),
        (JobState::Waiting, "c2")
    );
}

pub(crate) async fn a_job_without_a_task_is_not_set_back_by_whoever_lost_it(journal: Journal) {
    let (id, lost) = begin(&journal).await;
    lost.finish(failure(Charge::Unknown, false)).await.unwrap();
    let _next = claim_soon(&journal, &id).await;
    let back = entry(CheckpointState::Creating, "c4");
    let refused = lost.checkpoint(back).await;
    assert!(matches!(refused, Err(StoreError::Conflict)));
    // A task that exists is written whoever found it.
    lost.checkpoint(waiting()).await.unwrap();
    assert_eq!(job(&journal, &id).await.state, JobState::Waiting);
}

pub(crate) async fn a_task_is_noted_where_its_checkpoint_never_came(journal: Journal) {
    let (id, claim) = begin(&journal).await;
    claim.note_task("task_1").await.unwrap();
    let noted = job(&journal, &id).await;
    assert_eq!(
        (
            noted.state,
            noted.task_id.as_deref(),
            noted.continuation.as_str()
        ),
        (JobState::Waiting, Some("task_1"), "c1")
    );
    claim.note_task("task_2").await.unwrap();
    assert_eq!(job(&journal, &id).await.task_id.as_deref(), Some("task_1"));
}

pub(crate) async fn a_job_is_worked_on_once_at_a_time(journal: Journal) {
    let (id, first) = begin(&journal).await;
    let refused = claim(&journal, &id).await;
    assert!(matches!(refused, Err(StoreError::InUse(job)) if job == id));
    assert!(claim(&journal, "nobody").await.unwrap().is_none());

    let clone = first.clone();
    drop(first);
    assert!(claim(&journal, &id).await.is_err());
    drop(clone);
    let _second = claim_soon(&journal, &id).await;
    assert!(claim(&journal, &id).await.is_err());
}

pub(crate) async fn the_end_of_a_job_is_the_end_of_its_claim(journal: Journal) {
    let (id, ended) = begin(&journal).await;
    ended.finish(failure(Charge::Yes, false)).await.unwrap();
    let next = claim(&journal, &id).await.unwrap();
    assert!(next.is_some());
    // What is left of the former claim takes nothing from the next.
    drop(ended);
    assert!(claim(&journal, &id).await.is_err());
}

pub(crate) async fn a_job_that_was_released_unspent_is_over(journal: Journal) {
    let (id, unspent) = begin(&journal).await;
    unspent.release_unspent();
    drop(unspent);
    drop(claim_soon(&journal, &id).await);
    let over = job(&journal, &id).await;
    assert_eq!(
        (over.state, over.continuation.as_str()),
        (JobState::Failed, "")
    );

    let (id, paid) = begin(&journal).await;
    paid.checkpoint(waiting()).await.unwrap();
    paid.release_unspent();
    drop(paid);
    drop(claim_soon(&journal, &id).await);
    let kept = job(&journal, &id).await;
    assert_eq!(
        (kept.state, kept.continuation.as_str()),
        (JobState::Waiting, "c2")
    );
}

pub(crate) async fn a_release_takes_nothing_from_the_next_holder(journal: Journal) {
    let (id, first) = begin(&journal).await;
    first.finish(failure(Charge::Yes, false)).await.unwrap();
    let second = claim_soon(&journal, &id).await;
    drop(first);
    second.checkpoint(waiting()).await.unwrap();
    assert!(claim(&journal, &id).await.is_err());
}

pub(crate) async fn a_claim_that_nobody_waits_for_any_more_is_free(journal: Journal) {
    {
        let begun = std::pin::pin!(journal.begin(creating()));
        let _ = poll_once(begun);
    }
    // It is written with or without anyone waiting.
    let id = loop {
        if let Some(job) = journal.list().await.unwrap().pop() {
            break job.id;
        }
    };
    drop(claim_soon(&journal, &id).await);
    {
        let claimed = std::pin::pin!(claim(&journal, &id));
        let _ = poll_once(claimed);
    }
    claim_soon(&journal, &id).await;
}

pub(crate) async fn a_checkpoint_that_nobody_waits_for_is_in_order(journal: Journal) {
    let (id, claim) = begin(&journal).await;
    journal.enqueue_checkpoint(Some(&claim), waiting());
    claim.finish(success()).await.unwrap();
    let finished = job(&journal, &id).await;
    assert_eq!(
        (finished.state, finished.continuation.as_str()),
        (JobState::Finished, "c2")
    );

    journal.enqueue_checkpoint(None, entry(CheckpointState::Waiting, "bare"));
    let bare = FindJob::Continuation("bare".to_owned());
    let (job, _claim) = journal.claim(bare).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Waiting);
}

pub(crate) async fn a_job_is_found_by_its_last_continuation(journal: Journal) {
    let (id, begun) = begin(&journal).await;
    begun.checkpoint(waiting()).await.unwrap();
    drop(begun);
    let find = |text: &str| journal.claim(FindJob::Continuation(text.to_owned()));
    assert!(find("c1").await.unwrap().is_none());
    // An empty one leads nowhere.
    let (_, unspent) = begin(&journal).await;
    let end = JobEnd::failure(Charge::No, false, None, None);
    unspent.finish(end).await.unwrap();
    assert!(find("").await.unwrap().is_none());
    let (job, _claim) = find("c2").await.unwrap().unwrap();
    assert_eq!(job.id, id);
}

pub(crate) async fn a_job_is_closed_by_its_id_or_its_task_id(journal: Journal) {
    let id = delivered(&journal).await;
    assert!(job(&journal, &id).await.is_open());
    journal.mark_saved(&id).await.unwrap();
    assert!(!job(&journal, &id).await.is_open());

    let (id, claim) = begin(&journal).await;
    let end = JobEnd::success("task_2".to_owned());
    claim.finish(end).await.unwrap();
    journal.mark_saved("task_2").await.unwrap();
    assert!(!job(&journal, &id).await.is_open());
}

pub(crate) async fn a_job_that_is_not_there_can_not_be_closed(journal: Journal) {
    let id = delivered(&journal).await;
    let missing = journal.mark_saved("task_2").await.unwrap_err();
    assert!(
        matches!(&missing, StoreError::NoSuchJob(id) if id == "task_2"),
        "{missing}"
    );
    assert!(!job(&journal, &id).await.saved);
}

pub(crate) async fn the_newest_jobs_come_first(journal: Journal) {
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.insert(0, begin(&journal).await.0);
    }
    let id = |job: Job| job.id;
    let all: Vec<_> = journal.list().await.unwrap().into_iter().map(id).collect();
    assert_eq!(all, ids);
    let newest = journal.list_newest(2).await.unwrap();
    let newest: Vec<_> = newest.into_iter().map(id).collect();
    assert_eq!(newest, ids[..2]);
}

pub(crate) async fn closed_jobs_are_pruned_and_open_ones_stay(journal: Journal) {
    let (_, failed) = begin(&journal).await;
    failed.finish(failure(Charge::No, false)).await.unwrap();
    let saved = delivered(&journal).await;
    journal.mark_saved(&saved).await.unwrap();
    let hour = Duration::from_secs(3_600);
    assert_eq!(journal.prune(hour).await.unwrap(), 0);

    let unsaved = delivered(&journal).await;
    let (doubtful, unknown) = begin(&journal).await;
    let end = failure(Charge::Unknown, false);
    unknown.finish(end).await.unwrap();
    let (creating, claim) = begin(&journal).await;
    drop(claim);
    let (paid, claim) = begin(&journal).await;
    claim.checkpoint(waiting()).await.unwrap();
    drop(claim);
    assert_eq!(journal.prune(Duration::ZERO).await.unwrap(), 2);
    for id in [&unsaved, &doubtful, &creating, &paid] {
        assert!(job(&journal, id).await.is_open());
    }
    assert_eq!(journal.list().await.unwrap().len(), 4);
}

pub(crate) async fn a_closed_job_that_somebody_works_on_stays(journal: Journal) {
    let id = delivered(&journal).await;
    journal.mark_saved(&id).await.unwrap();
    let claim = claim_soon(&journal, &id).await;
    assert_eq!(journal.prune(Duration::ZERO).await.unwrap(), 0);
    claim.finish(success()).await.unwrap();
    assert_eq!(journal.prune(Duration::ZERO).await.unwrap(), 1);
}

pub(crate) async fn a_job_is_forgotten_whatever_its_state_unless_somebody_works_on_it(
    journal: Journal,
) {
    let (id, claim) = begin(&journal).await;
    claim.checkpoint(waiting()).await.unwrap();
    let held = journal.forget(&id).await.unwrap_err();
    assert!(matches!(held, StoreError::InUse(_)), "{held}");
    drop(claim);
    drop(claim_soon(&journal, &id).await);
    let other = delivered(&journal).await;
    let forgotten = async {
        // Letting go is written without anyone waiting.
        while matches!(journal.forget(&id).await, Err(StoreError::InUse(_))) {}
    };
    forgotten.await;
    assert_eq!(journal.list().await.unwrap().len(), 1);
    let missing = journal.forget(&id).await.unwrap_err();
    assert!(matches!(missing, StoreError::NoSuchJob(_)), "{missing}");
    assert!(job(&journal, &other).await.is_open());
}
