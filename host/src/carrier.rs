//! What carries a generation: an instance of its own, or a session among others.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::ResourceAny;

use crate::egress::Guard;
use crate::generation::Beginning;
use crate::instance::{Instance, Stop, Watch};
use crate::machine::{Means, Pool, Session};
use crate::types::{self, Event, Settings};

/// A generation inside a component. After a call that was stopped or dropped it can't be used
/// again.
pub(crate) enum Carrier {
    /// The component does its own HTTP.
    Plugin {
        instance: Box<Instance>,
        generation: ResourceAny,
    },
    /// The host does the HTTP.
    Machine {
        session: Box<Session>,
        guard: Arc<Guard>,
        patience: Duration,
    },
}

impl Carrier {
    pub(crate) async fn plugin(
        mut instance: Instance,
        beginning: &Beginning,
        settings: &Settings,
    ) -> Result<Result<Self, types::Error>, Stop> {
        let opened = match beginning {
            Beginning::Start(request) => instance.start(request, settings).await?,
            Beginning::Resume(resumed, on_unknown) => {
                let text = resumed.continuation();
                instance.resume(text, settings, *on_unknown).await?
            }
        };
        Ok(opened.map(|generation| Self::Plugin {
            instance: Box::new(instance),
            generation,
        }))
    }

    pub(crate) fn machine(
        pool: &Pool,
        beginning: &Beginning,
        means: Means,
        guard: Arc<Guard>,
        patience: Duration,
    ) -> Result<Result<Self, types::Error>, Stop> {
        let opened = match beginning {
            Beginning::Start(request) => Session::start(pool, request, beginning.size(), means)?,
            Beginning::Resume(resumed, on_unknown) => {
                Session::resume(pool, resumed.continuation(), *on_unknown, means)?
            }
        };
        Ok(opened.map(|session| Self::Machine {
            session: Box::new(session),
            guard,
            patience,
        }))
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Stop> {
        match self {
            Self::Plugin {
                instance,
                generation,
            } => instance.next(*generation).await,
            Self::Machine {
                session,
                guard,
                patience,
            } => {
                let watch = Watch {
                    guard,
                    patience: *patience,
                };
                watch.over(session.next()).await
            }
        }
    }

    /// Ends the waiting: the following events give the outcome.
    pub(crate) async fn cancel(&mut self) -> Result<(), Stop> {
        match self {
            Self::Plugin {
                instance,
                generation,
            } => instance.cancel(*generation).await,
            Self::Machine { session, .. } => {
                session.cancel();
                Ok(())
            }
        }
    }
}
