//! What every store must do, as tests that run over any of them.
//!
//! ```
//! use ima_journal::{MemoryStore, conformance};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! // Opens a new, empty store for each test.
//! conformance::run(MemoryStore::new).await;
//! # }
//! ```
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

pub(crate) mod jobs;
pub(crate) mod ledger;
pub(crate) mod quotes;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::{
    CheckpointState, Claim, Entry, FindJob, IdempotencyKey, Journal, Store, StoreError, TaskType,
};

/// Applies a macro to the names of all tests.
macro_rules! for_each_test {
    ($apply:ident) => {
        $apply! {
            jobs::a_job_goes_from_checkpoint_to_checkpoint,
            jobs::an_end_says_what_becomes_of_the_job,
            jobs::what_was_asked_for_is_not_kept_where_nothing_was_spent,
            jobs::what_is_not_said_stays_as_it_was,
            jobs::a_task_that_was_found_is_not_lost,
            jobs::a_job_without_a_task_is_not_set_back_by_whoever_lost_it,
            jobs::a_task_is_noted_where_its_checkpoint_never_came,
            jobs::a_job_is_worked_on_once_at_a_time,
            jobs::the_end_of_a_job_is_the_end_of_its_claim,
            jobs::a_job_that_was_released_unspent_is_over,
            jobs::a_release_takes_nothing_from_the_next_holder,
            jobs::a_claim_that_nobody_waits_for_any_more_is_free,
            jobs::a_checkpoint_that_nobody_waits_for_is_in_order,
            jobs::a_job_is_found_by_its_last_continuation,
            jobs::a_job_is_closed_by_its_id_or_its_task_id,
            jobs::a_job_that_is_not_there_can_not_be_closed,
            jobs::the_newest_jobs_come_first,
            jobs::closed_jobs_are_pruned_and_open_ones_stay,
            jobs::a_closed_job_that_somebody_works_on_stays,
            jobs::a_job_is_forgotten_whatever_its_state_unless_somebody_works_on_it,
            ledger::what_was_sent_is_listed_with_what_became_of_it,
            ledger::a_key_that_was_accepted_is_answered_with_its_task,
            ledger::a_key_in_flight_or_in_doubt_is_refused,
            ledger::a_person_may_have_a_doubt_sent_again,
            ledger::a_refused_key_is_sent_three_times_in_all,
            ledger::a_request_that_was_not_sent_gives_its_try_back,
            ledger::an_acceptance_is_never_taken_back,
            ledger::what_is_known_is_not_put_in_doubt,
            ledger::a_settlement_may_be_repeated,
            ledger::a_key_that_was_never_reserved_may_be_accepted,
            ledger::a_settlement_that_nobody_waits_for_is_in_order,
            ledger::one_request_may_not_cost_more_than_its_ceiling,
            ledger::a_day_counts_what_may_have_been_spent,
            ledger::a_client_has_a_day_of_its_own,
            ledger::many_at_once_stay_under_the_ceiling_of_the_day,
            ledger::pruning_keeps_today_and_every_doubt,
            quotes::a_quote_is_bought_once_and_names_its_job_ever_after,
            quotes::of_many_who_buy_a_quote_at_once_one_gets_its_job,
            quotes::a_quote_ends_with_its_time,
            quotes::what_was_quoted_is_forgotten_once_it_is_bought_or_over,
            quotes::what_became_of_a_job_is_kept_beside_its_quote,
            quotes::a_quote_whose_job_was_pruned_is_not_bought_again,
        }
    };
}
#[cfg(test)]
pub(crate) use for_each_test;

/// Runs all tests, each over a new, empty store.
///
/// # Panics
///
/// When the store fails one of them.
pub async fn run<S: Store>(open: impl Fn() -> S) {
    macro_rules! run_all {
        ($($module:ident::$name:ident,)*) => {
            $($module::$name(Journal::with(open())).await;)*
        };
    }
    for_each_test!(run_all);
}

pub(crate) fn entry(state: CheckpointState, continuation: &str) -> Entry {
    Entry {
        task: Some(TaskType::Music),
        model_name: Some("Suno".to_owned()),
        state,
        task_id: (state == CheckpointState::Waiting).then(|| "task_1".to_owned()),
        continuation: continuation.to_owned(),
    }
}

pub(crate) fn creating() -> Entry {
    entry(CheckpointState::Creating, "c1")
}

pub(crate) fn waiting() -> Entry {
    entry(CheckpointState::Waiting, "c2")
}

pub(crate) fn key(number: u128) -> IdempotencyKey {
    IdempotencyKey::from_bits(number)
}

/// Claims a job that another one is about to let go of.
pub(crate) async fn claim_soon(journal: &Journal, id: &str) -> Claim {
    loop {
        match journal.claim(FindJob::Id(id.to_owned())).await {
            Ok(Some((_, claim))) => return claim,
            Err(StoreError::InUse(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Polls once, which is enough to have something written.
fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What these futures give, begun in order before any is waited for.
async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let begun = futures.into_iter().map(|future| {
        let mut future = Box::pin(future);
        let polled = poll_once(future.as_mut());
        (future, polled)
    });
    let mut results = Vec::new();
    for (future, polled) in begun.collect::<Vec<_>>() {
        results.push(match polled {
            Poll::Ready(result) => result,
            Poll::Pending => future.await,
        });
    }
    results
}
