//! Who may use the server: names and the hashes of their tokens, and the secret of the jobs' tokens, in a
//! file of this user's alone.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::command_error::CommandError;
use crate::folders;
use crate::hashes::{hexadecimal, sha256};
use crate::ui::text::{self, command_error};

/// What a token begins with, so that it is known for one wherever it turns up.
const PREFIX: &str = "ima_serve_";

/// The clients, as they are on the disk.
pub(crate) struct Clients {
    path: PathBuf,
    kept: Kept,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// What the tokens of jobs are signed with, in hexadecimal.
    secret: String,
    clients: BTreeMap<String, Known>,
    /// What the address of the gateway holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The SHA-256 of its token, in hexadecimal.
    token: String,
    /// The most points that it may spend on a UTC day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_points_per_day: Option<u64>,
}

impl Clients {
    /// The file in the user's data folder, made if there is none.
    pub(crate) fn open() -> Result<Self, CommandError> {
        let folder = folders::data().ok_or_else(text::journal)?;
        let path = folder.join("serve.json");
        Self::at(path.clone()).map_err(|error| unusable(&path, &error))
    }

    fn at(path: PathBuf) -> io::Result<Self> {
        match fs::read(&path) {
            Ok(bytes) => {
                let kept = serde_json::from_slice(&bytes)?;
                Ok(Self { path, kept })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let kept = Kept {
                    secret: random()?,
                    ..Kept::default()
                };
                let clients = Self { path, kept };
                clients.keep()?;
                Ok(clients)
            }
            Err(error) => Err(error),
        }
    }

    /// What the tokens of jobs are signed with.
    pub(crate) fn secret(&self) -> [u8; 32] {
        // Whatever the file holds becomes 32 bytes that only its owner knows.
        Sha256::digest(self.kept.secret.as_bytes()).into()
    }

    /// What the address of the gateway holds: the same at each start, so that no sandbox has to be told anew.
    /// `renew` makes another one.
    pub(crate) fn gateway_token(&mut self, renew: bool) -> Result<String, CommandError> {
        if let Some(token) = &self.kept.gateway
            && !renew
        {
            return Ok(token.clone());
        }
        let token = random().map(|random| format!("ima_gateway_{random}"));
        let token = token.map_err(|error| unusable(&self.path, &error))?;
        self.kept.gateway = Some(token.clone());
        self.keep().map_err(|error| unusable(&self.path, &error))?;
        Ok(token)
    }

    /// The clients by name, each with what it may spend on a day.
    pub(crate) fn list(&self) -> impl Iterator<Item = (&str, Option<u64>)> {
        let clients = self.kept.clients.iter();
        clients.map(|(name, known)| (name.as_str(), known.max_points_per_day))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.clients.is_empty()
    }

    /// The client of a token, and what it may spend on a day.
    pub(crate) fn client(&self, token: &str) -> Option<(&str, Option<u64>)> {
        let given = sha256(token);
        // Hashes are compared: how long it takes tells nothing of a token.
        let mut clients = self.kept.clients.iter();
        clients
            .find(|(_, known)| known.token == given)
            .map(|(name, known)| (name.as_str(), known.max_points_per_day))
    }

    /// A new token for a new client.
    pub(crate) fn add(
        &mut self,
        name: &str,
        max_points_per_day: Option<u64>,
    ) -> Result<String, CommandError> {
        let fits =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
            return Err(command_error!(
                Usage,
                "A client's name is 1 to 64 letters, digits, -, _ or ."
                    => "For example: ima serve token add radio",
                "客户端名称由 1 到 64 个字母、数字或 - _ . 组成。"
                    => "例如：ima serve token add radio"
            ));
        }
        if self.kept.clients.contains_key(name) {
            return Err(command_error!(
                Usage,
                "There is a token for {name} already."
                    => "Remove it first: ima serve token remove {name}",
                "{name} 已经有令牌了。" => "请先删除：ima serve token remove {name}"
            ));
        }
        let token = random().map(|random| format!("{PREFIX}{random}"));
        let token = token.map_err(|error| unusable(&self.path, &error))?;
        let known = Known {
            token: sha256(&token),
            max_points_per_day,
        };
        self.kept.clients.insert(name.to_owned(), known);
        self.keep().map_err(|error| unusable(&self.path, &error))?;
        Ok(token)
    }

    pub(crate) fn remove(&mut self, name: &str) -> Result<(), CommandError> {
        if self.kept.clients.remove(name).is_none() {
            return Err(command_error!(
                Usage,
                "There is no client of this name." => "See: ima serve token list",
                "没有这个客户端。" => "请查看：ima serve token list"
            ));
        }
        self.keep().map_err(|error| unusable(&self.path, &error))
    }

    /// Replaces the file as a whole, readable by this user alone.
    fn keep(&self) -> io::Result<()> {
        folders::write_private(&self.path, &serde_json::to_vec_pretty(&self.kept)?)
    }
}

/// 256 random bits in hexadecimal.
pub(super) fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hexadecimal(&bytes))
}

fn unusable(path: &Path, error: &io::Error) -> CommandError {
    tracing::warn!(%error, "the file of the server's clients");
    let path = path.display();
    command_error!(
        Usage,
        "{path} can't be read or written." => "Look at it, or remove it: every client then needs a new token.",
        "无法读取或写入 {path}。" => "请检查该文件，或删除它；之后每个客户端都需要新的令牌。"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash_alone_and_only_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/serve.json");
        let mut clients = Clients::at(path.clone()).unwrap();
        let token = clients.add("radio", Some(20)).unwrap();
        assert!(clients.add("radio", None).is_err() && clients.add("no name", None).is_err());
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&token));

        let mut again = Clients::at(path).unwrap();
        assert_eq!(again.secret(), clients.secret());
        assert_eq!(again.client(&token), Some(("radio", Some(20))));
        assert_eq!(again.client("ima_serve_"), None);
        again.remove("radio").unwrap();
        assert_eq!(again.client(&token), None);
        assert!(again.remove("radio").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serve.json");
        Clients::at(path.clone()).unwrap();
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
