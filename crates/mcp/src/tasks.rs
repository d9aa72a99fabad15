//! Jobs as tasks of the protocol's extension (SEP-2663). A task's id is the job's: the journal keeps
//! them, so a task outlives the process.

use ima_host::Job;
use rmcp::ErrorData;
use rmcp::model::{DetailedTask, GetTaskResult, Task, TaskPayload, TaskStatus};
use serde_json::Value;

use crate::output::{Output, Status};
use crate::quoting::time;
use crate::server::Server;

/// A job as a task that is under way.
pub(crate) fn task(server: &Server, job: &Job, percent: Option<u8>) -> Task {
    let at = |seconds| time(seconds).unwrap_or_default();
    let (begun, written) = (at(job.created_at), at(job.updated_at));
    let every = server.settings().progress.as_millis();
    let task = Task::new(&job.id, TaskStatus::Working, begun, written)
        .with_poll_interval_ms(u64::try_from(every).unwrap_or(u64::MAX));
    match percent {
        Some(percent) => task.with_status_message(format!("{percent}%")),
        None => task,
    }
}

/// How a task stands.
pub(crate) async fn get(server: &Server, id: &str) -> Result<GetTaskResult, ErrorData> {
    let known = server.now(id).await;
    let (job, output) = known.ok_or_else(|| unknown(server))?;
    let task = task(server, &job, output.percent);
    let payload = match output.status {
        Status::Working => TaskPayload::Working,
        _ => completed(output)?,
    };
    Ok(GetTaskResult::new(DetailedTask::new(task, payload)))
}

/// Ending a task ends the waiting only: what is paid goes on.
pub(crate) async fn cancel(server: &Server, id: &str) -> Result<(), ErrorData> {
    let known = server.journal().get(id).await.ok().flatten();
    known.map(drop).ok_or_else(|| unknown(server))
}

fn completed(output: Output) -> Result<TaskPayload, ErrorData> {
    match serde_json::to_value(output.into_result()) {
        Ok(Value::Object(result)) => Ok(TaskPayload::Completed { result }),
        _ => Err(ErrorData::internal_error(
            "The result can't be written.",
            None,
        )),
    }
}

fn unknown(server: &Server) -> ErrorData {
    let words = server
        .settings()
        .say("There is no such task.", "没有这个任务。");
    ErrorData::invalid_params(words, None)
}
