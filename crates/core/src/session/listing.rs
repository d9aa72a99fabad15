//! Fetching the product list, which nothing happens without (music and speech: "Always Query
//! Product List First"). It costs nothing, so faults are simply tried again.

use super::backoff;
use super::wire::{Exchange, ExchangeEnd, Wire};
use crate::Millis;
use crate::api::envelope::Answer;
use crate::api::requests;
use crate::api::tree;
use crate::catalogue::Catalogue;
use crate::event::{Fault, Phase};
use crate::http::FailureKind;
use crate::outcome::Cause;
use crate::request::{Language, TaskType};

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

/// Something that a fault can be reported as.
pub(crate) trait ReportFault {
    fn fault(fault: Fault) -> Self;
}

struct Trouble {
    cause: Cause,
    status: Option<u16>,
    retry_after: Option<Millis>,
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
    pub(crate) fn ended<E: ReportFault>(
        &mut self,
        end: ExchangeEnd,
        wire: &mut Wire<E>,
        now: Millis,
    ) -> Option<Result<Catalogue, Cause>> {
        let trouble = match end {
            Ok(response) => match Answer::read(&response) {
                Answer::Success(data) => {
                    let places = data.and_then(|data| tree::places(data, &response.body));
                    if let Some(places) = places {
                        return Some(Ok(Catalogue::new(self.task, response.body, places)));
                    }
                    Trouble::answered(Cause::Unavailable, response.status, None)
                }
                Answer::Refused(refusal) => match refusal.cause() {
                    Cause::RateLimited => Trouble::answered(
                        Cause::RateLimited,
                        response.status,
                        response.retry_after(),
                    ),
                    cause => return Some(Err(cause)),
                },
                Answer::Broken => {
                    Trouble::answered(Cause::Unavailable, response.status, response.retry_after())
                }
            },
            Err(failure) => Trouble::unanswered(match failure.kind {
                FailureKind::Network => Cause::Network,
                FailureKind::TooLarge => Cause::Unavailable,
            }),
        };
        self.retry(trouble, wire, now)
    }

    /// Takes that time has passed. `None`: it is not over yet.
    pub(crate) fn timeout<E: ReportFault>(
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

    fn retry<E: ReportFault>(
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
        wire.event(E::fault(Fault {
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
        }
    }

    fn unanswered(cause: Cause) -> Self {
        Self {
            cause,
            status: None,
            retry_after: None,
        }
    }
}

fn ask<E>(task: TaskType, language: Language, wire: &mut Wire<E>, now: Millis) -> Step {
    let request = requests::product_list(task, language);
    Step::Asked(wire.transmit(request, now, Millis::MAX))
}
