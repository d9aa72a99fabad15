//! The control interface as JSON under `/_control/`, for tests in other languages.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::Control;
use crate::fault::{Fault, NthRequest};
use crate::ledger::Ledger;
use crate::request_log::{Endpoint, RequestRecord};
use crate::task::TaskRecord;
use crate::timeline::Timeline;

/// The routes below `/_control`.
pub(crate) fn router(control: Control) -> Router {
    Router::new()
        .route("/accounts", post(add_account))
        .route("/ledger", get(ledger))
        .route("/requests", get(requests))
        .route("/tasks", get(tasks))
        .route("/connections", get(connections))
        .route("/faults", post(add_fault).delete(clear_faults))
        .route("/catalogue", post(set_catalogue))
        .route("/reprice", post(reprice))
        .route("/stale_list", post(serve_stale_list))
        .route("/strict_form", post(strict_form))
        .route("/keyless", post(keyless))
        .route("/timelines", post(set_timeline))
        .route("/advance", post(advance))
        .with_state(control)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    key: String,
    points: u64,
}

async fn add_account(
    State(control): State<Control>,
    Json(account): Json<NewAccount>,
) -> StatusCode {
    control.add_account(&account.key, account.points);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct LedgerQuery {
    key: String,
}

async fn ledger(
    State(control): State<Control>,
    Query(query): Query<LedgerQuery>,
) -> Result<Json<Ledger>, StatusCode> {
    let ledger = control.find_ledger(&query.key);
    ledger.map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn requests(State(control): State<Control>) -> Json<Vec<RequestRecord>> {
    Json(control.requests())
}

async fn tasks(State(control): State<Control>) -> Json<Vec<TaskRecord>> {
    Json(control.tasks())
}

async fn connections(State(control): State<Control>) -> Json<Value> {
    Json(json!({
        "connections": control.connections(),
        "handshakes": control.handshakes(),
        "requests": control.request_count(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    endpoint: Endpoint,
    nth: NthRequest,
    fault: Fault,
}

async fn add_fault(State(control): State<Control>, Json(new): Json<NewFault>) -> StatusCode {
    control.fault(new.endpoint, new.nth, new.fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(control): State<Control>) -> StatusCode {
    control.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCatalogue {
    task_type: String,
    data: Value,
}

async fn set_catalogue(
    State(control): State<Control>,
    Json(new): Json<NewCatalogue>,
) -> StatusCode {
    control.set_catalogue(&new.task_type, new.data);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPrice {
    model_id: String,
    points: u64,
    attribute_id: u64,
}

async fn reprice(State(control): State<Control>, Json(new): Json<NewPrice>) -> StatusCode {
    if control.reprice(&new.model_id, new.points, new.attribute_id) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StaleList {
    count: u32,
}

async fn serve_stale_list(
    State(control): State<Control>,
    Json(list): Json<StaleList>,
) -> StatusCode {
    control.serve_stale_list(list.count);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormCheck {
    strict: bool,
}

async fn strict_form(State(control): State<Control>, Json(check): Json<FormCheck>) -> StatusCode {
    control.strict_form(check.strict);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keyless {
    accept: bool,
}

async fn keyless(State(control): State<Control>, Json(keyless): Json<Keyless>) -> StatusCode {
    control.keyless(keyless.accept);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTimeline {
    model_id: String,
    timeline: Timeline,
}

async fn set_timeline(State(control): State<Control>, Json(new): Json<NewTimeline>) -> StatusCode {
    control.set_timeline(&new.model_id, new.timeline);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jump {
    seconds: f64,
}

async fn advance(State(control): State<Control>, Json(jump): Json<Jump>) -> StatusCode {
    match Duration::try_from_secs_f64(jump.seconds) {
        Ok(by) => {
            control.advance(by);
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
