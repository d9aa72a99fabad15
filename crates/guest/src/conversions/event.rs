//! Events, between the types of `wit/types.wit` and those of `ima-core`.

/// A part of [`conversions`](macro@crate::conversions).
#[doc(hidden)]
#[macro_export]
macro_rules! event_conversions {
    ($($types:tt)+) => {
        use $($types)+ as wit;
        use $crate::macro_support::ima_core::event;

        impl From<event::Event> for wit::Event {
            fn from(event: event::Event) -> Self {
                use event::Event;
                match event {
                    Event::Checkpoint(checkpoint) => Self::Checkpoint(wit::Checkpoint {
                        state: match checkpoint.state {
                            event::CheckpointState::Creating => wit::CheckpointState::Creating,
                            event::CheckpointState::Waiting => wit::CheckpointState::Waiting,
                        },
                        task_id: checkpoint.task_id,
                        continuation: checkpoint.continuation,
                    }),
                    Event::Message(message) => Self::Message(wit::Message {
                        kind: match message.kind {
                            event::MessageKind::Reply => wit::MessageKind::Reply,
                            event::MessageKind::Push => wit::MessageKind::Push,
                        },
                        step: message.step,
                        language: message.language.into(),
                        text: message.text,
                        media: message.media,
                    }),
                    Event::Started(started) => Self::Started(wit::Started {
                        model_id: started.model_id,
                        model_name: started.model_name,
                        points: started.points,
                        most_points: started.most_points,
                        estimate: started.estimate.into(),
                    }),
                    Event::Progress(progress) => Self::Progress(wit::Progress {
                        percent: progress.percent,
                        elapsed_ms: progress.elapsed,
                        estimated_max_ms: progress.estimated_max,
                    }),
                    Event::Fault(fault) => Self::Fault(fault.into()),
                    Event::Attempt(attempt) => Self::Attempt(wit::Attempt {
                        number: attempt.number,
                        code: attempt.code,
                        amendment: attempt.amendment.map(|amendment| wit::Amendment {
                            removed: amendment.removed,
                            fetched: amendment.fetched,
                            defaults: amendment.defaults,
                        }),
                        text: attempt.text,
                    }),
                    Event::Dropped(dropped) => Self::Dropped(dropped.into()),
                    Event::Finished(outcome) => Self::Finished(outcome.into()),
                }
            }
        }

        impl From<event::Fault> for wit::Fault {
            fn from(fault: event::Fault) -> Self {
                Self {
                    phase: match fault.phase {
                        event::Phase::Listing => wit::Phase::Listing,
                        event::Phase::Creating => wit::Phase::Creating,
                        event::Phase::Waiting => wit::Phase::Waiting,
                    },
                    status: fault.status,
                    retry_ms: fault.retry,
                }
            }
        }
    };
}
