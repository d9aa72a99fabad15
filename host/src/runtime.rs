//! The runtime: one compiled component, one pooled client, any number of generations.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::builder::Builder;
use crate::carrier::Carrier;
use crate::clock::{Clock, MonotonicClock};
use crate::credential::{Credential, Key};
use crate::egress::{Egress, Guard, Refusals, RefusedRequest, Wire};
use crate::error::{Aftermath, Error};
use crate::generation::{Beginning, Generation, Resumed};
use crate::instance::{Instance, Stop};
use crate::journal::{By, Journal, JournalError};
use crate::limits::Limits;
use crate::logs::LogGuard;
use crate::machine::{Means, Pool};
use crate::preferences::PreferenceFile;
use crate::sandbox::{Sandbox, State};
use crate::types::{self, Charge, Language, Model, OnUnknown, Quote, Request, Settings, TaskType};

/// The user of a runtime that was told of none, as with the vendor's tools.
const DEFAULT_USER: &str = "default";

/// Runs the component. Make one per process and clone it: a clone is cheap and shares everything.
///
/// Its methods need a tokio runtime with time and I/O.
#[derive(Clone)]
pub struct Runtime {
    pub(crate) shared: Arc<Shared>,
    deadline: Option<Duration>,
    user: Arc<str>,
    for_once: bool,
}

pub(crate) struct Shared {
    pub(crate) limits: Arc<Limits>,
    pub(crate) journal: Option<Journal>,
    pub(crate) preferences: Option<PreferenceFile>,
    /// Log files that are made durable with the end of the runtime.
    pub(crate) _log: Option<LogGuard>,
    pub(crate) wire: Arc<Wire>,
    pub(crate) sandbox: Sandbox,
    /// Where there is one, it carries the generations.
    pub(crate) machines: Option<Pool>,
    pub(crate) credential: Credential,
    pub(crate) clock: Clock,
    pub(crate) refusals: Arc<Refusals>,
}

impl From<Shared> for Runtime {
    fn from(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
            deadline: None,
            user: DEFAULT_USER.into(),
            for_once: false,
        }
    }
}

impl Runtime {
    /// Starts to describe a runtime.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// This runtime with a deadline: how long its generations wait for the audio once the task
    /// exists, in place of 480 s for music and 300 s for speech.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            ..self.clone()
        }
    }

    /// This runtime for a user: whose [preferences](crate::Builder::preferences) count. Default
    /// `default`. Known here only, and never sent.
    #[must_use]
    pub fn with_user(&self, user: &str) -> Self {
        Self {
            user: user.into(),
            ..self.clone()
        }
    }

    /// This runtime for what is wanted just this once: after a success its model does not become
    /// the user's usual one.
    #[must_use]
    pub fn for_once(&self) -> Self {
        Self {
            for_once: true,
            ..self.clone()
        }
    }

    /// Whose preferences count.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Whether the model of a success becomes the usual one.
    pub(crate) fn remembers(&self) -> bool {
        self.shared.preferences.is_some() && !self.for_once
    }

    /// Prepares a generation. Nothing is sent until its first event is asked for. A request that
    /// names no model gets the user's [usual one](Self::with_usual_model).
    ///
    /// # Errors
    ///
    /// [`Error::CredentialMissing`] without a key, [`Error::Rejected`] where the request can't be
    /// used, [`Error::TooLarge`] where it exceeds a limit, [`Error::KeyInRequest`] where it holds the
    /// key, and the errors of a component that misbehaves. Nothing was spent.
    pub async fn start(&self, request: &Request) -> Result<Generation, Error> {
        let request = self.with_usual_model(request).await;
        Generation::open(self, Beginning::Start(Box::new(request)), None).await
    }

    /// Takes up a generation from a continuation: the last checkpoint's, or a failure's.
    ///
    /// Where the journal has a job with this continuation as its last one, that job is gone on with,
    /// as by [`resume_job`](Self::resume_job). A job that is known only by the task that the
    /// continuation leads to learns of the outcome.
    ///
    /// # Errors
    ///
    /// [`Error::JobInUse`] where another generation works on the job, else as
    /// [`start`](Self::start).
    pub async fn resume(
        &self,
        continuation: &str,
        on_unknown: OnUnknown,
    ) -> Result<Generation, Error> {
        let known = match self.journal() {
            Some(journal) => {
                journal
                    .claim(By::Continuation(continuation.to_owned()))
                    .await
            }
            None => Ok(None),
        };
        let known = match known {
            Ok(known) => known,
            Err(JournalError::InUse(job)) => return Err(Error::JobInUse(job)),
            // The caller holds all that it takes.
            Err(error) => {
                tracing::warn!(%error, "a job could not be looked for");
                None
            }
        };
        let resumed = match &known {
            Some((job, _)) => Resumed::job(job),
            None => Resumed::unknown(continuation),
        };
        Generation::open(self, Beginning::Resume(resumed, on_unknown), known).await
    }

    /// Takes up a generation from its continuation and the id of its task, where the component
    /// broke down between the service's answer and the checkpoint that holds both:
    /// [`Aftermath`] has them. The task is waited for, and nothing is created.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn resume_task(
        &self,
        continuation: &str,
        task_id: &str,
    ) -> Result<Generation, Error> {
        let resumed = Resumed::task(continuation, task_id);
        let beginning = Beginning::Resume(resumed, OnUnknown::Report);
        Generation::open(self, beginning, None).await
    }

    /// Takes up a job of the journal by its id or its task id, and goes on writing to it. Until the
    /// generation ends or is dropped, or its process ends, no other one can take it up.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchJob`] where the journal has none, [`Error::NothingToResume`] where the job
    /// ended before anything was spent, [`Error::JobInUse`] where another generation works on it,
    /// [`Error::Unrecorded`] where the journal fails, else as [`start`](Self::start).
    pub async fn resume_job(&self, id: &str, on_unknown: OnUnknown) -> Result<Generation, Error> {
        let missing = || Error::NoSuchJob(id.to_owned());
        let journal = self.shared.journal.as_ref().ok_or_else(missing)?;
        let claimed = journal.claim(By::Id(id.to_owned())).await;
        let claimed = claimed.map_err(|source| match source {
            JournalError::InUse(job) => Error::JobInUse(job),
            source => Error::unreadable(id, source),
        })?;
        let (job, claim) = claimed.ok_or_else(missing)?;
        if job.continuation.is_empty() {
            return Err(Error::NothingToResume(job.id));
        }
        let beginning = Beginning::Resume(Resumed::job(&job), on_unknown);
        Generation::open(self, beginning, Some((job, claim))).await
    }

    /// What a request would send and cost. Never spends.
    ///
    /// # Errors
    ///
    /// [`Error::Failure`] with the reason and a message for the user, else as
    /// [`start`](Self::start).
    pub async fn quote(&self, request: &Request) -> Result<Quote, Error> {
        request.check(&self.shared.limits)?;
        let key = self.key()?;
        key.stays_out_of(request)?;
        let mut instance = self.asking(key).await?;
        let request = self.with_usual_model(request).await;
        instance
            .quote(&request, &self.settings())
            .await
            .map_err(Stop::unspent)?
            .map_err(|failure| Error::Failure(Box::new(failure)))
    }

    /// The models that can be asked for, in the service's order. Never spends.
    ///
    /// # Errors
    ///
    /// As [`quote`](Self::quote).
    pub async fn models(&self, task: TaskType, language: Language) -> Result<Vec<Model>, Error> {
        let mut instance = self.asking(self.key()?).await?;
        instance
            .models(task, language, &self.settings())
            .await
            .map_err(Stop::unspent)?
            .map_err(|failure| Error::Failure(Box::new(failure)))
    }

    /// An instance for a call that asks the service and never spends.
    async fn asking(&self, key: Arc<Key>) -> Result<Instance, Error> {
        let instance = self.instance(Guard::new(), Some(key)).await;
        instance.map_err(Stop::unspent)
    }

    /// An instance for a call that sends nothing: it needs no key, and whatever it tries to send
    /// is refused.
    pub(crate) async fn pure(&self) -> Result<Instance, Error> {
        let instance = self.instance(Guard::new(), None).await;
        instance.map_err(Stop::unspent)
    }

    /// The last requests that components tried and that were refused, the oldest first. At most 64.
    pub fn refusals(&self) -> Vec<RefusedRequest> {
        self.shared.refusals.list()
    }

    /// How often compiled code was taken from the cache, and how often it was not.
    pub fn cache_statistics(&self) -> (usize, usize) {
        self.shared.sandbox.cache_statistics()
    }

    /// The journal, where there is one.
    pub fn journal(&self) -> Option<&Journal> {
        self.shared.journal.as_ref()
    }

    /// The API key as it is now.
    pub(crate) fn key(&self) -> Result<Arc<Key>, Error> {
        Ok(Arc::new(self.shared.credential.read()?))
    }

    /// A fresh instance whose requests `guard` watches over.
    pub(crate) async fn instance(
        &self,
        guard: Arc<Guard>,
        key: Option<Arc<Key>>,
    ) -> Result<Instance, Stop> {
        let shared = &self.shared;
        let egress = self.egress(&guard, key);
        let state = State::new(&shared.limits, shared.clock.clone(), egress);
        let (store, plugin) = shared.sandbox.instantiate(state).await?;
        Ok(Instance::new(store, plugin, guard, self.patience()))
    }

    /// A generation in whichever component carries them.
    pub(crate) async fn carrier(
        &self,
        beginning: &Beginning,
        guard: &Arc<Guard>,
        key: Arc<Key>,
    ) -> Result<Result<Carrier, types::Error>, Stop> {
        let Some(pool) = &self.shared.machines else {
            let instance = self.instance(Arc::clone(guard), Some(key)).await?;
            return Carrier::plugin(instance, beginning, &self.settings()).await;
        };
        let means = Means {
            egress: self.egress(guard, Some(key)),
            clock: MonotonicClock::new(self.shared.clock.clone()),
            deadline_ms: self.deadline_ms(),
        };
        Carrier::machine(pool, beginning, means, Arc::clone(guard), self.patience())
    }

    fn egress(&self, guard: &Arc<Guard>, key: Option<Arc<Key>>) -> Egress {
        let shared = &self.shared;
        Egress::new(
            Arc::clone(&shared.wire),
            Arc::clone(guard),
            key,
            Arc::clone(&shared.refusals),
            shared.limits.requests_within(self.deadline),
        )
    }

    /// How many events one generation may have, and how long its calls may take together.
    pub(crate) fn allowance(&self) -> (u32, Duration) {
        let limits = &self.shared.limits;
        let deadline = self.deadline.unwrap_or_default();
        let events = limits.events_within(self.deadline);
        (events, limits.generation.saturating_add(deadline))
    }

    /// How long one call may take.
    fn patience(&self) -> Duration {
        let deadline = self.deadline.unwrap_or_default();
        self.shared.limits.call.saturating_add(deadline)
    }

    fn deadline_ms(&self) -> Option<u64> {
        self.deadline
            .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    /// What the component is told of this runtime.
    pub(crate) fn settings(&self) -> Settings {
        let limits = &self.shared.limits;
        let short = |time: Duration| Some(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
        Settings {
            origin: Some(self.shared.wire.origin().to_string()),
            deadline_ms: self.deadline_ms(),
            connect_timeout_ms: short(limits.connect_timeout),
            first_byte_timeout_ms: short(limits.first_byte_timeout),
            between_bytes_timeout_ms: short(limits.between_bytes_timeout),
            response_limit: Some(limits.response_size),
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("origin", &self.shared.wire.origin().to_string())
            .field("clock", &self.shared.clock)
            .finish_non_exhaustive()
    }
}

impl Stop {
    /// The error of a call that can't have spent anything.
    pub(crate) fn unspent(self) -> Error {
        self.into_error(Aftermath {
            charge: Charge::No,
            continuation: None,
            task_id: None,
            resumable: false,
            job: None,
        })
    }
}
