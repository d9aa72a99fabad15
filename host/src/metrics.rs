//! Counters for whoever installs a recorder (feature `metrics`): creates, refusals, faults, waits.

use crate::egress::Operation;

/// Counts one, or nothing without the feature.
macro_rules! count {
    ($name:literal $(, $label:literal => $value:expr)?) => {{
        #[cfg(feature = "metrics")]
        metrics::counter!($name $(, $label => $value)?).increment(1);
        $(#[cfg(not(feature = "metrics"))] let _ = $value;)?
    }};
}

/// A create request ended: `ima_creates_total{end}`.
pub(crate) fn create_settled(settlement: &ima_journal::Settlement) {
    use ima_journal::Settlement;
    let end = match settlement {
        Settlement::Accepted { .. } => "accepted",
        Settlement::Refused => "refused",
        Settlement::NotSent => "not_sent",
        Settlement::Unknown => "unknown",
    };
    count!("ima_creates_total", "end" => end);
}

/// A component tried what the policy doesn't allow: `ima_refused_requests_total`.
pub(crate) fn request_refused() {
    count!("ima_refused_requests_total");
}

/// An exchange failed: `ima_faults_total{operation}`.
pub(crate) fn fault(operation: Operation) {
    let operation = match operation {
        Operation::List => "list",
        Operation::Create => "create",
        Operation::Detail => "detail",
    };
    count!("ima_faults_total", "operation" => operation);
}

/// A request had to wait for a connection: `ima_connection_waits_total`.
pub(crate) fn connection_wait() {
    count!("ima_connection_waits_total");
}
