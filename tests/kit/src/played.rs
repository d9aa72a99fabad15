//! The events of a generation, pulled to the end.

use ima_host::types::{Cause, Event, Failure, Message, Outcome, Success};
use ima_host::{Error, Generation};

/// The events of a generation.
pub struct Played(pub Vec<Event>);

/// Pulls every event.
pub async fn play(generation: Generation) -> Played {
    match try_play(generation).await {
        (events, None) => Played(events),
        (_, Some(error)) => panic!("{error:?}"),
    }
}

/// Pulls events up to the end or an error of the host.
pub async fn try_play(mut generation: Generation) -> (Vec<Event>, Option<Error>) {
    let mut events = Vec::new();
    loop {
        match generation.next_event().await {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, None),
            Err(error) => return (events, Some(error)),
        }
    }
}

impl Played {
    /// The success at the end.
    pub fn success(&self) -> &Success {
        match self.0.last() {
            Some(Event::Finished(Outcome::Success(success))) => success,
            other => panic!("no success but {other:?}"),
        }
    }

    /// The failure at the end.
    pub fn failure(&self) -> &Failure {
        match self.0.last() {
            Some(Event::Finished(Outcome::Failure(failure))) => failure,
            other => panic!("no failure but {other:?}"),
        }
    }

    /// What a hostile machine says that it saw.
    pub fn report(&self) -> &str {
        match &self.failure().cause {
            Cause::Other(report) => report,
            other => panic!("no report but {other:?}"),
        }
    }

    /// The messages for the user.
    pub fn messages(&self) -> Vec<&Message> {
        fn message(event: &Event) -> Option<&Message> {
            match event {
                Event::Message(message) => Some(message),
                _ => None,
            }
        }
        self.0.iter().filter_map(message).collect()
    }

    /// Everything that came out of the sandbox, as text.
    pub fn text(&self) -> String {
        format!("{:?}", self.0)
    }
}
