//! How connections are made: through which proxy, and with whose certificates.

use std::env;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::error::EngineError;
use crate::trust;

/// Why a connection can't be made as described.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The address of the proxy is not `http://HOST:PORT`, with or without a user name and
    /// password. A proxy is spoken to in the clear; what goes through it is TLS.
    #[error("The proxy in {from} can't be used: give http://HOST:PORT.")]
    Proxy {
        /// Where it stands: the name of the environment variable, or `Builder::proxy`.
        from: &'static str,
    },
    /// A certificate can't be read: not PEM, or not a certificate.
    #[error("A certificate in {from} can't be read.")]
    Certificate {
        /// Where it stands: the path of the file, or `Builder::extra_ca`.
        from: String,
    },
    /// The file of certificates can't be read.
    #[error("The file of certificates {} can't be read: {source}.", path.display())]
    CertificateFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}.")]
    Tls(#[source] EngineError),
}

/// What a runtime is told about its connections. Prints nothing of a proxy's password.
#[derive(Default)]
pub(crate) struct Network {
    /// Where its address stands, and the address.
    proxy: Option<(&'static str, String)>,
    except: Option<String>,
    certificates: Vec<Vec<u8>>,
    certificate_file: Option<PathBuf>,
}

impl Network {
    pub(crate) fn set_proxy(&mut self, url: &str) {
        self.proxy = Some(("Builder::proxy", url.to_owned()));
    }

    pub(crate) fn set_except(&mut self, list: &str) {
        self.except = Some(list.to_owned());
    }

    pub(crate) fn read_proxy(&mut self, variable: impl Fn(&str) -> Option<String>) {
        // As curl has it: the name in lower case first, and an empty value is none.
        let first = |names: &[&'static str]| {
            let value = |name: &&'static str| Some((*name, variable(name)?));
            let mut values = names.iter().filter_map(value);
            values.find(|(_, value)| !value.trim().is_empty())
        };
        self.proxy = first(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
        self.except = first(&["no_proxy", "NO_PROXY"]).map(|(_, value)| value);
    }

    pub(crate) fn add_certificates(&mut self, pem: Vec<u8>) {
        self.certificates.push(pem);
    }

    pub(crate) fn read_certificates(&mut self) {
        self.certificate_file = env::var_os("SSL_CERT_FILE")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from);
    }

    /// The proxy to use, and for what.
    pub(crate) fn proxies(&self) -> Result<Proxies, NetworkError> {
        let Some((from, address)) = &self.proxy else {
            return Ok(Proxies(None));
        };
        let address = match address.contains("://") {
            true => address.clone(),
            false => format!("http://{address}"),
        };
        let usable = |url: Url| url.scheme() == "http" && url.host().is_some();
        if !Url::parse(&address).is_ok_and(usable) {
            return Err(NetworkError::Proxy { from });
        }
        let matcher = Matcher::builder()
            .https(address)
            .no(self.except.clone().unwrap_or_default())
            .build();
        Ok(Proxies(Some(Arc::new(matcher))))
    }

    /// TLS as the system trusts it, and with the certificates that were added.
    pub(crate) fn tls(&self) -> Result<ClientConfig, NetworkError> {
        trust::config(self.certificates()?).map_err(NetworkError::Tls)
    }

    /// The certificates that were added.
    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, NetworkError> {
        let mut roots = rustls::RootCertStore::empty();
        let mut certificates = Vec::new();
        let mut add = |pem: &[u8], from: &dyn Fn() -> String| {
            let unreadable = || NetworkError::Certificate { from: from() };
            let mut found = false;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_| unreadable())?;
                roots.add(certificate.clone()).map_err(|_| unreadable())?;
                certificates.push(certificate);
                found = true;
            }
            found.then_some(()).ok_or_else(unreadable)
        };
        for pem in &self.certificates {
            add(pem, &|| "Builder::extra_ca".to_owned())?;
        }
        if let Some(path) = &self.certificate_file {
            let pem = std::fs::read(path).map_err(|source| NetworkError::CertificateFile {
                path: path.clone(),
                source,
            })?;
            add(&pem, &|| path.display().to_string())?;
        }
        Ok(certificates)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("proxy", &self.proxy.is_some())
            .field("certificates", &self.certificates.len())
            .field("certificate_file", &self.certificate_file)
            .finish_non_exhaustive()
    }
}

/// Which requests go through a proxy: those over TLS, unless their host is excepted.
#[derive(Clone, Default)]
pub(crate) struct Proxies(Option<Arc<Matcher>>);

impl Proxies {
    /// The proxy for a request.
    pub(crate) fn of(&self, uri: &http::Uri) -> Option<Intercept> {
        let tls = uri.scheme_str() == Some("https");
        self.0.as_ref().filter(|_| tls)?.intercept(uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy_of(variables: &[(&str, &str)], uri: &str) -> Option<String> {
        let mut network = Network::default();
        network.read_proxy(|name| {
            let mut pairs = variables.iter();
            let found = pairs.find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        let intercept = network.proxies().unwrap().of(&uri.parse().unwrap())?;
        Some(intercept.uri().to_string())
    }

    #[test]
    fn the_environment_names_a_proxy_and_its_exceptions() {
        let service = "https://api.imastudio.com/x";
        let proxy = Some("http://proxy.example:3128/".to_owned());
        for variables in [
            &[("HTTPS_PROXY", "http://proxy.example:3128")][..],
            &[("https_proxy", "proxy.example:3128")],
            &[("https_proxy", ""), ("ALL_PROXY", "proxy.example:3128")],
            &[
                ("HTTPS_PROXY", "proxy.example:3128"),
                ("NO_PROXY", "imaclaw.ai"),
            ],
        ] {
            assert_eq!(proxy_of(variables, service), proxy, "{variables:?}");
            assert_eq!(proxy_of(variables, "http://127.0.0.1:80/x"), None);
        }
        for variables in [
            &[][..],
            &[("HTTP_PROXY", "http://proxy.example:3128")],
            &[("HTTPS_PROXY", "proxy.example:3128"), ("no_proxy", "*")],
            &[
                ("HTTPS_PROXY", "proxy.example:3128"),
                ("NO_PROXY", ".imastudio.com"),
            ],
        ] {
            assert_eq!(proxy_of(variables, service), None, "{variables:?}");
        }
    }

    #[test]
    fn a_proxy_that_can_not_be_used_is_refused_and_its_password_never_printed() {
        for url in ["https://proxy.example", "socks5://proxy.example", "http://"] {
            let mut network = Network::default();
            network.set_proxy(url);
            assert!(
                matches!(
                    network.proxies(),
                    Err(NetworkError::Proxy {
                        from: "Builder::proxy"
                    })
                ),
                "{url}"
            );
        }
        let mut network = Network::default();
        network.set_proxy("http://me:secret@proxy.example");
        assert!(network.proxies().is_ok());
        assert!(!format!("{network:?}").contains("secret"));
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        for pem in [
            "",
            "not PEM",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            let mut network = Network::default();
            network.add_certificates(pem.into());
            assert!(
                matches!(
                    network.certificates(),
                    Err(NetworkError::Certificate { .. })
                ),
                "{pem}"
            );
        }
    }
}
