//! What the caller's settings mean.

use crate::bindings::exports::ima::studio::types::Settings;
use ima_core::request::InvalidValue;
use ima_core::session;
use ima_guest::{Driver, Limits, WasiHttp};
use ima_wire::origin;

/// Settings that were read.
pub(crate) struct Prepared {
    pub driver: Driver<WasiHttp>,
    pub session: session::Settings,
}

impl Prepared {
    pub(crate) fn read(settings: &Settings) -> Result<Self, InvalidValue> {
        let origin = settings.origin.as_deref().unwrap_or(origin::DEFAULT);
        let origin = origin.parse().map_err(|_| {
            InvalidValue::new("origin", origin, "https://host or https://host:port")
        })?;
        let defaults = Limits::default();
        let limits = Limits {
            connect_timeout_ms: settings
                .connect_timeout_ms
                .unwrap_or(defaults.connect_timeout_ms),
            first_byte_timeout_ms: settings
                .first_byte_timeout_ms
                .unwrap_or(defaults.first_byte_timeout_ms),
            // Whoever chooses a limit means that request above all.
            create_wait_ms: settings
                .first_byte_timeout_ms
                .unwrap_or(defaults.create_wait_ms),
            between_bytes_timeout_ms: settings
                .between_bytes_timeout_ms
                .unwrap_or(defaults.between_bytes_timeout_ms),
            response_limit: settings.response_limit.unwrap_or(defaults.response_limit),
        };
        let driver = Driver::new(WasiHttp::new(origin, limits));
        let session = session::Settings {
            deadline: settings.deadline_ms,
            seed: driver.seed(),
        };
        Ok(Self { driver, session })
    }
}
