//! Looks at names, connections and folders.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// The longest time for each look.
const PATIENCE: Duration = Duration::from_secs(10);

/// The addresses of `HOST:PORT`; empty where its name is not found.
pub(crate) async fn addresses(place: &str) -> Vec<SocketAddr> {
    match timeout(PATIENCE, lookup_host(place)).await {
        Ok(Ok(addresses)) => addresses.collect(),
        _ => Vec::new(),
    }
}

/// Whether one of these addresses takes connections.
pub(crate) async fn connects(addresses: &[SocketAddr]) -> bool {
    matches!(
        timeout(PATIENCE, TcpStream::connect(addresses)).await,
        Ok(Ok(_))
    )
}

/// Whether a file can be made in a folder, or the folder itself where it is missing. Makes neither.
pub(crate) fn is_writable(folder: &Path) -> bool {
    let exists = |it: &&Path| fs::symlink_metadata(it).is_ok();
    let nearest = folder.ancestors().find(exists);
    nearest.is_some_and(|nearest| tempfile::tempfile_in(nearest).is_ok())
}
