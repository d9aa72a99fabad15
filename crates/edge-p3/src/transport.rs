//! The way to the service over `wasi:http` 0.3, and the clock.

use crate::exchange::exchange;
use alloc::rc::Rc;
use ima_core::Millis;
use ima_core::http::{FailureKind, HttpResponse, Sent, Transmit, TransportFailure};
use ima_edge::Transport;
use ima_guest::Limits;
use ima_wire::origin::Origin;
use wasip3::clocks::monotonic_clock;
use wasip3::random::random::get_random_u64;

const NANOS: u64 = 1_000_000;

/// The service at the origin of the configuration.
#[derive(Clone)]
pub(crate) struct Service {
    origin: Option<Rc<Origin>>,
}

impl Service {
    pub(crate) fn new(origin: Option<Origin>) -> Self {
        Self {
            origin: origin.map(Rc::new),
        }
    }
}

/// The time on the component's clock.
pub(crate) fn now() -> Millis {
    monotonic_clock::now() / NANOS
}

impl Transport for Service {
    async fn exchange(
        &self,
        transmit: &Transmit,
        bearer: Option<&str>,
    ) -> Result<HttpResponse, TransportFailure> {
        match &self.origin {
            Some(origin) => exchange(origin, &Limits::default(), bearer, transmit).await,
            None => Err(TransportFailure {
                sent: Sent::No,
                kind: FailureKind::Network,
            }),
        }
    }

    fn now(&self) -> Millis {
        now()
    }

    async fn sleep_until(&self, deadline: Millis) {
        monotonic_clock::wait_until(deadline.saturating_mul(NANOS)).await;
    }

    fn seed(&self) -> (u64, u64) {
        (get_random_u64(), get_random_u64())
    }
}
