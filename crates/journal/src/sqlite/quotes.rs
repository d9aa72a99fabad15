//! The table of quotes: a row for each, with the id of the job that it becomes.

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use crate::{KeptQuote, NewQuote, StoreError};

/// How long a quote that is over is still known, in seconds, so that its buyer learns why.
const KNOWN: i64 = 24 * 60 * 60;

/// Keeps a quote, and forgets what those that are over asked for.
pub(super) fn keep(connection: &Connection, quote: &NewQuote) -> Result<(), Fault> {
    let sql = "UPDATE quotes SET request = '' WHERE expires_at <= unixepoch() AND request <> ''";
    connection.prepare_cached(sql)?.execute([])?;
    let sql = "DELETE FROM quotes WHERE NOT used AND expires_at <= unixepoch() - ?1";
    connection.prepare_cached(sql)?.execute([KNOWN])?;
    let sql = "INSERT INTO quotes (id, job, request, points, expires_at)
        VALUES (?1, lower(hex(randomblob(5))), ?2, ?3, unixepoch() + ?4)";
    let points = i64::try_from(quote.points).unwrap_or(i64::MAX);
    // Far enough in the future, and within what SQLite can add.
    let valid = i64::try_from(quote.valid_for.as_secs()).unwrap_or(i64::MAX);
    let valid = valid.min(i64::from(u32::MAX));
    let values = params![quote.id, quote.request, points, valid];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The quote with this id, else the one of this job.
pub(super) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<KeptQuote>> {
    let sql = "SELECT *, expires_at <= unixepoch() AS expired,
            used OR job IN (SELECT id FROM jobs) AS bought
        FROM quotes WHERE id = ?1 OR job = ?1 ORDER BY id = ?1 DESC LIMIT 1";
    let mut found = connection.prepare_cached(sql)?;
    let found = found.query_row([id], |row| {
        let points: i64 = row.get("points")?;
        Ok(KeptQuote {
            id: row.get("id")?,
            job: row.get("job")?,
            request: row.get("request")?,
            points: u64::try_from(points).unwrap_or(u64::MAX),
            expires_at: row.get("expires_at")?,
            expired: row.get("expired")?,
            used: row.get("bought")?,
            result: row.get("result")?,
        })
    });
    found.optional()
}

/// Notes that a quote is bought, and gives the id of its job. It is used even if its job can't be
/// written after this: then nothing is spent, and it can't be bought again.
pub(super) fn take(connection: &Connection, id: &str) -> Result<String, Fault> {
    let quote = find(connection, id)?.filter(|quote| quote.id == id);
    let quote = quote.ok_or(StoreError::NoSuchQuote)?;
    if quote.used {
        return Err(StoreError::QuoteUsed(quote.job).into());
    }
    if quote.expired {
        return Err(StoreError::QuoteExpired.into());
    }
    let sql = "UPDATE quotes SET used = 1, request = '' WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([id])?;
    Ok(quote.job)
}

pub(super) fn keep_result(connection: &Connection, job: &str, result: &str) -> Result<(), Fault> {
    let sql = "UPDATE quotes SET result = ?2 WHERE job = ?1";
    connection.prepare_cached(sql)?.execute([job, result])?;
    Ok(())
}

/// Removes quotes that ended this many seconds ago and whose jobs are not there.
pub(super) fn prune(connection: &Connection, seconds: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM quotes WHERE expires_at <= unixepoch() - ?1
        AND job NOT IN (SELECT id FROM jobs)";
    connection.prepare_cached(sql)?.execute([seconds])?;
    Ok(())
}
