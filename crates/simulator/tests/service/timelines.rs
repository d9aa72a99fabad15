//! What a task looks like as time passes.

use ima_simulator::{DEMO_KEY, MissingMedias, Options, Outcome, Simulator, Timeline};
use serde_json::{Value, json};

use crate::client::{Client, background_music, seeded, service, speech, suno, with};

/// `resource_status` and `status` of every media.
fn states(medias: &Value) -> Value {
    let medias = medias.as_array().unwrap().iter();
    medias
        .map(|media| json!([media["resource_status"], media["status"]]))
        .collect()
}

#[tokio::test]
async fn a_task_goes_from_pending_over_processing_to_success() {
    let service = service().await;
    service
        .control
        .set_timeline("GenBGM", Timeline::lasting(100.0));
    let task = service.created(&background_music()).await;

    let medias = service.medias(&task).await;
    assert_eq!(states(&medias), json!([[null, "pending"]]));
    assert_eq!(medias[0]["url"], Value::Null);
    service.advance(9.5);
    assert_eq!(
        states(&service.medias(&task).await),
        json!([[null, "pending"]])
    );
    service.advance(0.5);
    assert_eq!(
        states(&service.medias(&task).await),
        json!([[0, "processing"]])
    );
    service.advance(89.5);
    assert_eq!(
        states(&service.medias(&task).await),
        json!([[0, "processing"]])
    );
    service.advance(0.5);
    let medias = service.medias(&task).await;
    assert_eq!(states(&medias), json!([[1, "success"]]));
    let url = format!("{}/audio/{task}/0.wav", service.simulator.origin());
    assert_eq!(medias[0]["url"], url);
    assert_eq!(medias[0]["format"], "wav");
    service.advance(1e6);
    assert_eq!(service.medias(&task).await, medias);
}

#[tokio::test]
async fn suno_makes_two_clips_for_each_n_at_different_times() {
    let service = service().await;
    service
        .control
        .set_timeline("sonic", Timeline::lasting(100.0));
    let task = service.created(&suno()).await;
    service.advance(95.0);
    let (done, working) = (json!([1, "success"]), json!([0, "processing"]));
    let medias = service.medias(&task).await;
    assert_eq!(states(&medias), json!([done, working]));

    service.control.set_timeline("sonic", Timeline::default());
    for (n, clips) in [(1, 2), (3, 6)] {
        let body = with(suno(), "/parameters/0/parameters/n", json!(n));
        let task = service.created(&body).await;
        service.advance(94.0);
        let medias = service.medias(&task).await;
        assert_eq!(medias.as_array().unwrap().len(), clips);
        assert_eq!(medias[clips - 1]["resource_status"], 0);
        service.advance(16.0);
        let medias = service.medias(&task).await;
        assert_eq!(states(&medias), json!(vec![json!([1, "success"]); clips]));
        assert_ne!(medias[0]["url"], medias[1]["url"]);
    }
}

#[tokio::test]
async fn usual_durations_lie_within_the_estimates_and_follow_from_the_seed() {
    for (body, low, high) in [
        (suno(), 90.0, 150.0),
        (background_music(), 60.0, 120.0),
        (speech(), 5.0, 10.0),
    ] {
        for seed in 0..3 {
            let service = seeded(seed).await;
            let task = service.created(&body).await;
            service.advance(low);
            let all_done = |medias: Value| {
                let medias = medias.as_array().unwrap().clone();
                medias.iter().all(|media| media["resource_status"] == 1)
            };
            assert!(!all_done(service.medias(&task).await), "{seed}: too early");
            service.advance(high - low);
            assert!(all_done(service.medias(&task).await), "{seed}: too late");
        }
    }
    let id = async |seed| seeded(seed).await.created(&suno()).await;
    assert_eq!(id(7).await, id(7).await);
    assert_ne!(id(7).await, id(8).await);
}

#[tokio::test]
async fn each_media_can_have_its_own_time_and_end() {
    let service = service().await;
    let timeline = Timeline {
        total_seconds: Some(30.0),
        media_seconds: vec![10.0, 20.0],
        pending_seconds: Some(0.0),
        media_outcomes: vec![Outcome::Success, Outcome::Failed("melody lost".into())],
        clips: Some(3),
        ..Timeline::default()
    };
    service.control.set_timeline("sonic", timeline);
    let task = service.created(&suno()).await;
    let (working, done) = (json!([0, "processing"]), json!([1, "success"]));
    let broken = json!([2, "failed"]);
    assert_eq!(
        states(&service.medias(&task).await),
        json!([working, working, working])
    );
    service.advance(10.0);
    assert_eq!(
        states(&service.medias(&task).await),
        json!([done, working, working])
    );
    service.advance(10.0);
    assert_eq!(
        states(&service.medias(&task).await),
        json!([done, broken, working])
    );
    service.advance(10.0);
    let medias = service.medias(&task).await;
    assert_eq!(states(&medias), json!([done, broken, done]));
    assert_eq!(medias[1]["error_msg"], "melody lost");
}

#[tokio::test]
async fn every_way_to_end() {
    let service = service().await;
    let lost = || "lost".to_owned();
    for (outcome, status, url) in [
        (Outcome::Success, json!([1, "success"]), true),
        (Outcome::Completed, json!([1, "completed"]), true),
        (Outcome::WithoutUrl, json!([1, "success"]), false),
        (Outcome::Failed(lost()), json!([2, "failed"]), false),
        (
            Outcome::FailedThoughAvailable(lost()),
            json!([1, "failed"]),
            false,
        ),
        (Outcome::Deleted, json!([3, "deleted"]), false),
        (Outcome::Unknown(9), json!([9, "processing"]), false),
        (Outcome::Never, json!([0, "processing"]), false),
    ] {
        service
            .control
            .set_timeline("GenBGM", Timeline::ending(outcome.clone()));
        let task = service.created(&background_music()).await;
        service.advance(100.0);
        let medias = service.medias(&task).await;
        assert_eq!(states(&medias), json!([status]));
        let given = medias[0]["url"].as_str().is_some_and(|url| !url.is_empty());
        assert_eq!(given, url, "{outcome:?}");
        let file = service.client.get(&format!("/audio/{task}/0.wav")).await;
        assert_eq!(file.status, if url { 200 } else { 404 }, "{outcome:?}");
    }
}

#[tokio::test]
async fn the_address_may_come_late_or_only_with_a_watermark() {
    let service = service().await;
    let timeline = Timeline {
        url_delay_seconds: 5.0,
        outcome: Outcome::Watermarked,
        ..Timeline::lasting(10.0)
    };
    service.control.set_timeline("GenBGM", timeline);
    let task = service.created(&background_music()).await;
    service.advance(10.0);
    let media = service.medias(&task).await[0].clone();
    assert_eq!(
        (&media["resource_status"], &media["watermark_url"]),
        (&json!(1), &json!(""))
    );
    service.advance(5.0);
    let media = service.medias(&task).await[0].clone();
    assert_eq!(media["url"], "");
    let file = service
        .client
        .get(media["watermark_url"].as_str().unwrap())
        .await;
    assert_eq!(file.status, 200);
}

#[tokio::test]
async fn the_media_list_may_be_missing_at_first() {
    let service = service().await;
    for (missing_medias, expected) in [
        (MissingMedias::Empty, json!([])),
        (MissingMedias::Null, Value::Null),
    ] {
        let timeline = Timeline {
            without_medias_seconds: 10.0,
            missing_medias,
            ..Timeline::lasting(20.0)
        };
        service.control.set_timeline("GenBGM", timeline);
        let task = service.created(&background_music()).await;
        service.advance(9.5);
        assert_eq!(service.medias(&task).await, expected);
        service.advance(0.5);
        assert_eq!(
            states(&service.medias(&task).await),
            json!([[0, "processing"]])
        );
    }
}

#[tokio::test]
async fn a_timeline_counts_for_tasks_created_after_it() {
    let service = service().await;
    service
        .control
        .set_timeline("GenBGM", Timeline::lasting(10.0));
    let task = service.created(&background_music()).await;
    service
        .control
        .set_timeline("GenBGM", Timeline::ending(Outcome::Deleted));
    service.advance(10.0);
    assert_eq!(
        states(&service.medias(&task).await),
        json!([[1, "success"]])
    );
}

#[tokio::test]
async fn unknown_tasks_and_those_of_others_look_the_same() {
    let service = service().await;
    let task = service.created(&speech()).await;
    service.control.add_account("ima_other", 10);
    let other = Client::new(&service.simulator.origin(), "ima_other");
    let foreign = other.detail(&task).await;
    let unknown = service.client.detail("task_0").await;
    assert_eq!((foreign.status.as_u16(), foreign.code()), (200, 404));
    assert_eq!(foreign.envelope(), unknown.envelope());
    let nameless = service
        .client
        .post("/open/v1/tasks/detail", &json!({}))
        .await;
    assert_eq!(nameless.code(), 400);
}

#[tokio::test]
async fn the_clock_runs_at_the_speed_asked_for() {
    let options = Options {
        // A microsecond counts for days.
        speed: 1e12,
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let client = Client::new(&simulator.origin(), DEMO_KEY);
    let created = client.create(&suno()).await.envelope();
    let task = created["data"]["id"].as_str().unwrap();
    let detail = client.detail(task).await.envelope();
    let done = json!([1, "success"]);
    assert_eq!(states(&detail["data"]["medias"]), json!([done, done]));
}

#[tokio::test]
async fn a_task_can_have_a_state_of_its_own_and_its_media_other_words() {
    let service = service().await;
    let ended = Outcome::Ended {
        status: "error".into(),
        remark: "text too long".into(),
    };
    let timeline = Timeline {
        total_seconds: Some(1.0),
        status: Some("failed".into()),
        media_outcomes: vec![ended, Outcome::PreviewOnly],
        ..Timeline::default()
    };
    service.control.set_timeline("sonic", timeline);
    let task = service.created(&suno()).await;
    service.advance(1.0);
    let medias = service.medias(&task).await;
    assert_eq!(states(&medias), json!([[0, "error"], [1, "success"]]));
    assert_eq!(medias[0]["remark"], "text too long");
    assert!(
        medias[1]["preview_url"]
            .as_str()
            .is_some_and(|url| !url.is_empty())
    );
    assert_eq!(medias[1]["url"], "");
}
