//! Describes a runtime: component, isolation, origin, key, limits, journal, network.

use std::path::PathBuf;
use std::sync::Arc;

use ima_journal::{Ceilings, Journal, MemoryStore};
use tokio::task::spawn_blocking;

use crate::clock::Clock;
use crate::credential::Credential;
use crate::egress::ServiceClient;
use crate::engine::{ComponentSource, MachineEngine, component_bytes};
use crate::error::Error;
use crate::limits::Limits;
use crate::machine::{Isolation, Machines};
use crate::network::{Network, Proxies};
use crate::origin::Origin;
use crate::preferences::PreferenceFile;
use crate::runtime::{Runtime, Shared};

/// Describes a [`Runtime`].
#[derive(Debug, Default)]
#[must_use]
pub struct Builder {
    component: ComponentSource,
    isolation: Isolation,
    origin: Option<String>,
    credential: Credential,
    limits: Limits,
    ceilings: Ceilings,
    journal: Option<Journal>,
    preferences: Option<PreferenceFile>,
    cache_folder: Option<PathBuf>,
    clock: Clock,
    network: Network,
    user_agent: Option<String>,
}

impl Builder {
    /// Where the component of world `machine` comes from. Default: the one that comes with this
    /// library.
    pub fn component(mut self, source: ComponentSource) -> Self {
        self.component = source;
        self
    }

    /// How far generations are kept apart. Default [`Isolation::PerGeneration`].
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Scheme, host and optional port of the service. Default [`Origin::DEFAULT`].
    pub fn origin(mut self, origin: &str) -> Self {
        self.origin = Some(origin.to_owned());
        self
    }

    /// Where the API key comes from. Without it, whatever needs the key fails with
    /// [`Error::CredentialMissing`].
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }

    /// What the component may use.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The most that one create request, and all of one day, may cost, in points. They count from
    /// the ledger in the journal, over all processes that share it; what is in doubt counts as spent.
    /// Without a journal they count in this process alone. Default: none.
    pub fn ceilings(mut self, ceilings: Ceilings) -> Self {
        self.ceilings = ceilings;
        self
    }

    /// Where checkpoints, jobs and the ledger of payments are kept. Without a journal the caller
    /// keeps the checkpoints, and the ledger ends with the process.
    pub fn journal(mut self, journal: Journal) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Where the users' default models are. A request without a model takes the default of its
    /// [user](field@crate::Request::user), and the model of a success becomes the default, unless the
    /// request [says otherwise](crate::Request::remember_model) or the generation was resumed. A file
    /// that can't be read or written fails no generation. Without this, nothing is read or written.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use ima_host::types::{Language, Preferred, TaskType};
    /// use ima_host::{PreferenceFile, Request, Runtime};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("ima_prefs.json");
    /// // The vendor's tools keep it as ~/.openclaw/memory/ima_prefs.json.
    /// let file = PreferenceFile::open(path);
    /// let ima = Runtime::builder()
    ///     .preferences(file.clone())
    /// #   .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
    ///     .build()
    ///     .await?;
    ///
    /// let preferred = Preferred::now("GenBGM", "Genbgm", 5);
    /// file.set(&ima, "mia", TaskType::TextToMusic, &preferred).await?;
    /// let mut request = Request::music("calm ambient piano", Language::En);
    /// request.user = Some("mia".to_owned());
    /// let request = ima.with_preferred_model(request).await;
    /// assert_eq!(request.model_id.as_deref(), Some("GenBGM"));
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn preferences(mut self, file: PreferenceFile) -> Self {
        self.preferences = Some(file);
        self
    }

    /// Where compiled code is kept, so that the next start compiles nothing. The folder must be
    /// writable by this user only: what is in it is run. Without a folder every start compiles, which
    /// takes seconds.
    pub fn cache_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache_folder = Some(folder.into());
        self
    }

    /// What requests call their sender, to the service and to the hosts of audio (`User-Agent`), for
    /// example `radio/2.1`. Characters that can't stand in a header are left out. Default: this
    /// library's name and version.
    pub fn user_agent(mut self, name: &str) -> Self {
        self.user_agent = Some(name.to_owned());
        self
    }

    /// The proxy for what goes over TLS: `http://HOST:PORT` or `socks5://HOST:PORT`, with or without
    /// `USER:PASSWORD@`.
    ///
    /// It is asked for a tunnel, so it sees the name of the service and never the key.
    /// An `http` origin is on this machine and is always reached directly. Through a proxy, names
    /// are looked up by the proxy: it, and no longer this library, decides whether they may lead to
    /// private addresses.
    pub fn proxy(mut self, url: &str) -> Self {
        self.network.set_proxy(url);
        self
    }

    /// Hosts that are reached without the proxy, in the notation of `NO_PROXY`: names with all
    /// that is below them, addresses, networks, or `*`, with commas between.
    pub fn no_proxy(mut self, hosts: &str) -> Self {
        self.network.set_except(hosts);
        self
    }

    /// The proxy that the environment names: `HTTPS_PROXY`, else `ALL_PROXY`, with the exceptions
    /// of `NO_PROXY`; each also in lower case, which goes first. `HTTP_PROXY` is for plain HTTP,
    /// which never leaves this machine here, and is not looked at. For an origin on this machine an
    /// unusable one is left out with a [warning](Runtime::network_warnings).
    pub fn environment_proxy(mut self) -> Self {
        self.network.read_proxy(|name| std::env::var(name).ok());
        self
    }

    /// Further certificates to trust, as PEM, beside those that the system trusts.
    pub fn extra_ca(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network.add_certificates(pem.into());
        self
    }

    /// Trusts the certificates in the file that the environment names as `SSL_CERT_FILE`, too. What
    /// can't be read of it is left out with a [warning](Runtime::network_warnings).
    pub fn environment_ca(mut self) -> Self {
        self.network.read_certificates();
        self
    }

    /// How fast time passes for the component. Anything but the system's clock needs an origin on
    /// this machine.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Compiles the component on a thread of its own, or takes its compiled form from the cache. The
    /// first time it takes seconds.
    ///
    /// # Errors
    ///
    /// If the origin, the clock, the component, the proxy or a certificate can't be used.
    pub async fn build(self) -> Result<Runtime, Error> {
        let built = spawn_blocking(move || self.build_blocking()).await;
        built.map_err(|_| Error::Interrupted)?
    }

    fn build_blocking(self) -> Result<Runtime, Error> {
        let origin: Origin = self.origin.as_deref().unwrap_or(Origin::DEFAULT).parse()?;
        if !self.clock.is_real() && !origin.is_loopback() {
            return Err(Error::AcceleratedClock);
        }
        let limits = Arc::new(self.limits);
        let bytes = component_bytes(&self.component)?;
        let engine = MachineEngine::new(&bytes, &limits, self.cache_folder.as_deref())?;
        let mut warnings = Vec::new();
        let tls = self.network.tls(&mut warnings)?;
        let proxies = match self.network.proxies() {
            // What the environment says of a proxy is nothing to a service on this machine.
            Err(error) if origin.is_loopback() && self.network.is_from_environment() => {
                warnings.push(error);
                Proxies::default()
            }
            proxies => proxies?,
        };
        for warning in &warnings {
            tracing::warn!(%warning, "a setting of the environment is left out");
        }
        let client = ServiceClient::new(origin, Arc::clone(&limits), proxies, tls)
            .named(self.user_agent.as_deref());
        let ledger = self.journal.clone();
        let ledger = ledger.unwrap_or_else(|| Journal::with(MemoryStore::new()));
        Ok(Runtime::from(Shared {
            limits,
            journal: self.journal,
            ledger,
            ceilings: self.ceilings,
            preferences: self.preferences,
            #[cfg(feature = "edge")]
            cache_folder: self.cache_folder,
            client: Arc::new(client),
            machines: Machines::new(engine, self.isolation),
            credential: self.credential,
            clock: self.clock,
            refusals: Arc::default(),
            warnings,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_service_is_never_polled_faster() {
        let builder = Runtime::builder().clock(Clock::accelerated(10));
        assert!(matches!(
            builder.build().await,
            Err(Error::AcceleratedClock)
        ));
    }

    #[tokio::test]
    async fn an_unusable_origin_is_refused() {
        let builder = Runtime::builder().origin("http://api.imastudio.com");
        assert!(matches!(builder.build().await, Err(Error::Origin(_))));
    }
}
