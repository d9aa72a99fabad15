//! Order statistics, and how figures are written.

use std::time::Duration;

use crate::error::Error;

/// The value below which this share (0 to 1) of the sorted values lies.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> Result<Duration, Error> {
    let last = sorted.len().checked_sub(1).ok_or(Error::Empty)?;
    let place = (last as f64 * share).round() as usize;
    sorted.get(place).copied().ok_or(Error::Empty)
}

/// The median.
pub(crate) fn median(mut values: Vec<Duration>) -> Result<Duration, Error> {
    values.sort_unstable();
    percentile(&values, 0.5)
}

/// The ratio of two durations.
pub(crate) fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}

/// Milliseconds with as many decimals as tell something.
pub(crate) fn ms(value: Duration) -> String {
    let ms = value.as_secs_f64() * 1_000.0;
    match ms {
        100.0.. => format!("{ms:.0} ms"),
        1.0.. => format!("{ms:.1} ms"),
        _ => format!("{:.1} µs", ms * 1_000.0),
    }
}

/// A heading with the command that prints what is below it.
pub(crate) fn heading(title: &str, part: &str) {
    println!("\n{title}\n$ cargo xtask bench {part}");
}
