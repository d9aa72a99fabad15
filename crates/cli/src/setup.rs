//! Sets up the runtime, and puts the library's errors into words.

use std::time::Duration;

use ima_host::types::{self, Charge, Language};
use ima_host::{Builder, Clock, Credential, Error, Job, Journal, PreferenceFile, Runtime, folders};
use serde_json::value::RawValue;

use crate::args::Common;
use crate::exit::Exit;
use crate::failure::{self, Circumstances};
use crate::naming::Asked;
use crate::report::{self, Failed, Problem};
use crate::text::Advice;
use crate::{out, text};

/// A failure of the program, worded and reported.
pub(crate) struct Trouble {
    pub(crate) exit: Exit,
    pub(crate) cause: &'static str,
    pub(crate) charge: Charge,
    pub(crate) advice: Advice,
    pub(crate) continuation: Option<String>,
    pub(crate) job: Option<String>,
}

impl Trouble {
    /// The user asked for something that can't be done.
    pub(crate) fn usage(advice: Advice) -> Self {
        Self::new(Exit::Usage, "usage", advice)
    }

    pub(crate) fn new(exit: Exit, cause: &'static str, advice: Advice) -> Self {
        Self {
            exit,
            cause,
            charge: Charge::No,
            advice,
            continuation: None,
            job: None,
        }
    }

    /// An error of the library, in the user's words.
    pub(crate) fn of(error: &Error, language: Language) -> Self {
        Self::of_request(error, &Asked::default(), language)
    }

    /// An error of the library that a request led to.
    pub(crate) fn of_request(error: &Error, asked: &Asked, language: Language) -> Self {
        let exit = Exit::of_error(error);
        let (cause, advice) = match error {
            Error::CredentialMissing => ("unauthorized", text::key_missing(language)),
            Error::Credential(_) => ("unauthorized", text::key_unusable(language)),
            Error::Origin(error) => ("usage", text::address(language, error)),
            Error::Network(_) => ("usage", text::network(language)),
            Error::JobInUse(id) => ("job-in-use", text::job_in_use(language, id)),
            Error::KeyInRequest => ("invalid", text::key_in_request(language)),
            Error::AcceleratedClock => ("usage", text::clock(language)),
            Error::NoSuchJob(id) => ("usage", text::no_such_job(language, id)),
            Error::Rejected(types::Error::Invalid(value)) => {
                ("invalid", text::value_refused(language, asked, value))
            }
            Error::TooLarge { most, .. } => ("invalid", text::too_long(language, *most)),
            Error::Rejected(types::Error::Continuation(_)) => {
                ("continuation", text::continuation(language))
            }
            Error::Failure(failure) => {
                // Only what costs nothing fails like this: quotes and lists.
                let circumstances = Circumstances {
                    asked,
                    job: None,
                    deadline: None,
                    spending: false,
                    listing: true,
                    unreachable: false,
                };
                let advice = failure::explain(failure, &circumstances, language);
                return Self {
                    charge: failure.charge,
                    ..Self::new(exit, failure.cause.name(), advice)
                };
            }
            Error::Journal(_) => (
                "journal",
                text::journal(language, folders::data().as_deref()),
            ),
            Error::NothingToResume(id) => {
                ("nothing-to-resume", text::nothing_to_resume(language, id))
            }
            Error::Limit { aftermath, .. }
            | Error::Trap { aftermath, .. }
            | Error::Unrecorded { aftermath, .. } => {
                let advice = match exit {
                    Exit::Resumable => text::broken_resumable(language),
                    Exit::Unknown => text::broken_unknown(language),
                    _ => text::broken_unspent(language),
                };
                return Self {
                    charge: aftermath.charge,
                    continuation: aftermath.continuation.clone(),
                    job: aftermath.job.clone(),
                    ..Self::new(exit, "component", advice)
                };
            }
            _ => ("other", text::broken_unspent(language)),
        };
        Self::new(exit, cause, advice)
    }

    /// Says that nothing was spent.
    pub(crate) fn unspent(mut self, language: Language) -> Self {
        let unspent = text::unspent(language);
        self.advice.what = text::joined(language, &self.advice.what, &unspent);
        self
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

    /// What went wrong, what to do, and how to go on.
    pub(crate) fn lines(&self, language: Language) -> Vec<String> {
        let Advice { what, then } = self.advice.clone();
        let next = self.job.as_deref().and_then(|job| match self.exit {
            Exit::Resumable => Some(text::resume(language, job)),
            Exit::Unknown => Some(text::unknown(language, job)),
            _ => None,
        });
        // The way to this very job is the better advice.
        let then = next.unwrap_or(then);
        [what, then]
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect()
    }

    /// The object of `--json`.
    pub(crate) fn object(&self) -> Box<RawValue> {
        report::raw(&Failed {
            error: Problem {
                cause: self.cause,
                charge: report::charge(self.charge),
                message: &self.advice.what,
                advice: Some(self.advice.then.as_str()).filter(|then| !then.is_empty()),
                task_id: None,
                medias: Vec::new(),
                continuation: self.continuation.as_deref(),
                job: self.job.as_deref(),
            },
            log: None,
        })
    }

    /// Tells the user, and with `--json` or `--events` the caller.
    pub(crate) fn report(&self, common: &Common, events: bool) -> Exit {
        self.show(common.language(), common.json, events)
    }

    /// The same, where the options are not all known.
    pub(crate) fn show(&self, language: Language, json: bool, events: bool) -> Exit {
        for line in self.lines(language) {
            out::error(&line);
        }
        report::print(&self.object(), json, events);
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
    let journal = Journal::open(folder.as_deref().ok_or_else(trouble)?).map_err(|_| trouble())?;
    if let Some(aside) = journal.set_aside() {
        out::error(&text::set_aside(language, aside));
    }
    Ok(journal)
}

/// The jobs of a runtime's journal, the newest first.
pub(crate) fn jobs(runtime: &Runtime, language: Language) -> Result<Vec<Job>, Trouble> {
    let jobs = runtime.journal().map(Journal::list).transpose();
    Ok(jobs
        .map_err(|error| Trouble::of(&error.into(), language))?
        .unwrap_or_default())
}

/// A runtime for this user, yet to be built.
fn local() -> Builder {
    let builder = Runtime::builder();
    match PreferenceFile::default_path() {
        Ok(path) => builder.preferences(PreferenceFile::open(path)),
        Err(_) => builder,
    }
}

/// A runtime as the options describe it, yet to be built.
fn builder(common: &Common) -> Result<Builder, Trouble> {
    let builder = local()
        .environment_proxy()
        .environment_ca()
        .clock(Clock::accelerated(common.clock_rate));
    let url = common.address().map_err(Trouble::usage)?;
    Ok(match url {
        Some(url) => builder.origin(url),
        None => builder,
    })
}

/// The runtime of a builder, for the user of the preferences.
fn build(builder: Builder, common: &Common) -> Result<Runtime, Trouble> {
    let runtime = builder.build();
    let runtime = runtime.map_err(|error| Trouble::of(&error, common.language()))?;
    Ok(runtime.with_user(&common.user))
}

/// A runtime that never spends. The credential is in place of the environment's.
pub(crate) fn runtime(common: &Common, credential: Option<Credential>) -> Result<Runtime, Trouble> {
    build(with(builder(common)?, credential), common)
}

/// A runtime for what is not sent anywhere: it needs no key and no address.
pub(crate) fn offline(common: &Common) -> Result<Runtime, Trouble> {
    build(local(), common)
}

fn with(builder: Builder, credential: Option<Credential>) -> Builder {
    match credential {
        Some(credential) => builder.credential(credential),
        None => builder,
    }
}

/// A runtime that spends and keeps its jobs in the user's journal.
pub(crate) fn spending(
    common: &Common,
    credential: Option<Credential>,
    deadline: Option<u32>,
) -> Result<Runtime, Trouble> {
    let builder = builder(common)?.journal(journal(common.language())?);
    let runtime = build(with(builder, credential), common)?;
    Ok(match deadline {
        Some(seconds) => runtime.with_deadline(Duration::from_secs(seconds.into())),
        None => runtime,
    })
}
