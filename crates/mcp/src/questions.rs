//! Questions to the person: asked once for each quote, answered in the same call or a later one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::consent::Answer;
use crate::quoting::random_id;

/// An answer that is waited for by any number of calls.
pub(crate) type Pending = Shared<BoxFuture<'static, Answer>>;

/// The most questions that are kept.
const MOST: usize = 1_000;

/// The questions that were asked.
#[derive(Default)]
pub(crate) struct Questions {
    /// Those that the server sent to the client, by quote (protocols before 2026-07-28).
    sent: Mutex<HashMap<String, Pending>>,
    /// Those that the client brings back with its next call, by their state: the quote and its points.
    returned: Mutex<HashMap<String, (String, u64)>>,
}

impl Questions {
    /// The question about a quote: the one that is open, or a new one.
    pub(crate) fn ask(
        &self,
        quote: &str,
        ask: impl FnOnce() -> BoxFuture<'static, Answer>,
    ) -> Pending {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = sent.get(quote) {
            return open.clone();
        }
        let asked = ask().shared();
        // It is asked on whether or not a call waits: the person may take longer than any call.
        tokio::spawn(asked.clone());
        sent.insert(quote.to_owned(), asked.clone());
        asked
    }

    /// Forgets a question that was answered, so that the next call asks again.
    pub(crate) fn answered(&self, quote: &str) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.remove(quote);
    }

    /// The state of a question about a quote, which only its own answer can bring back, once.
    pub(crate) fn state(&self, quote: &str, points: u64) -> Option<String> {
        let state = random_id()?;
        let mut returned = self.returned.lock().unwrap_or_else(PoisonError::into_inner);
        if returned.len() >= MOST {
            returned.clear();
        }
        returned.insert(state.clone(), (quote.to_owned(), points));
        Some(state)
    }

    /// Whether this state is of a question about this quote, which was not answered yet.
    pub(crate) fn redeem(&self, state: &str, quote: &str, points: u64) -> bool {
        let mut returned = self.returned.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = returned.get(state);
        let same = asked.is_some_and(|(about, price)| about == quote && *price == points);
        if same {
            returned.remove(state);
        }
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_good_for_its_own_question_once() {
        let questions = Questions::default();
        let state = questions.state("q1", 25).unwrap();
        assert!(!questions.redeem(&state, "q2", 25), "another quote");
        assert!(!questions.redeem(&state, "q1", 5), "another price");
        assert!(!questions.redeem("made up", "q1", 25));
        assert!(questions.redeem(&state, "q1", 25));
        assert!(!questions.redeem(&state, "q1", 25), "a second time");
    }

    #[tokio::test]
    async fn a_quote_is_asked_about_once_at_a_time() {
        let questions = Questions::default();
        let (answer, answered) = tokio::sync::oneshot::channel();
        let first = questions.ask("q1", || {
            async { answered.await.unwrap_or(Answer::NotAsked) }.boxed()
        });
        let second = questions.ask("q1", || async { Answer::Declined }.boxed());
        answer.send(Answer::Spend).unwrap();
        assert_eq!((first.await, second.await), (Answer::Spend, Answer::Spend));
        questions.answered("q1");
        let next = questions.ask("q1", || async { Answer::Declined }.boxed());
        assert_eq!(next.await, Answer::Declined);
    }
}
