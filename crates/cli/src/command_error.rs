//! Why a command failed: a kind, which decides the exit code, a message, and hints what to do.

use ima_host::types::{self, Cause, Charge, Failure, Language};
use ima_host::{Aftermath, Error, Job, JobState, StoreError};

use crate::exit::Exit;
use crate::generate::failure::{self, Circumstances};
use crate::generate::option_names::OptionNames;
use crate::report::{self, Failed, Problem};
use crate::ui::out;
use crate::ui::text::{self, Text};

/// What sort of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The command line asks for something that can't be done.
    Usage,
    /// A value of the request can't be used.
    Invalid,
    /// The API key is missing or can't be used.
    Unauthorised,
    /// A person said no to the price.
    Declined,
    /// A place for the audio can't be written.
    Target,
    /// The journal can't be used.
    Journal,
    /// The preference file can't be used.
    Preferences,
    /// Another process works on the job.
    JobInUse,
    /// The job ended before anything was spent.
    NothingToResume,
    /// The job is of another version of the program.
    Continuation,
    /// A person stopped the program while this was known about the money.
    Stopped(Exit),
    /// The component was stopped while this was known about the money.
    Component(Exit),
    /// A job that was resumed could not be journalled.
    Unrecorded(Exit),
    /// More would have been spent than is allowed.
    Ceiling(Exit),
    /// The generation, or the question to the service, ended with this cause.
    Failed(Exit, &'static str),
    /// Anything else. Nothing was spent.
    Other,
}

impl ErrorKind {
    /// The exit code.
    pub(crate) const fn exit(self) -> Exit {
        match self {
            Self::Usage | Self::Invalid => Exit::Usage,
            Self::Unauthorised => Exit::Unauthorised,
            Self::Continuation => Exit::Failed,
            Self::Declined
            | Self::Target
            | Self::Journal
            | Self::Preferences
            | Self::JobInUse
            | Self::NothingToResume
            | Self::Other => Exit::Refused,
            Self::Stopped(exit)
            | Self::Component(exit)
            | Self::Unrecorded(exit)
            | Self::Ceiling(exit)
            | Self::Failed(exit, _) => exit,
        }
    }

    /// The word for it in JSON.
    pub(crate) const fn cause(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Invalid => "invalid",
            Self::Unauthorised => "unauthorized",
            Self::Declined | Self::Stopped(_) => "cancelled",
            Self::Target => "target",
            Self::Journal | Self::Unrecorded(_) => "journal",
            Self::Ceiling(_) => "ceiling",
            Self::Preferences => "preferences",
            Self::JobInUse => "job-in-use",
            Self::NothingToResume => "nothing-to-resume",
            Self::Continuation => "continuation",
            Self::Component(_) => "component",
            Self::Failed(_, cause) => cause,
            Self::Other => "other",
        }
    }

    /// The kind of a generation that ended without its audio.
    pub(crate) fn of_failure(failure: &Failure) -> Self {
        let exit = match (&failure.cause, failure.charge) {
            (Cause::OutcomeUnknown, _) | (_, Charge::Unknown) => Exit::Unknown,
            (Cause::Unauthorized, _) => Exit::Unauthorised,
            (Cause::InsufficientPoints | Cause::SubscriptionRequired, _) => Exit::Points,
            (Cause::TaskFailed(_), _) => Exit::Failed,
            (Cause::Invalid(_), Charge::No) => Exit::Usage,
            (Cause::UnknownModel(known), Charge::No) if !known.is_empty() => Exit::Usage,
            (Cause::Deadline | Cause::Cancelled | Cause::UnknownTask, Charge::Yes)
            | (Cause::RateLimited | Cause::Unavailable | Cause::Network, Charge::Yes) => {
                Exit::Resumable
            }
            (Cause::RateLimited | Cause::Unavailable | Cause::Network, Charge::No) => Exit::Down,
            (_, Charge::Yes) => Exit::Failed,
            (_, Charge::No) => Exit::Refused,
        };
        Self::Failed(exit, failure.cause.name())
    }
}

/// What is known about the money, and about the way on.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    charge: Charge,
    /// Whether resuming reaches a task that is known to exist, at no further cost.
    resumable: bool,
    job: JobOf,
}

impl From<&Aftermath> for Standing {
    fn from(aftermath: &Aftermath) -> Self {
        Self {
            charge: aftermath.charge,
            resumable: aftermath.resumable,
            job: JobOf {
                id: aftermath.job.clone(),
                continuation: aftermath.continuation.clone(),
            },
        }
    }
}

impl From<Option<Job>> for Standing {
    /// As the journal knows it.
    fn from(job: Option<Job>) -> Self {
        let state = job.as_ref().map(|job| job.state);
        let charge = match state {
            None | Some(JobState::Failed) => Charge::No,
            Some(JobState::Waiting | JobState::Finished) => Charge::Yes,
            Some(_) => Charge::Unknown,
        };
        let job = job.map(|job| JobOf {
            id: Some(job.id),
            continuation: Some(job.continuation).filter(|it| !it.is_empty()),
        });
        Self {
            charge,
            resumable: charge == Charge::Yes,
            job: job.unwrap_or_default(),
        }
    }
}

impl Standing {
    /// How the program ends.
    fn exit(&self) -> Exit {
        match self.charge {
            Charge::No => Exit::Refused,
            Charge::Yes if self.resumable => Exit::Resumable,
            // Paid, but nobody knows the task: resuming could pay again.
            Charge::Yes | Charge::Unknown => Exit::Unknown,
        }
    }
}

/// The job of a failure.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobOf {
    /// Its id in the journal.
    id: Option<String>,
    continuation: Option<String>,
}

/// Why a command failed.
#[derive(Debug, Clone)]
pub(crate) struct CommandError {
    pub(crate) kind: ErrorKind,
    /// What went wrong.
    pub(crate) message: Text,
    /// What to do about it.
    pub(crate) hints: Vec<Text>,
    /// Whether points were spent.
    pub(crate) charge: Charge,
    /// The job that it is about. Boxed to keep results small.
    pub(crate) job: Option<Box<JobOf>>,
    /// The language to tell it in, in place of the program's.
    pub(crate) language: Option<Language>,
}

impl CommandError {
    /// An error before which nothing was spent, without a hint yet.
    pub(crate) fn new(kind: ErrorKind, message: Text) -> Self {
        Self {
            kind,
            message,
            hints: Vec::new(),
            charge: Charge::No,
            job: None,
            language: None,
        }
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: Text) -> Self {
        self.hints.push(hint);
        self
    }

    /// Says that nothing was spent.
    pub(crate) fn unspent(mut self) -> Self {
        self.message = self.message.and(&text::unspent());
        self
    }

    /// An error of the library that a request led to.
    pub(crate) fn of_request(error: &Error, names: &OptionNames) -> Self {
        match error {
            Error::CredentialMissing => text::key_missing(),
            Error::Credential(_) => text::key_unusable(),
            Error::Origin(error) => text::address(error),
            Error::Network(error) => text::network(error),
            Error::AcceleratedClock => text::clock(),
            Error::KeyInRequest => text::key_in_request(),
            Error::TooLarge { most, .. } => text::too_long(*most),
            Error::Rejected(types::Error::Invalid(value)) => failure::value_refused(names, value),
            Error::Rejected(types::Error::Continuation(_)) => text::continuation(),
            // Only what costs nothing fails like this: quotes and lists.
            Error::Failure(failure) => failure::explain(failure, &Circumstances::asking(names)),
            Error::JobInUse(id) => text::job_in_use(id),
            Error::NoSuchJob(id) => text::no_such_job(id),
            Error::NothingToResume(id) => text::nothing_to_resume(id),
            Error::Journal(error) => text::store(error),
            Error::Limit { aftermath, .. } | Error::Trap { aftermath, .. } => {
                Self::broken(&Standing::from(&**aftermath))
            }
            Error::Unrecorded { aftermath, .. } => {
                let standing = Standing::from(&**aftermath);
                let kind = ErrorKind::Unrecorded(standing.exit());
                text::unrecorded(kind, standing.charge).with(&standing)
            }
            Error::Ceiling { ceiling, aftermath } => {
                let standing = Standing::from(&**aftermath);
                let kind = ErrorKind::Ceiling(standing.exit());
                text::ceiling(kind, ceiling, standing.charge).with(&standing)
            }
            // A program that ends asks nobody what it has sent.
            Error::Interrupted => Self {
                charge: Charge::Unknown,
                ..text::interrupted()
            },
            Error::Rejected(_) => text::internal(ErrorKind::Failed(Exit::Usage, "other")),
            Error::Download(_) => text::internal(ErrorKind::Failed(Exit::Failed, "other")),
            _ => text::internal(ErrorKind::Other),
        }
    }

    /// The component broke down.
    fn broken(standing: &Standing) -> Self {
        text::internal(ErrorKind::Component(standing.exit())).with(standing)
    }

    /// A person stopped the program, and this is known about the job.
    pub(crate) fn stopped(standing: &Standing) -> Self {
        Self::new(ErrorKind::Stopped(standing.exit()), text::stopped())
            .hint(text::see_jobs())
            .with(standing)
    }

    fn with(mut self, standing: &Standing) -> Self {
        self.charge = standing.charge;
        self.job = Some(Box::new(standing.job.clone()));
        self
    }

    /// What became of a job that could not be resumed: trying to costs nothing, but the job may
    /// have before.
    pub(crate) fn with_job(mut self, job: &Job) -> Self {
        if self.charge == Charge::No {
            self.charge = match job.task_id {
                Some(_) => Charge::Yes,
                None => Charge::Unknown,
            };
            self.job = Some(Box::new(JobOf {
                id: Some(job.id.clone()),
                continuation: Some(job.continuation.clone()),
            }));
        }
        self
    }

    /// What went wrong, and what to do: a line each.
    pub(crate) fn lines(&self) -> Vec<Text> {
        // The way to this very job is better than a general hint.
        let job = self.job.as_deref().and_then(|job| job.id.as_deref());
        let way = job.and_then(|job| match self.kind.exit() {
            Exit::Resumable => Some(text::resume(job)),
            Exit::Unknown => Some(text::unknown(job)),
            _ => None,
        });
        let hints = way.map_or_else(|| self.hints.clone(), |way| vec![way]);
        std::iter::once(self.message.clone()).chain(hints).collect()
    }

    /// The object of `--json`.
    pub(crate) fn object(&self, language: Language) -> Failed {
        let job = self.job.as_deref().cloned().unwrap_or_default();
        Failed {
            error: Problem {
                cause: self.kind.cause(),
                charge: report::charge(self.charge),
                message: self.message.get(language).to_owned(),
                advice: report::advice(&self.hints, language),
                continuation: job.continuation,
                job: job.id,
                ..Problem::default()
            },
            log: None,
        }
    }

    /// Tells the user, and with `--json` or `--events` the caller.
    pub(crate) fn report(&self, language: Language, json: bool, events: bool) -> Exit {
        let language = self.language.unwrap_or(language);
        for line in self.lines() {
            out::error(line.get(language));
        }
        report::print(&self.object(language), json, events);
        self.kind.exit()
    }
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        Self::of_request(&error, &OptionNames::default())
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        text::store(&error)
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
            help: None,
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
            let kind = ErrorKind::of_failure(&failure(cause.clone(), charge));
            assert_eq!(kind.exit(), exit, "{} {charge:?}", cause.name());
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
            let standing = Standing {
                charge,
                resumable,
                job: JobOf::default(),
            };
            assert_eq!(CommandError::broken(&standing).kind.exit(), exit);
            assert_eq!(CommandError::stopped(&standing).kind.exit(), exit);
        }
    }
}
