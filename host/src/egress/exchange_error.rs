//! Why an exchange brought no complete answer, and whether its request may have left.

use std::error::Error as StdError;
use std::io;

use hyper_util::client::legacy::Error as ClientError;

use super::connect::ResolveError;

/// An exchange without a complete answer. [`may_have_left`](Self::may_have_left) decides about money
/// (money rule 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExchangeError {
    /// The policy keeps the request back.
    #[error("the request is not allowed to leave")]
    Denied,
    /// The request can't be put into HTTP.
    #[error("the request can't be sent as HTTP")]
    Malformed,
    /// No connection became free in time.
    #[error("no connection became free in time")]
    NoFreeConnection,
    #[error("the name of the host could not be resolved")]
    NameNotResolved,
    #[error("the name of the host leads to a private network")]
    PrivateAddress,
    #[error("the connection was refused")]
    ConnectionRefused,
    #[error("the connection could not be opened in time")]
    ConnectTimeout,
    #[error("the certificate of the server is not trusted")]
    UntrustedCertificate,
    #[error("TLS could not be agreed on")]
    Tls,
    /// There never was a connection for the request.
    #[error("the connection could not be opened")]
    NotConnected,
    #[error("the connection was lost before an answer")]
    ConnectionLost,
    #[error("no answer came in time")]
    AnswerTimeout,
    #[error("the answer paused for too long")]
    BodyTimeout,
    #[error("the answer broke off")]
    Incomplete,
    #[error("the answer is not HTTP")]
    NotHttp,
    /// A body that can't be decoded could hide the key from the search for it.
    #[error("the answer has a content encoding that can't be undone")]
    Encoded,
    /// `most` is the limit in bytes, if it fits.
    #[error("the head of the answer is too large")]
    HeadTooLarge { most: Option<u32> },
    /// `most` is the limit in bytes.
    #[error("the answer is larger than {most} bytes")]
    BodyTooLarge { most: u64 },
}

impl ExchangeError {
    /// False only if it is certain that no byte of the request left.
    pub(crate) const fn may_have_left(self) -> bool {
        match self {
            Self::Denied
            | Self::Malformed
            | Self::NoFreeConnection
            | Self::NameNotResolved
            | Self::PrivateAddress
            | Self::ConnectionRefused
            | Self::ConnectTimeout
            | Self::UntrustedCertificate
            | Self::Tls
            | Self::NotConnected => false,
            Self::ConnectionLost
            | Self::AnswerTimeout
            | Self::BodyTimeout
            | Self::Incomplete
            | Self::NotHttp
            | Self::Encoded
            | Self::HeadTooLarge { .. }
            | Self::BodyTooLarge { .. } => true,
        }
    }

    /// Whether the answer was larger than is read.
    pub(crate) const fn is_too_large(self) -> bool {
        matches!(self, Self::HeadTooLarge { .. } | Self::BodyTooLarge { .. })
    }

    /// A request that got no answer. `connected` says whether there ever was a connection for it.
    /// `header_size` is the limit for the head of an answer, in bytes.
    pub(crate) fn of_client(
        error: &ClientError,
        tls: bool,
        connected: bool,
        header_size: usize,
    ) -> Self {
        let hyper: Option<&hyper::Error> = find(error);
        if error.is_connect() {
            return Self::of_connecting(error, tls);
        }
        // hyper reports "cancelled" only together with the request that it hands back: it was
        // still in the queue, and not a byte of it was written.
        if !connected || hyper.is_some_and(hyper::Error::is_canceled) {
            return Self::NotConnected;
        }
        match hyper {
            Some(error) if error.is_parse_too_large() => Self::HeadTooLarge {
                most: u32::try_from(header_size).ok(),
            },
            Some(error) if error.is_parse() => Self::NotHttp,
            Some(error) if error.is_timeout() => Self::AnswerTimeout,
            _ => Self::ConnectionLost,
        }
    }

    fn of_connecting(error: &ClientError, tls: bool) -> Self {
        if let Some(error) = find::<ResolveError>(error) {
            return match error {
                ResolveError::Prohibited => Self::PrivateAddress,
                ResolveError::Lookup(_) => Self::NameNotResolved,
            };
        }
        if let Some(error) = find::<rustls::Error>(error) {
            return match error {
                rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                    Self::UntrustedCertificate
                }
                _ => Self::Tls,
            };
        }
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => Self::ConnectionRefused,
            Some(io::ErrorKind::TimedOut) => Self::ConnectTimeout,
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::UnexpectedEof
                | io::ErrorKind::Other,
            ) if tls => Self::Tls,
            _ => Self::NotConnected,
        }
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
