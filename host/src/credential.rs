//! The API key: where it comes from and how it is held.

use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fmt, fs, io};

use http::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// Why a key could not be had. No case holds any part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// There is none: the variable is not set, the file is empty, the provider gave nothing.
    #[error("the API key is missing")]
    Missing,
    /// The file could not be read.
    #[error("the file of the API key can't be read: {0}")]
    File(#[source] io::Error),
    /// It holds characters that no header may carry.
    #[error("the API key holds characters that a key can't have")]
    Malformed,
}

type Provider = Arc<dyn Fn() -> Option<SecretString> + Send + Sync>;

/// Where the API key comes from. It is read anew for every generation, and prints as `[redacted]`.
#[derive(Clone)]
pub struct Credential(Source);

#[derive(Clone)]
enum Source {
    Environment(String),
    File(PathBuf),
    Provider(Provider),
    Literal(SecretString),
}

impl Credential {
    /// An environment variable, for example `IMA_API_KEY`.
    pub fn environment(name: impl Into<String>) -> Self {
        Self(Source::Environment(name.into()))
    }

    /// A file that holds nothing else; white space around the key is dropped.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// The caller's own store. Called once for each generation, quote or list.
    pub fn provider(provider: impl Fn() -> Option<SecretString> + Send + Sync + 'static) -> Self {
        Self(Source::Provider(Arc::new(provider)))
    }

    /// The key itself.
    pub fn literal(key: impl Into<SecretString>) -> Self {
        Self(Source::Literal(key.into()))
    }

    pub(crate) fn read(&self) -> Result<Key, CredentialError> {
        let secret = match &self.0 {
            Source::Environment(name) => {
                let value = Zeroizing::new(env::var(name).map_err(|_| CredentialError::Missing)?);
                SecretString::from(value.trim())
            }
            Source::File(path) => {
                let text = Zeroizing::new(fs::read_to_string(path).map_err(CredentialError::File)?);
                SecretString::from(text.trim())
            }
            Source::Provider(provider) => provider().ok_or(CredentialError::Missing)?,
            Source::Literal(secret) => secret.clone(),
        };
        Key::new(secret)
    }
}

impl Default for Credential {
    /// The environment variable `IMA_API_KEY`.
    fn default() -> Self {
        Self::environment("IMA_API_KEY")
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential([redacted])")
    }
}

/// A key that a header can carry.
pub(crate) struct Key(SecretString);

impl Key {
    fn new(secret: SecretString) -> Result<Self, CredentialError> {
        let text = secret.expose_secret();
        if text.is_empty() {
            return Err(CredentialError::Missing);
        }
        // Quotes and backslashes are refused too: JSON would escape them, and an answer that
        // repeats the key would no longer be recognised.
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if !text.bytes().all(plain) {
            return Err(CredentialError::Malformed);
        }
        Ok(Self(secret))
    }

    /// The `Authorization` header, marked so that hyper never prints it.
    pub(crate) fn header(&self) -> Result<HeaderValue, CredentialError> {
        let text = Zeroizing::new(format!("Bearer {}", self.0.expose_secret()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| CredentialError::Malformed)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The bytes to look for in what comes back.
    pub(crate) fn needle(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_prints_the_key() {
        let credential = Credential::literal("ima_secret_1");
        let key = credential.read().unwrap();
        let header = key.header().unwrap();
        let printed = format!("{credential:?} {key:?} {header:?}");
        assert!(!printed.contains("ima_secret_1"), "{printed}");
        assert!(printed.contains("[redacted]"));
        assert_eq!(header.as_bytes(), b"Bearer ima_secret_1");
    }

    #[test]
    fn a_missing_key_is_named_as_such() {
        for credential in [
            Credential::environment("IMA_TEST_NO_SUCH_VARIABLE"),
            Credential::literal(""),
            Credential::provider(|| None),
        ] {
            assert!(matches!(credential.read(), Err(CredentialError::Missing)));
        }
    }

    #[test]
    fn a_key_that_breaks_a_header_is_refused() {
        for key in ["a\nb", "a b", "schlüssel", "a\"b", "a\\b"] {
            assert!(
                matches!(
                    Credential::literal(key).read(),
                    Err(CredentialError::Malformed)
                ),
                "{key:?}"
            );
        }
    }

    #[test]
    fn a_file_may_end_with_a_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "ima_from_file\n").unwrap();
        assert_eq!(
            Credential::file(path).read().unwrap().needle(),
            b"ima_from_file"
        );
    }
}
