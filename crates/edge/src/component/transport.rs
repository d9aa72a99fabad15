//! The way to the service over `wasi:http` 0.2. Its futures block.

use crate::prelude::*;
use crate::run::Transport;
use ima_core::Millis;
use ima_core::http::{FailureKind, HttpResponse, Sent, Transmit, TransportFailure};
use ima_guest::{Limits, Transport as _, WasiHttp};
use ima_wire::origin::Origin;

/// The service at the origin of the configuration.
#[derive(Clone)]
pub(super) struct Blocking {
    wasi: Option<WasiHttp>,
}

impl Blocking {
    pub(super) fn new(origin: Option<Origin>) -> Self {
        let wasi = origin.map(|origin| WasiHttp::new(origin, Limits::default()));
        Self { wasi }
    }
}

impl Transport for Blocking {
    async fn exchange(
        &self,
        transmit: &Transmit,
        bearer: Option<&str>,
    ) -> Result<HttpResponse, TransportFailure> {
        let Some(wasi) = &self.wasi else {
            return Err(TransportFailure {
                sent: Sent::No,
                kind: FailureKind::Network,
            });
        };
        match bearer {
            Some(key) => wasi.clone().with_key(key.to_owned()).exchange(transmit),
            None => wasi.exchange(transmit),
        }
    }

    fn now(&self) -> Millis {
        self.wasi.as_ref().map_or(0, |wasi| wasi.now())
    }

    async fn sleep_until(&self, deadline: Millis) {
        if let Some(wasi) = &self.wasi {
            wasi.sleep_until(deadline);
        }
    }

    fn seed(&self) -> (u64, u64) {
        self.wasi.as_ref().map_or((0, 0), |wasi| wasi.seed())
    }
}
