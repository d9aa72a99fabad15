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
    /// The address of the proxy is not `http://HOST:PORT` or `socks5://HOST:PORT`, with or without a
    /// user name and password. A proxy is spoken to in the clear; what goes through it is TLS.
    #[error(
        "The proxy in {from} can't be used: {found}; give http://HOST:PORT or socks5://HOST:PORT."
    )]
    Proxy {
        /// Where it stands: the name of the environment variable, or `Builder::proxy`.
        from: &'static str,
        /// What is wrong with it, for example `its scheme is ftp`. Never the address, which may hold a
        /// password.
        found: String,
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
        self.proxy = Some((OWN_PROXY, url.to_owned()));
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

    /// Whether the proxy comes from the environment, which is not about this program alone.
    pub(crate) fn is_from_environment(&self) -> bool {
        self.proxy
            .as_ref()
            .is_some_and(|(from, _)| *from != OWN_PROXY)
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
        let unusable = |found: String| NetworkError::Proxy { from, found };
        let url = Url::parse(&address).map_err(|_| unusable("it is no address".to_owned()))?;
        // Desktops write `socks`, and mean version 5.
        let socks = match url.scheme() {
            "http" => false,
            "socks" | "socks5" | "socks5h" => true,
            other => return Err(unusable(format!("its scheme is {other}"))),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| unusable("it names no host".to_owned()))?;
        let port = url.port().unwrap_or(if socks { 1080 } else { 80 });
        let login = match url.username() {
            "" => String::new(),
            user => format!("{user}:{}@", url.password().unwrap_or_default()),
        };
        let scheme = if socks { "socks5" } else { "http" };
        let matcher = Matcher::builder()
            .https(format!("{scheme}://{login}{host}:{port}"))
            .no(self.except.clone().unwrap_or_default())
            .build();
        Ok(Proxies(Some(Arc::new(matcher))))
    }

    /// TLS as the system trusts it, and with the certificates that were added. What the environment
    /// names and can't be used is left out and told.
    pub(crate) fn tls(
        &self,
        left_out: &mut Vec<NetworkError>,
    ) -> Result<ClientConfig, NetworkError> {
        trust::config(self.certificates(left_out)?).map_err(NetworkError::Tls)
    }

    /// The certificates that were added.
    fn certificates(
        &self,
        left_out: &mut Vec<NetworkError>,
    ) -> Result<Vec<CertificateDer<'static>>, NetworkError> {
        let mut certificates = Vec::new();
        for pem in &self.certificates {
            let (good, bad) = read(pem);
            if bad || good.is_empty() {
                let from = "Builder::extra_ca".to_owned();
                return Err(NetworkError::Certificate { from });
            }
            certificates.extend(good);
        }
        if let Some(path) = &self.certificate_file {
            match trust::read_file(path) {
                Ok(pem) => {
                    let (good, bad) = read(&pem);
                    if bad || good.is_empty() {
                        let from = path.display().to_string();
                        left_out.push(NetworkError::Certificate { from });
                    }
                    certificates.extend(good);
                }
                Err(source) => left_out.push(NetworkError::CertificateFile {
                    path: path.clone(),
                    source,
                }),
            }
        }
        Ok(certificates)
    }
}

/// Where a proxy stands that the embedder names.
const OWN_PROXY: &str = "Builder::proxy";

/// The certificates in a PEM text that can be trusted, and whether something in it can't be.
fn read(pem: &[u8]) -> (Vec<CertificateDer<'static>>, bool) {
    let mut roots = rustls::RootCertStore::empty();
    let (mut good, mut bad) = (Vec::new(), false);
    for certificate in CertificateDer::pem_slice_iter(pem) {
        match certificate {
            Ok(certificate) if roots.add(certificate.clone()).is_ok() => good.push(certificate),
            Ok(_) | Err(_) => bad = true,
        }
    }
    (good, bad)
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

/// Which requests go through a proxy: those over TLS, unless their host is excepted or this machine.
#[derive(Clone, Default)]
pub(crate) struct Proxies(Option<Arc<Matcher>>);

impl Proxies {
    /// The proxy for a request.
    pub(crate) fn of(&self, uri: &http::Uri) -> Option<Intercept> {
        let tls = uri.scheme_str() == Some("https");
        let here = uri.host().is_none_or(is_here);
        self.0.as_ref().filter(|_| tls && !here)?.intercept(uri)
    }
}

/// Whether a host is this machine, which no proxy is asked for.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = address
        .parse()
        .is_ok_and(|it: std::net::IpAddr| it.is_loopback());
    loopback || host.eq_ignore_ascii_case("localhost")
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
                ("HTTPS_PROXY", " "),
                ("all_proxy", "http://proxy.example:3128/"),
            ],
            &[
                ("HTTPS_PROXY", "proxy.example:3128"),
                ("NO_PROXY", "imaclaw.ai"),
            ],
        ] {
            assert_eq!(proxy_of(variables, service), proxy, "{variables:?}");
            for here in [
                "http://127.0.0.1:80/x",
                "https://localhost/x",
                "https://[::1]:8443/x",
            ] {
                assert_eq!(proxy_of(variables, here), None, "{here}");
            }
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
    fn a_socks_proxy_is_known_by_each_of_its_names() {
        for proxy in [
            "socks5://proxy.example:1080",
            "socks5h://proxy.example",
            "socks://proxy.example/",
        ] {
            let service = "https://api.imastudio.com/x";
            let found = proxy_of(&[("ALL_PROXY", proxy)], service);
            assert_eq!(
                found.as_deref(),
                Some("socks5://proxy.example:1080/"),
                "{proxy}"
            );
        }
    }

    #[test]
    fn a_proxy_that_can_not_be_used_is_refused_and_its_password_never_printed() {
        for (url, said) in [
            ("https://me:secret@proxy.example", "its scheme is https"),
            ("socks4://proxy.example", "its scheme is socks4"),
            ("http://", "it is no address"),
        ] {
            let mut network = Network::default();
            network.set_proxy(url);
            let error = network.proxies().err().unwrap().to_string();
            assert!(
                error.contains("Builder::proxy") && error.contains(said),
                "{error}"
            );
            assert!(!error.contains("secret"), "{error}");
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
                    network.certificates(&mut Vec::new()),
                    Err(NetworkError::Certificate { .. })
                ),
                "{pem}"
            );
        }
    }

    #[test]
    fn what_the_environment_names_and_is_no_certificate_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let file = folder.path().join("bundle.pem");
        std::fs::write(&file, [odd, &own.cert.pem()].concat()).unwrap();
        let endless = PathBuf::from("/dev/full");
        for (path, trusted) in [
            (file, 1),
            (folder.path().join("missing.pem"), 0),
            (endless, 0),
        ] {
            let network = Network {
                certificate_file: Some(path.clone()),
                ..Network::default()
            };
            let mut left_out = Vec::new();
            let certificates = network.certificates(&mut left_out).unwrap();
            assert_eq!(certificates.len(), trusted, "{path:?}");
            assert!(
                left_out[0]
                    .to_string()
                    .contains(&path.display().to_string())
            );
        }
    }
}
