//! Jobs as tasks of the protocol's extension.

use std::time::Duration;

use ima_simulator::{Endpoint, Fault, NthRequest};
use rmcp::model::{
    CallToolResponse, CancelTaskParams, CreateTaskResult, GetTaskParams, TaskPayload, TaskStatus,
};
use serde_json::json;

use crate::bench::{Bench, Client, Era, Person, purchase, until};

async fn task(client: &Client) -> CreateTaskResult {
    let quote = client.quote("sonic").await;
    match client.once("create_audio", purchase(&quote)).await {
        CallToolResponse::Task(task) => task,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_purchase_is_a_task_whose_id_is_the_job_and_outlives_the_server() {
    let bench = Bench::new().await;
    let (detail, hour) = (Endpoint::Detail, Duration::from_secs(3_600));
    bench
        .stage
        .control
        .fault(detail, NthRequest::Every, Fault::Delay(hour));
    let server = bench.allowed(25).await;
    let client = Client::of(&server, Person::nobody().taking_tasks(), Era::Discover).await;
    let created = task(&client).await;
    let id = created.task.task_id;
    assert_eq!(bench.jobs().await[0].id, id);
    until(async || bench.jobs().await[0].is_paid()).await;
    let service = &client.service;
    let standing = service.get_task(GetTaskParams::new(&id)).await.unwrap();
    assert_eq!(standing.task.status(), TaskStatus::Working);
    // Ending it ends the waiting only.
    service
        .cancel_task(CancelTaskParams::new(&id))
        .await
        .unwrap();
    server.end().await;
    drop(client);

    bench.stage.control.clear_faults();
    let next = bench.allowed(25).await;
    let client = Client::of(&next, Person::nobody().taking_tasks(), Era::Discover).await;
    let done = async || {
        let standing = client
            .service
            .get_task(GetTaskParams::new(&id))
            .await
            .unwrap();
        match standing.task.payload {
            TaskPayload::Completed { result } => Some(result),
            _ => None,
        }
    };
    until(async || done().await.is_some()).await;
    let result = done().await.unwrap();
    assert_eq!(result["structuredContent"]["status"], json!("finished"));
    assert_eq!((bench.creates(), bench.files().len()), (1, 2));
    assert!(
        client
            .service
            .get_task(GetTaskParams::new("nope"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_client_that_declares_no_tasks_gets_none() {
    let bench = Bench::new().await;
    let server = bench.allowed(25).await;
    for person in [Person::nobody(), Person::nobody().taking_tasks()] {
        let client = Client::of(&server, person, Era::Initialize).await;
        let quote = client.quote("GenBGM").await;
        let response = client.once("create_audio", purchase(&quote)).await;
        assert!(matches!(response, CallToolResponse::Complete(_)));
    }
}
