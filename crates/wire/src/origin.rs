//! Where the service is: scheme, host and port, and behind a gateway a path.

use alloc::string::String;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// The service itself (music: "Environment").
pub const DEFAULT: &str = "https://api.imastudio.com";

/// A scheme, a host and a port, and for a gateway the path that comes before every operation's.
///
/// Hosts are compared as text, so a host is written in one way only: in ASCII and lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    /// The host, an IPv6 address in brackets.
    host: String,
    port: Option<u16>,
    /// Empty, or a slash and what follows it, without one at its end.
    path: String,
}

/// Why a text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// The scheme is neither `https` nor `http`.
    #[error("an origin starts with https:// or http://")]
    Scheme,
    /// There is a query, a fragment, a backslash or a user name.
    #[error("an origin is scheme, host and port, and perhaps a path: no query or user name")]
    Extra,
    /// The path has other characters than letters, digits, `-` and `_`, or an empty segment.
    #[error("the path of an origin is made of letters, digits, - and _ between slashes")]
    Path,
    /// The host is missing or can't be one.
    #[error("the host of the origin is not a name or an address in ASCII")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("the port of the origin is not a number from 1 to 65535")]
    Port,
}

impl Origin {
    /// Whether the scheme is `https`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The path before every operation's own: empty, or for example `/token`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is a gateway's, whose token is a path.
    pub fn is_gateway(&self) -> bool {
        !self.path.is_empty()
    }

    /// The host; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also if it is the scheme's own and was left out.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.usual_port())
    }

    /// Whether the host is this machine: the name `localhost` or a loopback address.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.strip_prefix('[');
        match bare.and_then(|host| host.strip_suffix(']')) {
            Some(host) => host.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback()),
            None if self.host == "localhost" => true,
            None => self.host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback()),
        }
    }

    fn usual_port(&self) -> u16 {
        if self.secure { 443 } else { 80 }
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    /// Reads `https://host` or `https://host:port`, or the same with `http`. A path may follow, and one slash.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(OriginError::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['\\', '?', '#', '@']) {
            return Err(OriginError::Extra);
        }
        let (authority, path) = match rest.find('/').and_then(|at| rest.split_at_checked(at)) {
            Some((authority, path)) if is_path(path) => (authority, path),
            Some(_) => return Err(OriginError::Path),
            None => (rest, ""),
        };
        // The colons of an IPv6 address are inside its brackets.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        let port = match port {
            None => None,
            Some(text) => {
                let port = Some(text).filter(digits).and_then(|text| text.parse().ok());
                Some(port.filter(|port| *port != 0).ok_or(OriginError::Port)?)
            }
        };
        if !is_host(host) {
            return Err(OriginError::Host);
        }
        let origin = Self {
            secure,
            host: host.to_ascii_lowercase(),
            port,
            path: path.into(),
        };
        let port = port.filter(|port| *port != origin.usual_port());
        Ok(Self { port, ..origin })
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(rest) => {
            let address = rest.strip_suffix(']');
            address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
        }
        None => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            !host.is_empty() && host.bytes().all(plain)
        }
    }
}

/// Whether every segment is plain: what no server reads in two ways.
fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let mut segments = path.split('/').skip(1);
    segments.all(|segment| !segment.is_empty() && segment.bytes().all(plain))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", Authority(self), self.path)
    }
}

/// Host and port as a request names them.
struct Authority<'a>(&'a Origin);

impl fmt::Display for Authority<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.host)?;
        match self.0.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl Origin {
    /// Host and port as a request names them; the port only if it is not the scheme's own.
    pub fn authority(&self) -> impl fmt::Display {
        Authority(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, OriginError> {
        text.parse().map(|origin: Origin| origin.to_string())
    }

    #[test]
    fn an_origin_is_written_in_one_way() {
        for (text, shown) in [
            (DEFAULT, DEFAULT),
            ("HTTPS://API.imastudio.com:443/", DEFAULT),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:9/", "http://[::1]:9"),
            ("http://[::1]", "http://[::1]"),
            ("http://A:80/Token_1/v-2/", "http://a/Token_1/v-2"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(shown), "{text}");
        }
        let local: Origin = "http://[::1]:9".parse().unwrap();
        assert_eq!((local.host(), local.port()), ("[::1]", 9));
    }

    #[test]
    fn an_origin_is_nothing_more() {
        for (text, error) in [
            ("api.imastudio.com", OriginError::Scheme),
            ("ftp://localhost", OriginError::Scheme),
            ("https://a.example/x?q", OriginError::Extra),
            ("https://a.example/../x", OriginError::Path),
            ("https://a.example//x", OriginError::Path),
            ("https://a.example/x//", OriginError::Path),
            ("https://a.example/%78", OriginError::Path),
            ("https://u@a.example", OriginError::Extra),
            ("https://a.example?q", OriginError::Extra),
            ("https://a.example\\x", OriginError::Extra),
            ("https://", OriginError::Host),
            ("https://a b", OriginError::Host),
            ("https://音乐.example", OriginError::Host),
            ("https://[::1", OriginError::Host),
            ("https://a:b:1", OriginError::Host),
            ("https://a:", OriginError::Port),
            ("https://a:0", OriginError::Port),
            ("https://a:+1", OriginError::Port),
            ("https://a:65536", OriginError::Port),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_name_and_addresses() {
        for text in ["http://localhost:1", "http://127.9.0.1", "http://[::1]:9"] {
            assert!(text.parse::<Origin>().unwrap().is_loopback(), "{text}");
        }
        for text in [DEFAULT, "http://192.168.0.1", "http://[::2]"] {
            assert!(!text.parse::<Origin>().unwrap().is_loopback(), "{text}");
        }
    }
}
