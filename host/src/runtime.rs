//! The runtime: one compiled component, one pooled client, any number of generations.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::carrier::Carrier;
use crate::clock::{Clock, MonotonicClock};
use crate::credential::{Credential, Key};
use crate::egress::{Egress, Guard, Refusals, RefusedRequest, Wire};
use crate::error::{Aftermath, Error};
use crate::generation::{Beginning, Generation, Resumed};
use crate::instance::{Instance, Stop};
use crate::journal::{Journal, JournalError};
use crate::limits::Limits;
use crate::machine::{Means, Pool};
use crate::network::Network;
use crate::origin::Origin;
use crate::sandbox::{ComponentSource, MACHINE, PLUGIN, Sandbox, State, component_bytes};
use crate::types::{self, Charge, Language, Model, OnUnknown, Quote, Request, Settings, TaskType};

/// Runs the component. Make one per process and clone it: a clone is cheap and shares everything.
///
/// Its methods need a tokio runtime with time and I/O.
#[derive(Clone)]
pub struct Runtime {
    pub(crate) shared: Arc<Shared>,
    deadline: Option<Duration>,
}

pub(crate) struct Shared {
    pub(crate) limits: Arc<Limits>,
    pub(crate) journal: Option<Journal>,
    pub(crate) wire: Arc<Wire>,
    sandbox: Sandbox,
    /// Where there is one, it carries the generations.
    machines: Option<Pool>,
    credential: Credential,
    pub(crate) clock: Clock,
    refusals: Arc<Refusals>,
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
            shared: Arc::clone(&self.shared),
            deadline: Some(deadline),
        }
    }

    /// Prepares a generation. Nothing is sent until its first event is asked for.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialMissing`] without a key, [`Error::Rejected`] where the request can't be
    /// used, and the errors of a component that misbehaves. Nothing was spent.
    pub async fn start(&self, request: &Request) -> Result<Generation, Error> {
        Generation::open(self, Beginning::Start(Box::new(request.clone())), None).await
    }

    /// Takes up a generation from a continuation: the last checkpoint's, or a failure's.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn resume(
        &self,
        continuation: &str,
        on_unknown: OnUnknown,
    ) -> Result<Generation, Error> {
        Generation::open(
            self,
            Beginning::Resume(Resumed::unknown(continuation), on_unknown),
            None,
        )
        .await
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
        let claimed = journal.claim(id).await.map_err(|source| match source {
            JournalError::InUse => Error::JobInUse(id.to_owned()),
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
        let mut instance = self.asking().await?;
        instance
            .quote(request, &self.settings())
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
        let mut instance = self.asking().await?;
        instance
            .models(task, language, &self.settings())
            .await
            .map_err(Stop::unspent)?
            .map_err(|failure| Error::Failure(Box::new(failure)))
    }

    /// An instance for a call that asks the service and never spends.
    async fn asking(&self) -> Result<Instance, Error> {
        let key = self.key()?;
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
            deadline_ms: self.settings().deadline_ms,
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

    /// How long one call may take.
    fn patience(&self) -> Duration {
        let deadline = self.deadline.unwrap_or_default();
        self.shared.limits.call.saturating_add(deadline)
    }

    /// What the component is told of this runtime.
    pub(crate) fn settings(&self) -> Settings {
        let limits = &self.shared.limits;
        let short = |time: Duration| Some(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
        Settings {
            origin: Some(self.shared.wire.origin().to_string()),
            deadline_ms: self
                .deadline
                .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
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
            resumable: false,
            job: None,
        })
    }
}

/// Describes a [`Runtime`].
#[derive(Debug, Default)]
pub struct Builder {
    component: ComponentSource,
    machine: Option<ComponentSource>,
    origin: Option<String>,
    credential: Credential,
    limits: Limits,
    journal: Option<Journal>,
    cache_folder: Option<PathBuf>,
    clock: Clock,
    network: Network,
}

impl Builder {
    /// Where the component of world `plugin` comes from. Default: the one built into this library.
    #[must_use]
    pub fn component(mut self, source: ComponentSource) -> Self {
        self.component = source;
        self
    }

    /// Runs the generations in a component of world `machine`: the host does their HTTP, and
    /// thousands of them share an instance. Events, policy and journal are the same.
    ///
    /// A generation takes a twentieth of the memory, and starts sooner. In return those that share
    /// an instance are not isolated from each other: if the component breaks down, each of them
    /// ends with [`Error::Trap`] and can be resumed. Quotes, lists and language stay with the
    /// plugin.
    #[must_use]
    pub fn machine(mut self, source: ComponentSource) -> Self {
        self.machine = Some(source);
        self
    }

    /// Scheme, host and optional port of the service. Default [`Origin::DEFAULT`].
    #[must_use]
    pub fn origin(mut self, origin: &str) -> Self {
        self.origin = Some(origin.to_owned());
        self
    }

    /// Where the API key comes from. Default: the environment variable `IMA_API_KEY`.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }

    /// What the component may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where checkpoints are kept. Without a journal the caller keeps them.
    #[must_use]
    pub fn journal(mut self, journal: Journal) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Where compiled code is kept, so that the next start compiles nothing. The folder must be
    /// writable by this user only: what is in it is run. Default: `ima` in the user's cache folder.
    #[must_use]
    pub fn cache_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache_folder = Some(folder.into());
        self
    }

    /// The HTTP proxy for what goes over TLS: `http://HOST:PORT`, with or without `USER:PASSWORD@`.
    ///
    /// It is asked for a tunnel (CONNECT), so it sees the name of the service and never the key.
    /// An `http` origin is on this machine and is always reached directly. Through a proxy, names
    /// are looked up by the proxy: it, and no longer this library, decides whether they may lead to
    /// private addresses.
    #[must_use]
    pub fn proxy(mut self, url: &str) -> Self {
        self.network.set_proxy(url);
        self
    }

    /// Hosts that are reached without the proxy, in the notation of `NO_PROXY`: names with all
    /// that is below them, addresses, networks, or `*`, with commas between.
    #[must_use]
    pub fn no_proxy(mut self, hosts: &str) -> Self {
        self.network.set_except(hosts);
        self
    }

    /// The proxy that the environment names: `HTTPS_PROXY`, else `ALL_PROXY`, with the exceptions
    /// of `NO_PROXY`; each also in lower case, which goes first. `HTTP_PROXY` is for plain HTTP,
    /// which never leaves this machine here, and is not looked at.
    #[must_use]
    pub fn environment_proxy(mut self) -> Self {
        self.network.read_proxy(|name| std::env::var(name).ok());
        self
    }

    /// Further certificates to trust, as PEM, beside those that Mozilla trusts.
    #[must_use]
    pub fn extra_ca(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network.add_certificates(pem.into());
        self
    }

    /// Trusts the certificates in the file that the environment names as `SSL_CERT_FILE`, too.
    #[must_use]
    pub fn environment_ca(mut self) -> Self {
        self.network.read_certificates();
        self
    }

    /// How fast time passes for the component. Anything but the system's clock needs an origin on
    /// this machine.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Compiles the component, or takes its compiled form from the cache. Takes seconds the first
    /// time and blocks the thread.
    ///
    /// # Errors
    ///
    /// When the origin, the clock, the component, the proxy or a certificate can't be used.
    pub fn build(self) -> Result<Runtime, Error> {
        let origin: Origin = self.origin.as_deref().unwrap_or(Origin::DEFAULT).parse()?;
        if !self.clock.is_real() && !origin.is_loopback() {
            return Err(Error::AcceleratedClock);
        }
        let bytes = component_bytes(&self.component, PLUGIN)?;
        let cache = self.cache_folder.or_else(crate::folders::cache);
        let sandbox = Sandbox::new(&bytes, &self.limits, cache.as_deref(), &self.clock)?;
        let limits = Arc::new(self.limits);
        let machines = match &self.machine {
            Some(source) => {
                let bytes = component_bytes(source, MACHINE)?;
                Some(Pool::new(&sandbox, &bytes, &limits)?)
            }
            None => None,
        };
        let (proxies, roots) = (self.network.proxies()?, self.network.roots()?);
        let wire = Wire::new(origin, Arc::clone(&limits), proxies, roots).map_err(Error::Tls)?;
        let shared = Shared {
            limits,
            journal: self.journal,
            wire: Arc::new(wire),
            sandbox,
            machines,
            credential: self.credential,
            clock: self.clock,
            refusals: Arc::default(),
        };
        Ok(Runtime {
            shared: Arc::new(shared),
            deadline: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_never_polled_faster() {
        let builder = Runtime::builder().clock(Clock::accelerated(10));
        assert!(matches!(builder.build(), Err(Error::AcceleratedClock)));
    }

    #[test]
    fn an_unusable_origin_is_refused() {
        let builder = Runtime::builder().origin("http://api.imastudio.com");
        assert!(matches!(builder.build(), Err(Error::Origin(_))));
    }
}
