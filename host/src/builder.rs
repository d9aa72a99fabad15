//! Describes a runtime: component, origin, key, limits, journal, network.

use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Clock;
use crate::credential::Credential;
use crate::egress::Wire;
use crate::error::Error;
use crate::journal::Journal;
use crate::limits::Limits;
use crate::logs;
use crate::machine::Pool;
use crate::network::Network;
use crate::origin::Origin;
use crate::preferences::PreferenceFile;
use crate::runtime::{Runtime, Shared};
use crate::sandbox::{ComponentSource, MACHINE, PLUGIN, Sandbox, component_bytes};

/// Describes a [`Runtime`].
#[derive(Debug, Default)]
pub struct Builder {
    component: ComponentSource,
    machine: Option<ComponentSource>,
    origin: Option<String>,
    credential: Credential,
    limits: Limits,
    journal: Option<Journal>,
    preferences: Option<PreferenceFile>,
    log_folder: Option<PathBuf>,
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

    /// Where the users' usual models are. A generation whose request names no model takes the usual
    /// one of the runtime's [user](Runtime::with_user), and the model of a success becomes the
    /// usual one, unless it was [for once](Runtime::for_once) or the generation was taken up. A file
    /// that can't be read or written fails no generation. Without this, nothing is read or written.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use ima_host::types::{Language, Preferred, Request, TaskType};
    /// use ima_host::{Credential, PreferenceFile, Runtime};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("ima_prefs.json");
    /// // The file of the vendor's tools is `PreferenceFile::open(PreferenceFile::default_path()?)`.
    /// let file = PreferenceFile::open(path);
    /// let runtime = Runtime::builder()
    ///     .credential(Credential::literal("ima_key"))
    ///     .preferences(file.clone())
    /// #   .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
    ///     .build()?;
    /// let mia = runtime.with_user("mia");
    ///
    /// let music = TaskType::TextToMusic;
    /// let usual = Preferred::now("GenBGM", "Genbgm", 5);
    /// file.set(&mia, mia.user(), music, &usual).await?;
    /// let request = Request::new(music, "calm ambient piano", Language::En);
    /// let request = mia.with_usual_model(&request).await;
    /// assert_eq!(request.model_id.as_deref(), Some("GenBGM"));
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn preferences(mut self, file: PreferenceFile) -> Self {
        self.preferences = Some(file);
        self
    }

    /// Has [`build`](Self::build) begin the [log files](crate::logs::init) of this process in this
    /// folder: times, ids and codes, one file a day, seven kept. For a process without a `tracing`
    /// subscriber; one with a subscriber adds [`logs::layer`] to it. Any number
    /// of runtimes may name the same folder.
    ///
    /// ```
    /// use ima_host::Runtime;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let builder = || Runtime::builder().log_folder(folder.path());
    /// # let builder = || builder().cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"));
    /// let runtime = builder().build()?;
    /// let another = builder().build()?;
    /// assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn log_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.log_folder = Some(folder.into());
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
    /// When the origin, the clock, the component, the proxy or a certificate can't be used, or the
    /// log folder, or the process has another subscriber already.
    pub fn build(self) -> Result<Runtime, Error> {
        let origin: Origin = self.origin.as_deref().unwrap_or(Origin::DEFAULT).parse()?;
        if !self.clock.is_real() && !origin.is_loopback() {
            return Err(Error::AcceleratedClock);
        }
        let log = self.log_folder.map(|folder| logs::init(Some(&folder)));
        let log = log.transpose()?;
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
        Ok(Runtime::from(Shared {
            limits,
            journal: self.journal,
            preferences: self.preferences,
            _log: log,
            wire: Arc::new(wire),
            sandbox,
            machines,
            credential: self.credential,
            clock: self.clock,
            refusals: Arc::default(),
        }))
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
