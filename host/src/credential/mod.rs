//! The API key: where it comes from and how it is held.

mod key_patterns;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fmt, fs, io};

use http::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use key_patterns::KeyPatterns;

/// Why a key could not be had. No case holds any part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// There is none: the variable is not set, the file is empty, the provider gave nothing.
    #[error("The API key is missing.")]
    Missing,
    /// The file could not be read.
    #[error("The file of the API key can't be read: {0}.")]
    File(#[source] io::Error),
    /// Others than its owner may read or write the file: `chmod 600` it.
    #[error("Others can read the file of the API key: {}. Make it yours alone (mode 0600).", .0.display())]
    Exposed(PathBuf),
    /// It holds characters that no header may carry.
    #[error("The API key holds characters that a key can't have.")]
    Malformed,
}

type Provider = Arc<dyn Fn() -> Option<SecretString> + Send + Sync>;

/// Where the API key comes from. It is read anew for every generation, and prints as `[redacted]`.
/// The default is none.
#[derive(Clone, Default)]
pub struct Credential(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    None,
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

    /// A file that holds nothing else; white space around the key is dropped. On Unix it must be
    /// its owner's alone (mode 0600).
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
            Source::None => return Err(CredentialError::Missing),
            Source::Environment(name) => {
                let value = Zeroizing::new(env::var(name).map_err(|_| CredentialError::Missing)?);
                SecretString::from(value.trim())
            }
            Source::File(path) => {
                let text = Zeroizing::new(read_private(path)?);
                SecretString::from(text.trim())
            }
            Source::Provider(provider) => provider().ok_or(CredentialError::Missing)?,
            Source::Literal(secret) => secret.clone(),
        };
        Key::new(secret)
    }
}

/// Reads a file that nobody else may read.
fn read_private(path: &Path) -> Result<String, CredentialError> {
    let file = fs::File::open(path).map_err(CredentialError::File)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let mode = file.metadata().map_err(CredentialError::File)?.mode();
        if mode & 0o077 != 0 {
            return Err(CredentialError::Exposed(path.to_path_buf()));
        }
    }
    io::read_to_string(file).map_err(CredentialError::File)
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential([redacted])")
    }
}

/// A key that a header can carry.
pub(crate) struct Key {
    secret: SecretString,
    patterns: KeyPatterns,
}

impl Key {
    fn new(secret: SecretString) -> Result<Self, CredentialError> {
        let text = secret.expose_secret();
        if text.is_empty() {
            return Err(CredentialError::Missing);
        }
        // Quotes and backslashes are refused too: no key has them, and they make every escape
        // ambiguous.
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if !text.bytes().all(plain) {
            return Err(CredentialError::Malformed);
        }
        let patterns = KeyPatterns::of(text.as_bytes());
        Ok(Self { secret, patterns })
    }

    /// The `Authorization` header, marked so that hyper never prints it.
    pub(crate) fn header(&self) -> Result<HeaderValue, CredentialError> {
        let text = Zeroizing::new(format!("Bearer {}", self.secret.expose_secret()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| CredentialError::Malformed)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// What to look for in what comes back.
    pub(crate) fn patterns(&self) -> &KeyPatterns {
        &self.patterns
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
            Credential::default(),
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
        private(&path, 0o600);
        let key = Credential::file(path).read().unwrap();
        assert_eq!(key.header().unwrap().as_bytes(), b"Bearer ima_from_file");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "ima_from_file").unwrap();
        for mode in [0o640, 0o604, 0o620] {
            private(&path, mode);
            let error = Credential::file(&path).read().unwrap_err();
            assert!(
                matches!(&error, CredentialError::Exposed(exposed) if *exposed == path),
                "{error}"
            );
            assert!(!error.to_string().contains("ima_from_file"));
        }
    }

    fn private(path: &Path, mode: u32) {
        #[cfg(unix)]
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        #[cfg(not(unix))]
        let _ = (path, mode);
    }
}
