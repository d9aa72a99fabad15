//! Connections and TLS handshakes of a generation.

use crate::error::Error;
use crate::stats::heading;

pub(crate) fn run() -> Result<(), Error> {
    heading("Connections and TLS handshakes", "tls");
    println!("not measured: the host can't be told to trust the simulator's certificate yet");
    Ok(())
}
