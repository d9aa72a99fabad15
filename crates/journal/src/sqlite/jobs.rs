//! The table of jobs. Every function changes it by single statements that hold by themselves: a
//! transaction that is shared may be lost and run again.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::fault::Fault;
use crate::{Entry, FindJob, Held, Job, JobEnd, JobState, StoreError, TaskType};

const FIND_ID: &str = "SELECT * FROM jobs WHERE id = ?1 OR task_id = ?1
    ORDER BY id = ?1 DESC, updated_at DESC, rowid DESC LIMIT 1";

const FIND_CONTINUATION: &str = "SELECT * FROM jobs WHERE continuation = ?1 AND ?1 <> ''
    ORDER BY updated_at DESC, rowid DESC LIMIT 1";

/// Writes to this job, or to a new one, and returns the job's id. `owner` works on it.
pub(super) fn checkpoint(
    connection: &Connection,
    job: Option<&str>,
    owner: Option<&str>,
    entry: &Entry,
) -> Result<String, Fault> {
    let sql = "INSERT INTO jobs (id, created_at, updated_at, task_type, model_name, state,
            task_id, continuation, owner)
        VALUES (coalesce(?1, lower(hex(randomblob(5)))), unixepoch(), unixepoch(),
            ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (id) DO UPDATE SET
            updated_at = excluded.updated_at,
            task_type = coalesce(excluded.task_type, task_type),
            model_name = coalesce(excluded.model_name, model_name),
            state = excluded.state,
            task_id = coalesce(excluded.task_id, task_id),
            continuation = excluded.continuation
        WHERE excluded.state <> 'creating' OR (owner IS excluded.owner
            AND (task_id IS NULL OR state NOT IN ('waiting', 'finished')))
        RETURNING id";
    let values = params![
        job,
        entry.task.map(TaskType::as_str),
        entry.model_name,
        JobState::from(entry.state).as_str(),
        entry.task_id,
        entry.continuation,
        owner,
    ];
    let mut statement = connection.prepare_cached(sql)?;
    let id = statement.query_row(values, |row| row.get(0)).optional()?;
    Ok(id.ok_or(StoreError::Conflict)?)
}

pub(super) fn note_task(connection: &Connection, job: &str, task_id: &str) -> Result<(), Fault> {
    let sql = "UPDATE jobs SET updated_at = unixepoch(), state = 'waiting', task_id = ?2
        WHERE id = ?1 AND state NOT IN ('waiting', 'finished')";
    connection.prepare_cached(sql)?.execute([job, task_id])?;
    Ok(())
}

pub(super) fn finish(connection: &Connection, held: &Held, end: &JobEnd) -> Result<(), Fault> {
    let sql = "UPDATE jobs SET
            updated_at = unixepoch(), state = ?2, task_id = coalesce(?3, task_id),
            continuation = coalesce(?4, continuation), owner = nullif(owner, ?5)
        WHERE id = ?1 AND (
            ?3 IS NOT NULL OR task_id IS NULL OR state NOT IN ('waiting', 'finished'))";
    let state = end.state.as_str();
    let values = params![held.job, state, end.task_id, end.continuation, held.mark];
    match connection.prepare_cached(sql)?.execute(values)? {
        0 => Err(StoreError::Conflict.into()),
        _ => Ok(()),
    }
}

pub(super) fn release(connection: &Connection, held: &Held, unspent: bool) -> Result<(), Fault> {
    let sql = "UPDATE jobs SET owner = NULL,
            updated_at = iif(?3 AND state = 'creating' AND task_id IS NULL,
                unixepoch(), updated_at),
            continuation = iif(?3 AND state = 'creating' AND task_id IS NULL, '', continuation),
            state = iif(?3 AND state = 'creating' AND task_id IS NULL, 'failed', state)
        WHERE id = ?1 AND owner = ?2";
    let mut release = connection.prepare_cached(sql)?;
    release.execute((&held.job, &held.mark, unspent))?;
    Ok(())
}

/// A job, and the mark of its owner.
pub(super) fn find(
    connection: &Connection,
    by: &FindJob,
) -> rusqlite::Result<Option<(Job, Option<String>)>> {
    let (sql, value) = match by {
        FindJob::Id(id) => (FIND_ID, id),
        FindJob::Continuation(continuation) => (FIND_CONTINUATION, continuation),
    };
    let mut found = connection.prepare_cached(sql)?;
    let found = found.query_row([value], |row| Ok((read(row)?, row.get("owner")?)));
    found.optional()
}

pub(super) fn set_owner(connection: &Connection, job: &str, mark: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE jobs SET owner = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([job, mark])?;
    Ok(())
}

pub(super) fn get(connection: &Connection, id: &str) -> rusqlite::Result<Option<Job>> {
    let mut found = connection.prepare_cached(FIND_ID)?;
    found.query_row([id], read).optional()
}

pub(super) fn list(connection: &Connection, limit: Option<u32>) -> rusqlite::Result<Vec<Job>> {
    // To SQLite, a negative limit is none.
    let sql = "SELECT * FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let limit = limit.map_or(-1, i64::from);
    statement.query_map([limit], read)?.collect()
}

pub(super) fn mark_saved(connection: &Connection, id: &str) -> Result<(), Fault> {
    let sql = "UPDATE jobs SET updated_at = unixepoch(), saved = 1
        WHERE id = ?1 OR task_id = ?1";
    match connection.prepare_cached(sql)?.execute([id])? {
        0 => Err(StoreError::NoSuchJob(id.to_owned()).into()),
        _ => Ok(()),
    }
}

/// Removes a job that is not in use, by its id or its task id.
pub(super) fn forget(
    connection: &Connection,
    id: &str,
    in_use: impl Fn(&str, Option<&str>) -> bool,
) -> Result<(), Fault> {
    let found = find(connection, &FindJob::Id(id.to_owned()))?;
    let (job, owner) = found.ok_or_else(|| StoreError::NoSuchJob(id.to_owned()))?;
    if in_use(&job.id, owner.as_deref()) {
        return Err(StoreError::InUse(job.id).into());
    }
    let mut remove = connection.prepare_cached("DELETE FROM jobs WHERE id = ?1")?;
    remove.execute([&job.id])?;
    Ok(())
}

/// Removes closed jobs that were last written this many seconds ago and are not in use. Tells how
/// many.
pub(super) fn prune(
    connection: &Connection,
    seconds: i64,
    in_use: impl Fn(&str, &str) -> bool,
) -> rusqlite::Result<u64> {
    let sql = "SELECT id, owner FROM jobs WHERE updated_at <= unixepoch() - ?1
        AND (state = 'failed' OR state = 'finished' AND saved)";
    let mut closed = connection.prepare_cached(sql)?;
    let closed = closed.query_map([seconds], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let closed: Vec<(String, Option<String>)> = closed.collect::<Result<_, _>>()?;
    let mut remove = connection.prepare_cached("DELETE FROM jobs WHERE id = ?1")?;
    let mut removed = 0;
    for (job, owner) in closed {
        if !owner.is_some_and(|owner| in_use(&job, &owner)) {
            removed += u64::try_from(remove.execute([job])?).unwrap_or_default();
        }
    }
    Ok(removed)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Job> {
    let task: Option<String> = row.get("task_type")?;
    let state: String = row.get("state")?;
    Ok(Job {
        id: row.get("id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        task: task.as_deref().and_then(TaskType::parse),
        model_name: row.get("model_name")?,
        state: JobState::parse(&state),
        task_id: row.get("task_id")?,
        continuation: row.get("continuation")?,
        saved: row.get("saved")?,
    })
}
