//! Whose certificates are trusted: the platform's, with the bundled ones as a fallback.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::error::EngineError;

/// The largest file of certificates, in bytes. Those of systems have a quarter of a megabyte.
const LARGEST: u64 = 16 << 20;

/// Where systems keep the certificates that they trust, in one file.
const SYSTEM: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// A file of certificates. Devices and pipes, which may never end, are none.
pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err(io::Error::other("it is no file of certificates"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// TLS that trusts what the platform trusts, and these certificates too.
pub(crate) fn config(extra: Vec<CertificateDer<'static>>) -> Result<ClientConfig, EngineError> {
    // The provider is named: a process may hold another one too.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = PlatformVerifier {
        provider: Arc::clone(&provider),
        extra,
        inner: OnceLock::new(),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(EngineError::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

/// The platform's verifier, set up with the first handshake: reading the system's certificates takes
/// milliseconds, and what stays on this machine needs none.
#[derive(Debug)]
struct PlatformVerifier {
    provider: Arc<CryptoProvider>,
    extra: Vec<CertificateDer<'static>>,
    inner: OnceLock<Result<Arc<dyn ServerCertVerifier>, rustls::Error>>,
}

impl PlatformVerifier {
    fn inner(&self) -> Result<&dyn ServerCertVerifier, rustls::Error> {
        match self.inner.get_or_init(|| self.set_up()) {
            Ok(verifier) => Ok(verifier.as_ref()),
            Err(error) => Err(error.clone()),
        }
    }

    fn set_up(&self) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        // The platform's verifier takes these variables as they are, and would trust nobody, or read a
        // device without end.
        let in_the_way = |name: &str, is_usable: fn(&Path) -> bool| {
            std::env::var_os(name).is_some_and(|path| !is_usable(Path::new(&path)))
        };
        let file = in_the_way("SSL_CERT_FILE", |path| read_file(path).is_ok());
        if file || in_the_way("SSL_CERT_DIR", Path::is_dir) {
            return self.bundled();
        }
        let (extra, provider) = (self.extra.clone(), Arc::clone(&self.provider));
        match Verifier::new_with_extra_roots(extra, provider) {
            Ok(verifier) => Ok(Arc::new(verifier)),
            Err(error) => {
                tracing::warn!(%error, "the system's certificates can't be used; the bundled ones are");
                self.bundled()
            }
        }
    }

    fn bundled(&self) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for certificate in &self.extra {
            roots.add(certificate.clone())?;
        }
        // What the system trusts beside them, a company's own for example.
        let system = SYSTEM
            .iter()
            .find_map(|path| read_file(Path::new(path)).ok());
        let system = system.unwrap_or_default();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&system).flatten());
        let provider = Arc::clone(&self.provider);
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        Ok(verifier)
    }
}

impl ServerCertVerifier for PlatformVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let inner = self.inner()?;
        inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
