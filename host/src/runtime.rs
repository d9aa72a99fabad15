//! The runtime: one compiled component, one pooled client, any number of generations.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ima_journal::{Ceilings, Claim, FindJob, Job, Journal, StoreError};

use crate::builder::Builder;
use crate::clock::{Clock, MonotonicClock};
use crate::credential::{Credential, Key};
use crate::egress::{Egress, EgressParts, Guard, Refusals, RefusedRequest, ServiceClient};
use crate::error::{Error, Stop};
use crate::generation::{Allowance, Generation, Resumed, Start};
use crate::limits::Limits;
use crate::machine::{Inquiry, Machines, SessionParts};
use crate::network::NetworkError;
use crate::preferences::PreferenceFile;
use crate::request::Request;
use crate::resume::{Resume, ResumeFrom};
use crate::types::{Charge, Language, Model, Quote, TaskType};

/// Runs generations in the component. Make one per process and clone it: a clone is cheap and shares
/// everything.
///
/// Its methods need a tokio runtime with time and I/O.
#[derive(Clone)]
pub struct Runtime {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) limits: Arc<Limits>,
    pub(crate) journal: Option<Journal>,
    /// The journal, or a ledger of this process alone.
    pub(crate) ledger: Journal,
    pub(crate) ceilings: Ceilings,
    pub(crate) preferences: Option<PreferenceFile>,
    /// Where compiled code is kept.
    #[cfg(feature = "edge")]
    pub(crate) cache_folder: Option<std::path::PathBuf>,
    pub(crate) client: Arc<ServiceClient>,
    pub(crate) machines: Machines,
    pub(crate) credential: Credential,
    pub(crate) clock: Clock,
    pub(crate) refusals: Arc<Refusals>,
    /// What of the environment is left out.
    pub(crate) warnings: Vec<NetworkError>,
}

impl From<Shared> for Runtime {
    fn from(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl Runtime {
    /// Starts to describe a runtime.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Prepares a generation. Nothing is sent until its first event is asked for. A request without
    /// a model gets the user's [default](Self::with_preferred_model).
    ///
    /// # Errors
    ///
    /// [`Error::CredentialMissing`] without a key, [`Error::Rejected`] if the request can't be used,
    /// [`Error::TooLarge`] if it exceeds a limit, [`Error::KeyInRequest`] if it holds the key, and
    /// the errors of a component that misbehaves. Nothing was spent.
    pub async fn start(&self, request: Request) -> Result<Generation, Error> {
        let deadline = request.deadline;
        let (request, habitual) = self.preferring(request).await;
        let start = Start::New {
            request: Box::new(request),
            habitual,
        };
        Generation::open(self, start, deadline, None).await
    }

    /// Resumes a generation: a job of the journal, a continuation, or a task that is known to exist.
    /// Until it ends or is dropped, or its process ends, no other one can resume its job.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchJob`] if the journal has none, [`Error::NothingToResume`] if the job ended
    /// before anything was spent, [`Error::JobInUse`] if another generation works on it,
    /// [`Error::Unrecorded`] if the journal fails, else as [`start`](Self::start).
    pub async fn resume(&self, resume: Resume) -> Result<Generation, Error> {
        let Resume {
            from,
            on_unknown,
            deadline,
        } = resume;
        let (continuation, task_id, job) = match from {
            ResumeFrom::Job(id) => {
                let (job, claim) = self.claim_job(&id).await?;
                if job.continuation.is_empty() {
                    return Err(Error::NothingToResume(job.id));
                }
                (job.continuation.clone(), None, Some((job, claim)))
            }
            ResumeFrom::Continuation(continuation) => {
                let known = self.claim_continuation(&continuation).await?;
                (continuation, None, known)
            }
            ResumeFrom::Task {
                continuation,
                task_id,
            } => (continuation, Some(task_id), None),
        };
        let known = job.as_ref().map(|(job, _)| job);
        let task_id = task_id.or(known.and_then(|job| job.task_id.clone()));
        let start = Start::Resumed(Resumed {
            continuation,
            paid: task_id.is_some() || known.is_some_and(Job::is_paid),
            task_id,
            on_unknown,
        });
        Generation::open(self, start, deadline, job).await
    }

    async fn claim_job(&self, id: &str) -> Result<(Job, Claim), Error> {
        let missing = || Error::NoSuchJob(id.to_owned());
        let journal = self.journal().ok_or_else(missing)?;
        let claimed = journal.claim(FindJob::Id(id.to_owned())).await;
        let claimed = claimed.map_err(|source| match source {
            StoreError::InUse(job) => Error::JobInUse(job),
            source => Error::unreadable(id, source),
        })?;
        claimed.ok_or_else(missing)
    }

    async fn claim_continuation(&self, continuation: &str) -> Result<Option<(Job, Claim)>, Error> {
        let Some(journal) = self.journal() else {
            return Ok(None);
        };
        let by = FindJob::Continuation(continuation.to_owned());
        match journal.claim(by).await {
            Ok(known) => Ok(known),
            Err(StoreError::InUse(job)) => Err(Error::JobInUse(job)),
            // The caller holds all that it takes.
            Err(error) => {
                tracing::warn!(%error, "a job could not be looked for");
                Ok(None)
            }
        }
    }

    /// What a request would send and cost. Never spends.
    ///
    /// # Errors
    ///
    /// [`Error::Failure`] with the reason and a message for the user, else as
    /// [`start`](Self::start).
    pub async fn quote(&self, request: Request) -> Result<Quote, Error> {
        let key = self.key()?;
        request.check(self.limits(), &key)?;
        let (request, habitual) = self.preferring(request).await;
        let mut inquiry = self.inquiry(request.task, request.language, key).await?;
        let quoted = inquiry.quote(request.into_contract(habitual)).await;
        quoted
            .map_err(Stop::unspent)?
            .map_err(|failure| Error::Failure(Box::new(failure)))
    }

    /// The models that can be asked for, in the service's order. Never spends.
    ///
    /// # Errors
    ///
    /// As [`quote`](Self::quote).
    pub async fn models(&self, task: TaskType, language: Language) -> Result<Vec<Model>, Error> {
        let mut inquiry = self.inquiry(task, language, self.key()?).await?;
        let models = inquiry.models().await;
        models
            .map_err(Stop::unspent)?
            .map_err(|failure| Error::Failure(Box::new(failure)))
    }

    /// The list of products, fetched by a call that never spends.
    async fn inquiry(
        &self,
        task: TaskType,
        language: Language,
        key: Arc<Key>,
    ) -> Result<Inquiry, Error> {
        let egress = self.egress(&Guard::new(), Some(key), None);
        let clock = MonotonicClock::new(self.shared.clock.clone());
        let fetching = Inquiry::fetch(&self.shared.machines, task, language, &egress, clock);
        let patience = self.limits().call;
        match tokio::time::timeout(patience, fetching).await {
            Ok(inquiry) => inquiry.map_err(Stop::unspent),
            Err(_) => Err(Stop::Limit(crate::limits::Limit::Call).unspent()),
        }
    }

    /// What the environment says about connections and can't be used: it was left out.
    pub fn network_warnings(&self) -> &[NetworkError] {
        &self.shared.warnings
    }

    /// The last requests that components tried and that were refused, the oldest first. At most 64.
    pub fn refusals(&self) -> Vec<RefusedRequest> {
        self.shared.refusals.list()
    }

    /// How often compiled code was taken from the cache, and how often it was not.
    pub fn cache_statistics(&self) -> (usize, usize) {
        self.shared.machines.engine().cache_statistics()
    }

    /// The journal, if there is one.
    pub fn journal(&self) -> Option<&Journal> {
        self.shared.journal.as_ref()
    }

    /// The file of default models, if the runtime was [told](crate::Builder::preferences) of one.
    pub fn preferences(&self) -> Option<&PreferenceFile> {
        self.shared.preferences.as_ref()
    }

    /// Whether the model of a success becomes the default of its user.
    pub(crate) fn remembers(&self, request: &Request) -> bool {
        self.shared.preferences.is_some() && request.remember_model
    }

    /// The API key as it is now.
    pub(crate) fn key(&self) -> Result<Arc<Key>, Error> {
        Ok(Arc::new(self.shared.credential.read()?))
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    #[cfg(feature = "edge")]
    pub(crate) fn ceilings(&self) -> Ceilings {
        self.shared.ceilings
    }

    #[cfg(feature = "edge")]
    pub(crate) fn cache_folder(&self) -> Option<&std::path::Path> {
        self.shared.cache_folder.as_deref()
    }

    pub(crate) fn machines(&self) -> &Machines {
        &self.shared.machines
    }

    pub(crate) fn client(&self) -> &ServiceClient {
        &self.shared.client
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// What a session in the machine is given.
    pub(crate) fn session_parts(
        &self,
        guard: &Arc<Guard>,
        key: Arc<Key>,
        cancel: tokio::sync::watch::Receiver<bool>,
        deadline: Option<Duration>,
    ) -> SessionParts {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        SessionParts {
            egress: self.egress(guard, Some(key), deadline),
            guard: Arc::clone(guard),
            clock: MonotonicClock::new(self.shared.clock.clone()),
            cancel,
            deadline_ms: deadline.map(milliseconds),
        }
    }

    /// The way out of one generation, quote or list.
    pub(crate) fn egress(
        &self,
        guard: &Arc<Guard>,
        key: Option<Arc<Key>>,
        deadline: Option<Duration>,
    ) -> Egress {
        let shared = &self.shared;
        Egress::new(EgressParts {
            client: Arc::clone(&shared.client),
            guard: Arc::clone(guard),
            key,
            refusals: Arc::clone(&shared.refusals),
            ledger: shared.ledger.clone(),
            ceilings: shared.ceilings,
            requests: shared.limits.requests_within(deadline),
        })
    }

    /// How many events one generation may have, and how long its calls may take.
    pub(crate) fn allowance(&self, deadline: Option<Duration>) -> Allowance {
        let limits = self.limits();
        let more = deadline.unwrap_or_default();
        Allowance {
            events: limits.events_within(deadline),
            time: limits.generation.saturating_add(more),
            call: limits.call.saturating_add(more),
        }
    }
}

impl Error {
    /// A job that the journal can't tell of: it may have been paid.
    fn unreadable(id: &str, source: StoreError) -> Self {
        let aftermath = crate::error::Aftermath {
            charge: Charge::Unknown,
            continuation: None,
            task_id: None,
            resumable: false,
            job: Some(id.to_owned()),
        };
        Self::Unrecorded {
            aftermath: Box::new(aftermath),
            source,
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("origin", &self.shared.client.origin().to_string())
            .field("clock", &self.shared.clock)
            .finish_non_exhaustive()
    }
}
