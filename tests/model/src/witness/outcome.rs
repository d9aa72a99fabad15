//! Whether the last event tells the truth.

use super::{Create, Due, UNKNOWN, Witness};
use crate::invariant::Invariant::{ChargeUntrue, Neglected, PriceUntrue, Undelivered, Unfinished};
use crate::invariant::Violation;
use crate::service::Ledger;
use ima_core::Millis;
use ima_core::outcome::{Cause, Charge, Failure, Media, Outcome, Success};

impl Witness {
    /// The session reports its outcome.
    pub(crate) fn finished(
        &mut self,
        outcome: &Outcome,
        ledger: &Ledger,
        clock: Millis,
    ) -> Result<(), Violation> {
        self.watch.require(Unfinished, !self.finished, || {
            "a second last event".to_owned()
        })?;
        match outcome {
            Outcome::Success(success) => self.succeeded(success, ledger)?,
            Outcome::Failure(failure) => self.failed(failure, ledger, clock)?,
        }
        self.finished = true;
        self.open = None;
        self.due = None;
        Ok(())
    }

    fn succeeded(&mut self, success: &Success, ledger: &Ledger) -> Result<(), Violation> {
        let urls = match &self.due {
            Some(Due::Success(urls)) => Some(urls),
            _ => None,
        };
        self.watch.require(Undelivered, urls.is_some(), || {
            format!("success, where {:?} is due", self.due)
        })?;
        self.same_media(urls, &success.medias)?;
        let own = self.task.as_deref() == Some(success.task_id.as_str());
        self.watch.require(Undelivered, own, || {
            format!("{} is not {:?}", success.task_id, self.task)
        })?;
        let charged = ledger.of(&success.task_id).map(|charge| charge.points);
        self.watch
            .require(PriceUntrue, charged == Some(success.points), || {
                format!("{} points reported, {charged:?} charged", success.points)
            })?;
        self.last_charge = None;
        Ok(())
    }

    fn failed(
        &mut self,
        failure: &Failure,
        ledger: &Ledger,
        clock: Millis,
    ) -> Result<(), Violation> {
        let Failure { cause, charge, .. } = failure;
        match (&self.due, cause) {
            (Some(Due::TaskFailed(urls)), Cause::TaskFailed(_)) => {
                self.same_media(Some(urls), &failure.medias)?;
            }
            (Some(Due::Success(_) | Due::TaskFailed(_)), _) | (_, Cause::TaskFailed(_)) => {
                self.watch.require(Undelivered, false, || {
                    format!("{cause:?}, where {:?} is due", self.due)
                })?;
            }
            (_, Cause::UnknownTask) => {
                self.same_media(Some(&self.ready), &failure.medias)?;
                self.watch.require(Neglected, self.unknown >= UNKNOWN, || {
                    format!("gives up a task that was denied {} times", self.unknown)
                })?;
            }
            (due, Cause::Unauthorized) if self.task.is_some() => {
                self.same_media(Some(&self.ready), &failure.medias)?;
                let told = matches!(due, Some(Due::Unauthorized));
                self.watch.require(Undelivered, told, || {
                    "nobody said that the key is bad".to_owned()
                })?;
            }
            (_, Cause::Deadline) => {
                self.same_media(Some(&self.ready), &failure.medias)?;
                self.watch
                    .require(Undelivered, clock >= self.deadline(), || {
                        format!("gives up at {clock}, deadline {}", self.deadline())
                    })?;
                // Half of a millisecond is no time to ask in, and a late driver may have none left.
                let asked = self.asked || self.patience < 2 || self.slack > 0;
                self.watch.require(Neglected, asked, || {
                    "gives up without having asked".to_owned()
                })?;
            }
            (_, Cause::Cancelled) => {
                self.same_media(Some(&self.ready), &failure.medias)?;
                self.watch.require(Undelivered, self.cancelled, || {
                    "nobody cancelled".to_owned()
                })?;
            }
            _ => self.watch.require(Neglected, self.task.is_none(), || {
                format!("{cause:?} ends the waiting for a paid task")
            })?,
        }
        self.charge_told(failure, ledger)?;
        if *charge == Charge::Unknown {
            self.reported.extend(0..=self.permit);
        }
        self.last_charge = Some(*charge);
        Ok(())
    }

    fn charge_told(&self, failure: &Failure, ledger: &Ledger) -> Result<(), Violation> {
        let Failure { cause, charge, .. } = failure;
        let knowable = match (&self.task, self.create) {
            (Some(_), _) => Charge::Yes,
            (None, Create::InFlight | Create::Spent) => Charge::Unknown,
            (None, Create::Free) if self.doubt => Charge::Unknown,
            (None, Create::Free) => Charge::No,
        };
        self.watch.require(ChargeUntrue, *charge == knowable, || {
            format!("{cause:?} says {charge:?}; the driver could know {knowable:?}")
        })?;
        let paid = self
            .task
            .as_deref()
            .is_some_and(|task| ledger.of(task).is_some());
        let true_charge = match charge {
            Charge::No => ledger.charges().is_empty(),
            Charge::Yes => paid && failure.task_id == self.task,
            Charge::Unknown => true,
        };
        self.watch.require(ChargeUntrue, true_charge, || {
            format!("{charge:?}, ledger {:?}", ledger.charges())
        })?;
        let resumable = failure.continuation.is_some();
        self.watch
            .require(ChargeUntrue, resumable == (*charge != Charge::No), || {
                format!("{charge:?} with continuation: {resumable}")
            })
    }

    /// Nothing is under way any more: what was said must have stayed true.
    pub(crate) fn settled(&self, ledger: &Ledger) -> Result<(), Violation> {
        let holds = self.last_charge != Some(Charge::No) || ledger.charges().is_empty();
        self.watch.require(ChargeUntrue, holds, || {
            "charged after a failure that said no".to_owned()
        })
    }

    fn same_media(&self, urls: Option<&Vec<String>>, medias: &[Media]) -> Result<(), Violation> {
        let told = medias.iter().map(|media| &media.url);
        let same = urls.into_iter().flatten().eq(told);
        self.watch.require(Undelivered, same, || {
            format!("{medias:?} instead of {urls:?}")
        })
    }
}
