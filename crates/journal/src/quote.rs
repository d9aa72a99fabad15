//! Quotes: a request with its price, which may be bought once.

use std::fmt;
use std::time::Duration;

/// A quote to keep. `Debug` leaves the request out.
#[derive(Clone, PartialEq, Eq)]
pub struct NewQuote {
    /// Its id, which nobody can guess.
    pub id: String,
    /// What would be bought, in the caller's own form.
    pub request: String,
    /// What it costs at the most, in points.
    pub points: u64,
    /// How long it can be bought.
    pub valid_for: Duration,
}

impl fmt::Debug for NewQuote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewQuote")
            .field("id", &self.id)
            .field("points", &self.points)
            .field("valid_for", &self.valid_for)
            .finish_non_exhaustive()
    }
}

/// A quote in the journal. `Debug` leaves the request and the result out.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptQuote {
    /// Its id.
    pub id: String,
    /// The id of the job that it becomes if it is bought.
    pub job: String,
    /// What would be bought. Empty once it was bought or is no longer valid.
    pub request: String,
    /// What it costs at the most, in points.
    pub points: u64,
    /// When it ends, in seconds since 1970.
    pub expires_at: i64,
    /// Whether that time has come.
    pub expired: bool,
    /// Whether it was bought. Nothing takes this back.
    pub used: bool,
    /// What [`keep_result`](crate::Journal::keep_result) kept of its job.
    pub result: Option<String>,
}

impl fmt::Debug for KeptQuote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptQuote")
            .field("id", &self.id)
            .field("job", &self.job)
            .field("points", &self.points)
            .field("expires_at", &self.expires_at)
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}
