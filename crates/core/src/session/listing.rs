//! Fetching the product list, which nothing happens without (music and speech: "Always Query
//! Product List First"). It costs nothing, so faults are simply tried again.

use super::backoff;
use super::wire::{Exchange, ExchangeEnd, Wire};
use crate::Millis;
use crate::api::requests;
use crate::api::tree;
use crate::catalogue::Catalogue;
use crate::event::{Fault, Phase};
use crate::http::{FailureKind, HttpResponse};
use crate::outcome::Cause;
use crate::request::{Language, TaskType};
use alloc::borrow::Cow;
use ima_wire::envelope::Answer;

/// How often the list is asked for before giving up.
const TRIES: u32 = 3;

/// The fetching of one list.
#[derive(Debug)]
pub(crate) struct Listing {
    task: TaskType,
    language: Language,
    faults: u32,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Asked(Exchange),
    Resting { until: Millis },
}

struct Trouble {
    cause: Cause,
    status: Option<u16>,
    retry_after: Option<Millis>,
    /// Whether trying again is useless.
    lasts: bool,
}

impl Listing {
    pub(crate) fn start<E>(
        task: TaskType,
        language: Language,
        wire: &mut Wire<E>,
        now: Millis,
    ) -> Self {
        Self {
            task,
            language,
            faults: 0,
            step: ask(task, language, wire, now),
        }
    }

    pub(crate) fn exchange(&self) -> Option<Exchange> {
        match self.step {
            Step::Asked(exchange) => Some(exchange),
            Step::Resting { .. } => None,
        }
    }

    pub(crate) fn deadline(&self) -> Millis {
        match self.step {
            Step::Asked(exchange) => exchange.deadline,
            Step::Resting { until } => until,
        }
    }

    /// Takes the end of the current exchange. `None`: it is not over yet.
    pub(crate) fn ended<E: From<Fault>>(
        &mut self,
        end: ExchangeEnd,
        wire: &mut Wire<E>,
        now: Millis,
    ) -> Option<Result<Catalogue, Cause>> {
        let trouble = match end {
            Ok(response) => match self.read(response) {
                Ok(catalogue) => return Some(Ok(catalogue)),
                Err(trouble) => trouble,
            },
            Err(failure) => Trouble::unanswered(match failure.kind {
                FailureKind::Network => Cause::Network,
                FailureKind::TooLarge => Cause::Unavailable,
            }),
        };
        if trouble.lasts {
            return Some(Err(trouble.cause));
        }
        self.retry(trouble, wire, now)
    }

    /// Takes that time has passed. `None`: it is not over yet.
    pub(crate) fn timeout<E: From<Fault>>(
        &mut self,
        wire: &mut Wire<E>,
        now: Millis,
    ) -> Option<Result<Catalogue, Cause>> {
        if now < self.deadline() {
            return None;
        }
        match self.step {
            Step::Asked(_) => self.retry(Trouble::unanswered(Cause::Network), wire, now),
            Step::Resting { .. } => {
                self.step = ask(self.task, self.language, wire, now);
                None
            }
        }
    }

    fn read(&self, response: HttpResponse) -> Result<Catalogue, Trouble> {
        let (status, retry_after) = (response.status, response.retry_after());
        let unreadable = || Trouble::answered(Cause::Unavailable, status, None);
        let places = match Answer::read(status, &response.body) {
            Answer::Success(None) => None,
            Answer::Success(Some(Cow::Borrowed(list))) => tree::places(list, &response.body),
            Answer::Success(Some(Cow::Owned(list))) => {
                return Catalogue::read(self.task, list).ok_or_else(unreadable);
            }
            Answer::Refused(refusal) => {
                let cause = Cause::from(refusal);
                return Err(Trouble {
                    lasts: cause != Cause::RateLimited,
                    ..Trouble::answered(cause, status, retry_after)
                });
            }
            Answer::Broken => {
                return Err(Trouble::answered(Cause::Unavailable, status, retry_after));
            }
        };
        let places = places.ok_or_else(unreadable)?;
        Ok(Catalogue::new(self.task, response.body, places))
    }

    fn retry<E: From<Fault>>(
        &mut self,
        trouble: Trouble,
        wire: &mut Wire<E>,
        now: Millis,
    ) -> Option<Result<Catalogue, Cause>> {
        self.faults += 1;
        if self.faults >= TRIES {
            return Some(Err(trouble.cause));
        }
        let rest = backoff::rest(self.faults, trouble.retry_after, &mut wire.jitter);
        if rest > backoff::PATIENCE {
            return Some(Err(trouble.cause));
        }
        wire.event(E::from(Fault {
            phase: Phase::Listing,
            status: trouble.status,
            retry: rest,
        }));
        self.step = Step::Resting {
            until: now.saturating_add(rest),
        };
        None
    }
}

impl Trouble {
    fn answered(cause: Cause, status: u16, retry_after: Option<Millis>) -> Self {
        Self {
            cause,
            status: Some(status),
            retry_after,
            lasts: false,
        }
    }

    fn unanswered(cause: Cause) -> Self {
        Self {
            cause,
            status: None,
            retry_after: None,
            lasts: false,
        }
    }
}

fn ask<E>(task: TaskType, language: Language, wire: &mut Wire<E>, now: Millis) -> Step {
    let request = requests::product_list(task, language);
    Step::Asked(wire.transmit(request, now, Millis::MAX))
}
