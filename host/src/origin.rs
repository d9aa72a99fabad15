//! The one origin that a component may reach.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use url::{Host, Url};

/// Why an origin can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// It is not a URL.
    #[error("not a URL: {0}")]
    Malformed(#[from] url::ParseError),
    /// Its scheme is neither `https` nor, on this machine, `http`.
    #[error("an origin starts with https://, or with http:// where the host is this machine")]
    Scheme,
    /// It holds more than scheme, host and port.
    #[error("an origin is only scheme, host and port: no path, query or user name")]
    Extra,
}

/// Scheme, host and port of the service.
///
/// `http` is accepted only for this machine: a key never travels in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    url: Url,
}

impl Origin {
    /// The service itself.
    pub const DEFAULT: &'static str = "https://api.imastudio.com";

    /// Whether the host is this machine: `localhost` or a loopback address.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether the host is the name `localhost`, which may resolve to a loopback address.
    pub(crate) fn is_localhost(&self) -> bool {
        matches!(self.url.host(), Some(Host::Domain("localhost")))
    }

    /// Its address, as requests name it.
    pub(crate) fn uri(&self) -> Uri {
        // An origin that `url` took, http takes too: its host is in ASCII.
        self.url.as_str().parse().unwrap_or_default()
    }

    /// Whether `url` has this scheme, host and port.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }

    /// Whether a request to `uri` goes to this scheme, host and port, and carries no user name.
    pub(crate) fn matches(&self, uri: &Uri) -> bool {
        let Some(authority) = uri.authority() else {
            return false;
        };
        // Compared as text, after the port: what a parser might read differently is refused.
        let default = match self.url.scheme() {
            "https" => 443,
            _ => 80,
        };
        uri.scheme_str() == Some(self.url.scheme())
            && !authority.as_str().contains('@')
            && self.url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(authority.host()))
            && authority.port_u16().unwrap_or(default) == self.url.port().unwrap_or(default)
            // A port that is not a number reads as none.
            && (authority.port().is_some() || !authority.as_str().ends_with(':'))
            && authority.as_str().rsplit(']').next().is_some_and(|rest| rest.matches(':').count() <= 1)
    }
}

/// The host of `url` where it is a literal address.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(_)) | None => None,
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text)?;
        let bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !bare {
            return Err(OriginError::Extra);
        }
        let origin = Self { url };
        match origin.url.scheme() {
            "https" => Ok(origin),
            "http" if origin.is_loopback() => Ok(origin),
            _ => Err(OriginError::Scheme),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for text in [
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:9/",
        ] {
            assert!(text.parse::<Origin>().unwrap().is_loopback(), "{text}");
        }
        for text in [
            "http://api.imastudio.com",
            "http://192.168.0.1",
            "ftp://localhost",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError::Scheme), "{text}");
        }
    }

    #[test]
    fn an_origin_is_nothing_more() {
        for text in [
            "https://a.example/x",
            "https://u@a.example",
            "https://a.example?q",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError::Extra), "{text}");
        }
        assert!("not a url".parse::<Origin>().is_err());
    }

    #[test]
    fn prints_without_a_path() {
        let origin: Origin = "https://api.imastudio.com/".parse().unwrap();
        assert_eq!(origin.to_string(), Origin::DEFAULT);
    }

    #[test]
    fn a_request_matches_by_scheme_host_and_port() {
        let origin: Origin = Origin::DEFAULT.parse().unwrap();
        for uri in [
            "https://api.imastudio.com/x",
            "https://API.imastudio.com:443/x",
        ] {
            assert!(origin.matches(&uri.parse().unwrap()), "{uri}");
        }
        for uri in [
            "http://api.imastudio.com/x",
            "https://api.imastudio.com:8443/x",
            "https://api.imastudio.com.evil.example/x",
            "https://u@api.imastudio.com/x",
            "https://api.imastudio.com:/x",
            "/x",
        ] {
            assert!(!uri.parse().is_ok_and(|uri| origin.matches(&uri)), "{uri}");
        }
        let local: Origin = "http://[::1]:9".parse().unwrap();
        assert!(local.matches(&"http://[::1]:9/x".parse().unwrap()));
        assert!(!local.matches(&"http://[::1]:10/x".parse().unwrap()));
    }
}
