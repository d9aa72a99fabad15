//! Names the failures of an exchange, so that the component can tell what was sent.

use std::error::Error as StdError;
use std::io;

use hyper_util::client::legacy::Error as ClientError;
use wasmtime_wasi_http::Error as HttpError;

use super::connect::ResolveError;

/// An exchange that failed.
#[derive(Debug)]
pub(crate) struct Fault {
    /// What the component is told.
    pub(crate) error: HttpError,
    /// False where no byte of the request can have left.
    pub(crate) sent: bool,
}

impl Fault {
    pub(crate) fn not_sent(error: HttpError) -> Self {
        Self { error, sent: false }
    }

    pub(crate) fn sent(error: HttpError) -> Self {
        Self { error, sent: true }
    }

    /// A request that got no answer. `connected` says whether there ever was a connection for it.
    /// `header_size` is the limit for a response's head, in bytes.
    pub(crate) fn of_client(
        error: &ClientError,
        tls: bool,
        connected: bool,
        header_size: usize,
    ) -> Self {
        let hyper: Option<&hyper::Error> = find(error);
        if error.is_connect() {
            return Self::not_sent(connect(error, tls));
        }
        // hyper reports "cancelled" only together with the request that it hands back: it was
        // still in the queue, and not a byte of it was written.
        if !connected || hyper.is_some_and(hyper::Error::is_canceled) {
            return Self::not_sent(HttpError::DestinationUnavailable);
        }
        Self::sent(match hyper {
            Some(error) if error.is_parse_too_large() => {
                HttpError::HttpResponseHeaderSectionSize(u32::try_from(header_size).ok())
            }
            Some(error) if error.is_parse() => HttpError::HttpProtocolError,
            Some(error) if error.is_timeout() => HttpError::HttpResponseTimeout,
            _ => HttpError::ConnectionTerminated,
        })
    }
}

fn connect(error: &ClientError, tls: bool) -> HttpError {
    if let Some(error) = find::<ResolveError>(error) {
        return match error {
            ResolveError::Prohibited => HttpError::DestinationIpProhibited,
            ResolveError::Lookup(_) => HttpError::DnsError {
                rcode: None,
                info_code: None,
            },
        };
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return match error {
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                HttpError::TlsCertificateError
            }
            _ => HttpError::TlsProtocolError,
        };
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => HttpError::ConnectionRefused,
        Some(io::ErrorKind::TimedOut) => HttpError::ConnectionTimeout,
        Some(
            io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other,
        ) if tls => HttpError::TlsProtocolError,
        _ => HttpError::DestinationUnavailable,
    }
}

/// The first error of type `T` in the chain. An `io::Error` hides the error that it wraps from
/// `source`, so it is opened by hand.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        if let Some(found) = error.downcast_ref::<T>() {
            // The innermost io::Error is the one that names the cause.
            return inner.and_then(|inner| find(inner)).or(Some(found));
        }
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
