//! The exit codes, and which end of a generation has which.

use std::process::ExitCode;

use ima_host::types::{self, Cause, Charge, Failure};
use ima_host::{Aftermath, Error};

/// What `--help` says about them.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  2  wrong use, a value that can't be used, or a question that has to be answered first
  3  refused before anything was spent
  4  not authorised: the API key is missing or not valid
  5  not enough points, or the subscription does not cover it
  6  failed after the job had been started, or the audio or the output could not be written
  7  unknown whether the job was started
  8  stopped waiting; `ima resume` goes on at no cost
  9  the network or the service is down, and nothing was spent";

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Usage = 2,
    Refused = 3,
    Unauthorised = 4,
    Points = 5,
    Failed = 6,
    Unknown = 7,
    Resumable = 8,
    Down = 9,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// The code of a generation that ended without its audio.
    pub(crate) fn of_failure(failure: &Failure) -> Self {
        match (&failure.cause, failure.charge) {
            (Cause::OutcomeUnknown, _) | (_, Charge::Unknown) => Self::Unknown,
            (Cause::Unauthorized, _) => Self::Unauthorised,
            (Cause::InsufficientPoints | Cause::SubscriptionRequired, _) => Self::Points,
            (Cause::TaskFailed(_), _) => Self::Failed,
            (Cause::Invalid(_), Charge::No) => Self::Usage,
            (Cause::UnknownModel(known), Charge::No) if !known.is_empty() => Self::Usage,
            (Cause::Deadline | Cause::Cancelled, Charge::Yes) => Self::Resumable,
            (Cause::RateLimited | Cause::Unavailable | Cause::Network, Charge::Yes) => {
                Self::Resumable
            }
            (Cause::RateLimited | Cause::Unavailable | Cause::Network, Charge::No) => Self::Down,
            (_, Charge::Yes) => Self::Failed,
            (_, Charge::No) => Self::Refused,
        }
    }

    /// The code of a component that was stopped.
    pub(crate) fn of_aftermath(aftermath: &Aftermath) -> Self {
        match aftermath.charge {
            Charge::No => Self::Refused,
            Charge::Yes if aftermath.resumable => Self::Resumable,
            // Paid, but nobody knows the task: going on could pay again.
            Charge::Yes | Charge::Unknown => Self::Unknown,
        }
    }

    /// How much it matters beside other ends: money in doubt first, then audio that can be had.
    pub(crate) const fn weight(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 1,
            Self::Refused => 2,
            Self::Down => 3,
            Self::Unauthorised => 4,
            Self::Points => 5,
            Self::Failed => 6,
            Self::Resumable => 7,
            Self::Unknown => 8,
        }
    }

    /// The code of an error of the library.
    pub(crate) fn of_error(error: &Error) -> Self {
        match error {
            Error::CredentialMissing | Error::Credential(_) => Self::Unauthorised,
            Error::Rejected(types::Error::Continuation(_)) => Self::Failed,
            Error::Origin(_)
            | Error::Network(_)
            | Error::AcceleratedClock
            | Error::NoSuchJob(_)
            | Error::TooLarge { .. }
            | Error::Rejected(_) => Self::Usage,
            Error::Failure(failure) => Self::of_failure(failure),
            Error::Limit { aftermath, .. }
            | Error::Trap { aftermath, .. }
            | Error::Unrecorded { aftermath, .. } => Self::of_aftermath(aftermath),
            Error::Download(_) => Self::Failed,
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(cause: Cause, charge: Charge) -> Failure {
        let message = String::new();
        Failure {
            cause,
            charge,
            message,
            task_id: None,
            medias: Vec::new(),
            alternatives: Vec::new(),
            continuation: None,
        }
    }

    #[test]
    fn every_end_has_its_code() {
        for (cause, charge, exit) in [
            (Cause::Unauthorized, Charge::No, Exit::Unauthorised),
            (Cause::InsufficientPoints, Charge::No, Exit::Points),
            (Cause::SubscriptionRequired, Charge::No, Exit::Points),
            (Cause::UnknownModel(Vec::new()), Charge::No, Exit::Refused),
            (
                Cause::UnknownModel(vec!["sonic".to_owned()]),
                Charge::No,
                Exit::Usage,
            ),
            (Cause::NoPrice, Charge::No, Exit::Refused),
            (
                Cause::PriceChanged(types::PriceChange {
                    points: 2,
                    announced: 1,
                }),
                Charge::No,
                Exit::Refused,
            ),
            (Cause::OutcomeUnknown, Charge::Unknown, Exit::Unknown),
            (
                Cause::TaskFailed(types::TaskFault::Resource),
                Charge::Yes,
                Exit::Failed,
            ),
            (
                Cause::TaskFailed(types::TaskFault::Resource),
                Charge::No,
                Exit::Failed,
            ),
            (Cause::Deadline, Charge::Yes, Exit::Resumable),
            (Cause::Cancelled, Charge::Yes, Exit::Resumable),
            (Cause::Cancelled, Charge::No, Exit::Refused),
            (Cause::Cancelled, Charge::Unknown, Exit::Unknown),
            (Cause::Network, Charge::No, Exit::Down),
            (Cause::Unavailable, Charge::No, Exit::Down),
            (Cause::Network, Charge::Yes, Exit::Resumable),
        ] {
            assert_eq!(
                Exit::of_failure(&failure(cause.clone(), charge)),
                exit,
                "{cause:?} {charge:?}"
            );
        }
    }

    #[test]
    fn a_stopped_component_tells_about_the_money() {
        for (charge, resumable, exit) in [
            (Charge::No, false, Exit::Refused),
            (Charge::Unknown, false, Exit::Unknown),
            (Charge::Yes, true, Exit::Resumable),
            (Charge::Yes, false, Exit::Unknown),
        ] {
            assert_eq!(
                Exit::of_aftermath(&Aftermath {
                    charge,
                    continuation: Some("c".to_owned()),
                    task_id: None,
                    resumable,
                    job: None
                }),
                exit
            );
        }
    }
}
