//! What a component that keeps nothing itself has kept here: quotes, and the jobs that they become. They
//! stand in the user's journal, so `ima jobs` shows them and `ima resume` fetches their audio.
//!
//! A quote's id is the secret that leads to it and to its job: 32 hexadecimal digits.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use ima_journal::{
    Charge, CheckpointState, Claim, Entry, FindJob, IdempotencyKey, Job, JobEnd, JobState, Journal,
    KeptQuote, NewQuote, TaskType,
};
use serde::{Deserialize, Serialize};

use super::GatewayBody;
use super::refusal::{self, Refusal};
use crate::egress::Guard;
use crate::runtime::Runtime;

/// How long a quote can be bought.
const VALID_FOR: Duration = Duration::from_secs(15 * 60);

/// The largest thing that is kept, in bytes.
const LARGEST: usize = 128 << 10;

/// How many quotes are kept within the time that one is valid.
const MOST: usize = 500;

/// What of that is used up: a component must not fill the disk.
#[derive(Debug, Default)]
pub(super) struct Allowance(Mutex<VecDeque<Instant>>);

impl Allowance {
    fn take(&self, now: Instant) -> Result<(), Refusal> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while kept
            .front()
            .is_some_and(|at| now.saturating_duration_since(*at) >= VALID_FOR)
        {
            kept.pop_front();
        }
        if kept.len() >= MOST {
            return Err(Refusal::TooMany);
        }
        kept.push_back(now);
        Ok(())
    }
}

/// A quote, as a component keeps it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quoted {
    /// What would be bought, in the component's own form.
    request: String,
    /// What it costs at the most.
    points: u64,
}

/// A quote, as it is told.
#[derive(Serialize)]
struct QuoteTold<'a> {
    /// Empty once it was bought or has expired.
    request: &'a str,
    points: u64,
    expired: bool,
    used: bool,
    /// The job in the journal that it becomes.
    job: &'a str,
}

/// How a job stands, as a component writes it and reads it.
#[derive(Serialize, Deserialize)]
struct Standing {
    /// `creating`, `waiting`, `finished`, `unknown` or `failed`.
    state: String,
    /// `text_to_music` or `text_to_speech`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task_id: Option<String>,
    /// What the session is taken up from. Left out of an end, the last one stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    continuation: Option<String>,
}

/// Answers a request for `/kept{path}`.
pub(super) async fn answer(
    runtime: &Runtime,
    allowance: &Allowance,
    path: &str,
    request: &Request<Bytes>,
) -> Response<GatewayBody> {
    match keep(runtime, allowance, path, request).await {
        Ok(response) => response,
        Err(refusal) => refusal.response(),
    }
}

async fn keep(
    runtime: &Runtime,
    allowance: &Allowance,
    path: &str,
    request: &Request<Bytes>,
) -> Result<Response<GatewayBody>, Refusal> {
    if let Ok(key) = runtime.key()
        && key.patterns().are_in(request.body())
    {
        return Err(Refusal::Unreadable);
    }
    let journal = runtime.journal().ok_or(Refusal::NotKept)?;
    let body = request.body();
    if body.len() > LARGEST {
        return Err(Refusal::Unreadable);
    }
    let value = match (request.method(), Path::of(path).ok_or(Refusal::NoSuchPath)?) {
        (&Method::POST, Path::New) => {
            let quoted: Quoted = serde_json::from_slice(body).map_err(|_| Refusal::Unreadable)?;
            allowance.take(Instant::now())?;
            let id = fresh_id()?;
            let quote = NewQuote {
                id: id.clone(),
                request: quoted.request,
                points: quoted.points,
                valid_for: VALID_FOR,
            };
            journal.keep_quote(quote).await?;
            serde_json::json!({ "id": id, "valid_seconds": VALID_FOR.as_secs() })
        }
        (&Method::GET, Path::Quote(id)) => {
            let quote = quote(journal, &id).await?;
            told(&QuoteTold {
                request: &quote.request,
                points: quote.points,
                expired: quote.expired,
                used: quote.used,
                job: &quote.job,
            })
        }
        (&Method::POST, Path::Job(id)) => {
            let standing = serde_json::from_slice(body).map_err(|_| Refusal::Unreadable)?;
            write(journal, &id, standing).await?;
            serde_json::json!({})
        }
        (&Method::GET, Path::Job(id)) => {
            let quote = quote(journal, &id).await?;
            let job = journal.get(&quote.job).await?.ok_or(Refusal::NothingKept)?;
            told(&Standing {
                state: job.state.to_string(),
                task: job.task.map(|task| task.as_str().to_owned()),
                model: job.model_name,
                task_id: job.task_id,
                continuation: Some(job.continuation),
            })
        }
        _ => return Err(Refusal::NoSuchPath),
    };
    Ok(refusal::json(StatusCode::OK, &value))
}

/// What a path behind `/kept` names.
enum Path {
    New,
    Quote(String),
    Job(String),
}

impl Path {
    fn of(path: &str) -> Option<Self> {
        let Some(path) = path.strip_prefix('/') else {
            return path.is_empty().then_some(Self::New);
        };
        // The form that an idempotency key has: the purchase goes by the same.
        let id = |id: &str| id.parse::<IdempotencyKey>().ok().map(|id| id.to_string());
        match path.strip_suffix("/job") {
            Some(path) => id(path).map(Self::Job),
            None => id(path).map(Self::Quote),
        }
    }
}

/// An id that nobody can guess.
fn fresh_id() -> Result<String, Refusal> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| Refusal::NotKept)?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}

fn told(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

async fn quote(journal: &Journal, id: &str) -> Result<KeptQuote, Refusal> {
    let found = journal.quote(id).await?;
    // The journal also knows quotes by the short ids of their jobs, which are no secret.
    let found = found.filter(|quote| quote.id == id);
    found.ok_or(Refusal::NothingKept)
}

/// Writes how a job stands. The first time it buys the quote.
async fn write(journal: &Journal, id: &str, standing: Standing) -> Result<(), Refusal> {
    let quote = quote(journal, id).await?;
    let state = match standing.state.as_str() {
        "creating" => CheckpointState::Creating,
        "waiting" => CheckpointState::Waiting,
        _ => return end(journal, &quote, standing).await,
    };
    let entry = Entry {
        task: standing.task.as_deref().and_then(TaskType::parse),
        model_name: standing.model,
        state,
        task_id: standing.task_id,
        continuation: standing.continuation.ok_or(Refusal::Unreadable)?,
    };
    if !quote.used {
        // The claim ends here: the next request may come from another instance.
        journal.begin_quoted(id, entry).await?;
        return Ok(());
    }
    let (_, claim) = claim(journal, &quote).await?;
    claim.checkpoint(entry).await?;
    Ok(())
}

async fn end(journal: &Journal, quote: &KeptQuote, standing: Standing) -> Result<(), Refusal> {
    let (job, claim) = claim(journal, quote).await?;
    let Standing {
        task_id,
        continuation,
        ..
    } = standing;
    let end = match JobState::parse(&standing.state) {
        JobState::Finished => {
            let task_id = task_id.or(job.task_id).ok_or(Refusal::Unreadable)?;
            JobEnd::success(task_id)
        }
        JobState::Failed => {
            let paid = task_id.is_some() || job.is_paid();
            let charge = if paid { Charge::Yes } else { Charge::No };
            JobEnd::failure(charge, paid, task_id, continuation)
        }
        _ => JobEnd::failure(Charge::Unknown, false, task_id, continuation),
    };
    claim.finish(end).await?;
    Ok(())
}

/// The job of a create request, if it is for a quote that is kept here: it goes by the quote's id.
pub(super) async fn job_of(runtime: &Runtime, headers: &HeaderMap) -> Option<String> {
    let key = headers.get(ima_wire::idempotency::HEADER)?.to_str().ok()?;
    let key: IdempotencyKey = key.parse().ok()?;
    let quote = quote(runtime.journal()?, &key.to_string()).await.ok()?;
    quote.used.then_some(quote.job)
}

/// Writes what became of a create request into its job, so that it is known even if the component that sent
/// it is gone. A refusal is left to the component, which may amend it.
pub(super) async fn note(journal: &Journal, job: String, guard: &Guard) {
    let charge = guard.charge();
    if charge == crate::types::Charge::No {
        return;
    }
    let written = async {
        let claimed = journal.claim(FindJob::Id(job)).await?;
        match (claimed, guard.task_id()) {
            (Some((_, claim)), Some(task_id)) => claim.note_task(&task_id).await,
            (Some((_, claim)), None) => {
                claim
                    .finish(JobEnd::failure(Charge::Unknown, false, None, None))
                    .await
            }
            (None, _) => Ok(()),
        }
    };
    // The ledger knows it too.
    if let Err(error) = written.await {
        tracing::warn!(%error, "a job of the gateway could not be written");
    }
}

async fn claim(journal: &Journal, quote: &KeptQuote) -> Result<(Job, Claim), Refusal> {
    let found = journal.claim(FindJob::Id(quote.job.clone())).await?;
    found.ok_or(Refusal::NothingKept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_quotes_are_kept_and_more_when_the_first_have_expired() {
        let allowance = Allowance::default();
        let begun = Instant::now();
        for _ in 0..MOST {
            assert_eq!(allowance.take(begun), Ok(()));
        }
        assert_eq!(allowance.take(begun), Err(Refusal::TooMany));
        assert_eq!(allowance.take(begun + VALID_FOR), Ok(()));
    }
}
