//! Who may ask.

use ima_simulator::DEMO_KEY;

use crate::client::{list_path, service, suno};

#[tokio::test]
async fn only_a_known_key_in_bearer_form_is_let_in() {
    let service = service().await;
    let refused = [
        None,
        Some("ima_demo_key"),
        Some("Bearer "),
        Some("Bearer ima_somebody_else"),
        Some("Basic ima_demo_key"),
    ];
    for value in refused {
        let client = service.client.with_authorization(value);
        for answer in [
            client.list("text_to_music").await,
            client.create(&suno()).await,
            client.detail("task_x").await,
            client.get("/open/v1/elsewhere").await,
        ] {
            assert_eq!(answer.status, 401, "{value:?}");
            assert_eq!(answer.code(), 401);
            assert_eq!(answer.message(), "Unauthorized");
        }
    }
    assert_eq!(service.control.tasks(), []);
    let answer = service.client.get(&list_path("text_to_music")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (200, 0));
}

#[tokio::test]
async fn a_key_that_is_not_an_ima_key_is_refused_even_with_an_account() {
    let service = service().await;
    service.control.add_account("sk_other", 100);
    let client = service.client.with_authorization(Some("Bearer sk_other"));
    assert_eq!(client.list("text_to_music").await.code(), 401);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_method_are_told_apart() {
    let service = service().await;
    assert_eq!(service.client.get("/open/v1/elsewhere").await.status, 404);
    assert_eq!(service.client.get("/").await.status, 404);
    let wrong = service.client.get("/open/v1/tasks/create").await;
    assert_eq!(wrong.status, 405);
}

#[tokio::test]
async fn a_client_without_a_key_can_be_let_in() {
    let service = service().await;
    service.control.keyless(true);
    let client = service.client.with_authorization(None);
    assert_eq!(client.create(&suno()).await.code(), 0);
    assert_eq!(service.control.ledger(DEMO_KEY).charges.len(), 1);
    let other = service
        .client
        .with_authorization(Some("Bearer ima_somebody_else"));
    assert_eq!(other.create(&suno()).await.code(), 401);
}
