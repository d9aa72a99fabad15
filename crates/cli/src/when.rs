//! Points in time in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A point in time, in seconds since 1970, on the clock of this place.
pub(crate) fn local(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| "?".to_owned(),
        |time| {
            time.to_zoned(TimeZone::system())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        },
    )
}
