//! The table of payments: one row for each create request that a key was granted.

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use super::owner::Process;
use crate::{IdempotencyKey, Payment, Reservation, Settlement, StoreError, TRIES, Verdict};

const IN_FLIGHT: &str = "in_flight";
const ACCEPTED: &str = "accepted";
const REFUSED: &str = "refused";
const NOT_SENT: &str = "not_sent";
const UNKNOWN: &str = "unknown";

/// What the rows of a key say together.
#[derive(Default)]
struct Past {
    accepted: Option<String>,
    in_flight: bool,
    in_doubt: bool,
    tries: u32,
}

impl Past {
    fn of(connection: &Connection, process: &Process, key: &str) -> rusqlite::Result<Self> {
        let sql = "SELECT state, task_id, owner FROM payments WHERE key = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([key])?;
        let mut past = Self::default();
        while let Some(row) = rows.next()? {
            let state: String = row.get(0)?;
            past.tries += u32::from(state != NOT_SENT);
            match state.as_str() {
                ACCEPTED => past.accepted = Some(row.get::<_, Option<_>>(1)?.unwrap_or_default()),
                REFUSED | NOT_SENT => {}
                IN_FLIGHT => {
                    let owner: String = row.get::<_, Option<_>>(2)?.unwrap_or_default();
                    let alive = process.is_this(&owner) || process.is_another(&owner);
                    past.in_flight |= alive;
                    past.in_doubt |= !alive;
                }
                // A word of a later version may mean anything.
                _ => past.in_doubt = true,
            }
        }
        Ok(past)
    }
}

/// Decides, and notes what is granted. The transaction holds every other process off in between.
pub(super) fn reserve(
    connection: &Connection,
    process: &Process,
    reservation: &Reservation,
) -> Result<Verdict, Fault> {
    let key = reservation.key.to_string();
    let past = Past::of(connection, process, &key)?;
    if let Some(task_id) = past.accepted {
        return Ok(Verdict::Accepted { task_id });
    }
    if past.in_flight {
        return Ok(Verdict::InFlight);
    }
    if past.in_doubt && !reservation.again {
        return Ok(Verdict::InDoubt);
    }
    if past.tries >= TRIES {
        return Ok(Verdict::Exhausted);
    }
    if let Some(refusal) = Verdict::over(reservation, |client| spent_today(connection, client))? {
        return Ok(refusal);
    }
    // A request that never left has its row used again.
    let sql = "INSERT INTO payments (key, attempt, job, points, state, owner, client, reserved_at)
        VALUES (?1, ?2, ?3, ?4, 'in_flight', ?5, ?6, unixepoch())
        ON CONFLICT (key, attempt) DO UPDATE SET job = excluded.job, points = excluded.points,
            client = excluded.client, state = excluded.state, owner = excluded.owner, reserved_at = excluded.reserved_at";
    let points = i64::try_from(reservation.points).unwrap_or(i64::MAX);
    let owner = process.name(connection)?;
    let client = reservation.client.as_ref().map(|it| &it.name);
    let values = params![key, past.tries + 1, reservation.job, points, owner, client];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(Verdict::Granted)
}

/// What this UTC day's requests, of all or of a client, cost at worst, in points.
fn spent_today(connection: &Connection, client: Option<&str>) -> rusqlite::Result<u64> {
    // `total` is a floating-point number: unlike `sum` it can't overflow.
    let sql = "SELECT total(points) FROM payments
        WHERE reserved_at >= unixepoch('now', 'start of day')
            AND state NOT IN ('refused', 'not_sent') AND (?1 IS NULL OR client = ?1)";
    let mut statement = connection.prepare_cached(sql)?;
    let spent: f64 = statement.query_row([client], |row| row.get(0))?;
    Ok(spent as u64)
}

/// Writes what became of the last request with this key.
pub(super) fn settle(
    connection: &Connection,
    key: IdempotencyKey,
    settlement: &Settlement,
) -> Result<(), Fault> {
    let (state, task_id) = match settlement {
        Settlement::Accepted { task_id } => (ACCEPTED, Some(task_id)),
        Settlement::Refused => (REFUSED, None),
        Settlement::NotSent => (NOT_SENT, None),
        Settlement::Unknown => (UNKNOWN, None),
    };
    let key = key.to_string();
    let sql = "SELECT attempt, state, task_id FROM payments WHERE key = ?1
        ORDER BY attempt DESC LIMIT 1";
    let mut last = connection.prepare_cached(sql)?;
    let last = last.query_row([&key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let last: Option<(i64, String, Option<String>)> = last.optional()?;
    let attempt = match last {
        Some((_, was, known)) if was == ACCEPTED => {
            let another = task_id.is_some() && task_id != known.as_ref();
            return if another {
                Err(StoreError::Conflict.into())
            } else {
                Ok(())
            };
        }
        Some((_, was, _)) if state == UNKNOWN && was != IN_FLIGHT => return Ok(()),
        Some((attempt, ..)) => attempt,
        None if matches!(settlement, Settlement::Refused | Settlement::NotSent) => return Ok(()),
        None => 1,
    };
    let sql = "INSERT INTO payments (key, attempt, points, state, task_id, reserved_at)
        VALUES (?1, ?2, 0, ?3, ?4, unixepoch())
        ON CONFLICT (key, attempt) DO UPDATE SET
            state = excluded.state, task_id = excluded.task_id, owner = NULL";
    let values = params![key, attempt, state, task_id];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// What was reserved since, the oldest first.
pub(super) fn list(connection: &Connection, since: i64) -> rusqlite::Result<Vec<Payment>> {
    let sql = "SELECT job, client, points, reserved_at, state, task_id FROM payments
        WHERE reserved_at >= ?1 ORDER BY reserved_at, key, attempt";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([since], |row| {
        let (points, state): (i64, String) = (row.get(2)?, row.get(4)?);
        let task_id: Option<String> = row.get(5)?;
        Ok(Payment {
            job: row.get(0)?,
            client: row.get(1)?,
            points: u64::try_from(points).unwrap_or_default(),
            reserved_at: row.get(3)?,
            settlement: match state.as_str() {
                IN_FLIGHT => None,
                ACCEPTED => Some(Settlement::Accepted {
                    task_id: task_id.unwrap_or_default(),
                }),
                REFUSED => Some(Settlement::Refused),
                NOT_SENT => Some(Settlement::NotSent),
                // A word of a later version may mean anything.
                _ => Some(Settlement::Unknown),
            },
        })
    })?;
    rows.collect()
}

/// Removes keys that are settled, and were last reserved this many seconds ago and not today. Those
/// of jobs that are still there stay: a job that is taken up must find its key.
pub(super) fn prune(connection: &Connection, seconds: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM payments WHERE key IN (
        SELECT key FROM payments GROUP BY key HAVING
            max(reserved_at) <= unixepoch() - ?1
            AND max(reserved_at) < unixepoch('now', 'start of day')
            AND total(state NOT IN ('accepted', 'refused', 'not_sent')) = 0
            AND total(job IN (SELECT id FROM jobs)) = 0)";
    connection.prepare_cached(sql)?.execute([seconds])?;
    Ok(())
}
