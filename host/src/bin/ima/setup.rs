//! Sets up the runtime, and puts the library's errors into words.

use std::time::Duration;

use ima_host::types::{self, Charge, InvalidValue, Language};
use ima_host::{Clock, Error, Job, Journal, Runtime, folders};

use crate::args::Common;
use crate::exit::Exit;
use crate::report::{self, Failed, Problem};
use crate::text;

/// A failure of the program, worded and reported.
pub(crate) struct Trouble {
    pub(crate) exit: Exit,
    pub(crate) cause: &'static str,
    pub(crate) charge: Charge,
    pub(crate) message: String,
    pub(crate) continuation: Option<String>,
    pub(crate) job: Option<String>,
}

impl Trouble {
    /// The user asked for something that can't be done.
    pub(crate) fn usage(message: String) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    fn new(exit: Exit, cause: &'static str, message: String) -> Self {
        Self {
            exit,
            cause,
            charge: Charge::No,
            message,
            continuation: None,
            job: None,
        }
    }

    /// An error of the library, in the user's words.
    pub(crate) fn of(error: &Error, language: Language) -> Self {
        let exit = Exit::of_error(error);
        match error {
            Error::CredentialMissing => {
                Self::new(exit, "unauthorized", text::key_missing(language))
            }
            Error::Credential(_) => Self::new(exit, "unauthorized", text::key_unusable(language)),
            Error::Origin(_) => Self::new(exit, "usage", text::address(language)),
            Error::AcceleratedClock => Self::new(exit, "usage", text::clock(language)),
            Error::NoSuchJob(id) => Self::new(exit, "usage", text::no_such_job(language, id)),
            Error::Rejected(types::Error::Invalid(InvalidValue { field, allowed, .. })) => {
                Self::new(
                    exit,
                    "invalid",
                    text::value_refused(language, field, allowed),
                )
            }
            Error::Rejected(types::Error::Continuation(_)) => {
                Self::new(exit, "continuation", text::continuation(language))
            }
            Error::Failure(failure) => Self {
                charge: failure.charge,
                ..Self::new(exit, report::cause(&failure.cause), failure.message.clone())
            },
            Error::Journal(_) => Self::new(
                exit,
                "journal",
                text::journal(language, folders::data().as_deref()),
            ),
            Error::NothingToResume(id) => Self::new(
                exit,
                "nothing-to-resume",
                text::nothing_to_resume(language, id),
            ),
            Error::Limit { aftermath, .. }
            | Error::Trap { aftermath, .. }
            | Error::Unrecorded { aftermath, .. } => {
                let message = match exit {
                    Exit::Resumable => text::broken_resumable(language),
                    Exit::Unknown => text::broken_unknown(language),
                    _ => text::broken_unspent(language),
                };
                Self {
                    charge: aftermath.charge,
                    continuation: aftermath.continuation.clone(),
                    job: aftermath.job.clone(),
                    ..Self::new(exit, "component", message)
                }
            }
            _ => Self::new(exit, "other", text::broken_unspent(language)),
        }
    }

    /// What became of a job that could not be taken up: trying to costs nothing, but the job may
    /// have before.
    pub(crate) fn with_job(mut self, job: &Job) -> Self {
        if self.charge == Charge::No {
            self.charge = match job.task_id {
                Some(_) => Charge::Yes,
                None => Charge::Unknown,
            };
            self.job = Some(job.id.clone());
            self.continuation = Some(job.continuation.clone());
        }
        self
    }

    /// Tells the user, and with `--json` the caller.
    pub(crate) fn report(self, common: &Common) -> Exit {
        let language = common.language();
        eprintln!("{}", self.message);
        if let Some(job) = &self.job {
            match self.exit {
                Exit::Resumable => eprintln!("{}", text::resume(language, job)),
                Exit::Unknown => eprintln!("{}", text::unknown(language, job)),
                _ => {}
            }
        }
        if common.json {
            report::print(&Failed {
                error: Problem {
                    cause: self.cause,
                    charge: report::charge(self.charge),
                    message: &self.message,
                    task_id: None,
                    medias: Vec::new(),
                    continuation: self.continuation.as_deref(),
                    job: self.job.as_deref(),
                },
            });
        }
        self.exit
    }
}

/// The user's journal.
pub(crate) fn journal(language: Language) -> Result<Journal, Trouble> {
    let folder = folders::data();
    let trouble = || {
        Trouble::new(
            Exit::Refused,
            "journal",
            text::journal(language, folder.as_deref()),
        )
    };
    Journal::open(folder.as_deref().ok_or_else(trouble)?).map_err(|_| trouble())
}

/// A runtime as the options describe it.
pub(crate) fn runtime(
    common: &Common,
    journal: Option<Journal>,
    deadline: Option<u32>,
) -> Result<Runtime, Trouble> {
    let mut builder = Runtime::builder().clock(Clock::accelerated(common.clock_rate));
    if let Some(url) = common.base_url.as_ref().filter(|url| !url.is_empty()) {
        builder = builder.origin(url);
    }
    if let Some(journal) = journal {
        builder = builder.journal(journal);
    }
    let runtime = builder
        .build()
        .map_err(|error| Trouble::of(&error, common.language()))?;
    Ok(match deadline {
        Some(seconds) => runtime.with_deadline(Duration::from_secs(seconds.into())),
        None => runtime,
    })
}
