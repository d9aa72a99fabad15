//! Where the service is.

use alloc::borrow::ToOwned;
use alloc::string::String;
use ima_core::request::InvalidValue;
use wasi::http::types::Scheme;

/// Scheme, host and port of the service.
#[derive(Clone, Debug)]
pub struct Origin {
    secure: bool,
    authority: String,
}

impl Origin {
    /// The service itself (music: "Environment").
    pub const DEFAULT: &'static str = "https://api.imastudio.com";

    /// Reads `https://host` or `https://host:port`; `http` for a stand-in. A path, a query or
    /// credentials are refused.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new("origin", text, "https://host or https://host:port");
        let (scheme, rest) = text.split_once("://").ok_or_else(refused)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(refused()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let foreign = |c: char| c.is_whitespace() || c.is_control() || "/?#@\\".contains(c);
        if authority.is_empty() || authority.contains(foreign) {
            return Err(refused());
        }
        Ok(Self {
            secure,
            authority: authority.to_owned(),
        })
    }

    pub(crate) fn scheme(&self) -> Scheme {
        if self.secure {
            Scheme::Https
        } else {
            Scheme::Http
        }
    }

    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}
