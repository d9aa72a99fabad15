//! Once a task is paid, only its end or the deadline ends the waiting.

use super::script::*;
use crate::event::Event;
use crate::http::{FailureKind, Sent};
use crate::outcome::{Cause, Charge, TaskFault};
use crate::pump::Command;
use crate::request::{Language, Request, TaskType};
use crate::session::Settings;

fn faults() -> Vec<End> {
    vec![
        answer(500, "oops"),
        answer(503, r#"{"code":503}"#),
        answer(200, "not json"),
        answer(302, ""),
        answer(404, ""),
        code(4008, "?"),
        code(404, "no such task"),
        ok("[1]"),
        ok("7"),
        lost(Sent::No),
        End::Failure(Sent::Maybe, FailureKind::TooLarge),
        End::Silence,
    ]
}

#[test]
fn no_fault_of_polling_loses_a_paid_task() {
    let mut script = vec![list(), created()];
    script.extend(faults().into_iter().map(|end| (DETAIL, end)));
    script.push(ready());
    let patient = Settings {
        deadline: Some(3_600_000),
        seed: (0, 1),
    };
    let run = Run::with(song(), patient).play(script);
    assert_eq!(run.success().medias.len(), 2);
    assert_eq!(run.creates(), 1);
}

#[test]
fn five_errors_in_a_row_are_waited_out_with_growing_rests() {
    let mut script = vec![list(), created()];
    script.extend(vec![(DETAIL, answer(500, "")); 5]);
    script.push(ready());
    let run = Run::new(song()).play(script);
    let rests: Vec<_> = run.times[2..]
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    assert!(rests.is_sorted(), "{rests:?}");
    run.success();
}

#[test]
fn retry_after_is_obeyed() {
    let slow = End::Answer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "60".to_owned())],
        body: String::new(),
    };
    let run = Run::new(song()).play(vec![list(), created(), (DETAIL, slow), ready()]);
    assert_eq!(run.times[3] - run.times[2], 60_000);
}

#[test]
fn a_long_retry_after_does_not_end_the_polling_of_a_paid_task() {
    let slow = End::Answer {
        status: 429,
        headers: vec![("retry-after".to_owned(), "3600".to_owned())],
        body: String::new(),
    };
    let run = Run::new(song()).play(vec![list(), created(), (DETAIL, slow), ready()]);
    assert_eq!(run.times[3] - run.times[2], 60_000);
    run.success();
}

#[test]
fn a_task_that_says_it_failed_without_media_ends_it() {
    let failed = (
        DETAIL,
        ok(r#"{"id":"task_1","status":"failed","medias":[]}"#),
    );
    let run = Run::new(song()).play(vec![list(), created(), pending(), failed]);
    let failure = run.failure();
    assert_eq!(failure.cause, Cause::TaskFailed(TaskFault::Status));
    assert_eq!(failure.charge, Charge::Yes);
}

#[test]
fn a_task_that_the_service_does_not_know_is_not_waited_for_to_the_deadline() {
    let unknown = || (DETAIL, code(404, "Task not found"));
    let mut script = vec![list(), created()];
    script.extend((0..12).map(|_| unknown()));
    let run = Run::new(song()).play(script);
    let failure = run.failure();
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::UnknownTask, Charge::Yes)
    );
    assert!(failure.continuation.is_some() && failure.help.is_some());
    assert_eq!(
        failure.message,
        "The service does not know the task; look for it in your records"
    );

    // A task that was just made may be unknown for a while.
    let mut script = vec![list(), created()];
    script.extend((0..11).map(|_| unknown()));
    script.extend([pending(), unknown(), ready()]);
    Run::new(song()).play(script).success();
}

#[test]
fn at_the_deadline_the_media_that_are_ready_are_delivered() {
    let half = medias(
        r#"[{"resource_status":1,"url":"https://cdn.example/1.mp3"},
            {"resource_status":0,"status":"processing"}]"#,
    );
    let settings = Settings {
        deadline: Some(4_000),
        ..Settings::default()
    };
    let script = vec![list(), created(), half.clone()];
    let run = Run::with(song(), settings).play(script);
    let failure = run.failure();
    assert_eq!(failure.cause, Cause::Deadline);
    assert_eq!(failure.medias[0].url, "https://cdn.example/1.mp3");
    assert!(failure.continuation.is_some());
    let message = run.messages().pop().unwrap();
    assert_eq!(message.media, ["https://cdn.example/1.mp3"]);
}

#[test]
fn nothing_there_yet_means_polling_on() {
    let unfinished = [
        "null",
        "[]",
        r#"[{"resource_status":null}]"#,
        r#"[{"resource_status":1,"status":"success","url":null}]"#,
        r#"[{"resource_status":9}]"#,
    ];
    let mut script = vec![list(), created()];
    script.extend(unfinished.map(medias));
    script.push((DETAIL, ok("null")));
    script.push(ready());
    let run = Run::new(song()).play(script);
    assert!(
        !run.events
            .iter()
            .any(|event| matches!(event, Event::Fault(_)))
    );
    run.success();
}

#[test]
fn a_failed_task_ends_it_and_keeps_what_is_there() {
    let failed = medias(
        r#"[{"resource_status":1,"url":"https://cdn.example/1.mp3"},
            {"resource_status":2,"status":"failed","error_msg":"NSFW 6009 attribute_id"}]"#,
    );
    let run = Run::new(song()).play(vec![list(), created(), failed]);
    let failure = run.failure();
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::TaskFailed(TaskFault::Content), Charge::Yes)
    );
    assert_eq!(failure.medias[0].url, "https://cdn.example/1.mp3");
    let message = run.messages().pop().unwrap();
    assert_eq!(message.media, ["https://cdn.example/1.mp3"]);
    assert!(message.text.contains("🔗 Link: https://cdn.example/1.mp3"));
    assert_eq!(
        failure.message,
        "The content was not accepted; change the description or the lyrics and try again"
    );
}

#[test]
fn a_revoked_key_ends_the_waiting_but_not_the_task() {
    let run = Run::new(song()).play(vec![list(), created(), (DETAIL, answer(401, ""))]);
    assert_eq!(run.failure().cause, Cause::Unauthorized);
    assert_eq!(run.failure().charge, Charge::Yes);
    let resumed = Run::restored(run.failure().continuation.as_ref().unwrap());
    resumed.play(vec![ready()]).success();
}

#[test]
fn the_deadline_ends_the_waiting_and_can_be_chosen() {
    for (deadline, expected) in [(None, 480_000), (Some(30_000), 30_000)] {
        let settings = Settings {
            deadline,
            seed: (0, 0),
        };
        let mut run = Run::with(song(), settings);
        run.command(Command::Start);
        let (id, _) = run.run_to_exchange().unwrap();
        run.end(id, list().1);
        let (id, _) = run.run_to_exchange().unwrap();
        run.end(id, created().1);
        let began = run.now;
        while let Some((id, _)) = run.run_to_exchange() {
            run.end(id, pending().1);
        }
        assert_eq!(run.now - began, expected);
        let failure = run.failure();
        assert_eq!(
            (&failure.cause, failure.charge),
            (&Cause::Deadline, Charge::Yes)
        );
        assert!(failure.message.contains("resume"), "{}", failure.message);
    }
}

#[test]
fn progress_comes_at_its_interval_and_never_after_the_end() {
    let mut script = vec![list(), created()];
    script.extend(vec![pending(); 48]);
    script.push(ready());
    let run = Run::new(song()).play(script);
    let progress: Vec<_> = run
        .log
        .iter()
        .filter(|line| line.contains("progress"))
        .collect();
    let times: Vec<u64> = progress
        .iter()
        .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(times[0], 15_000);
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] == 15_000),
        "{times:?}"
    );
    assert!(progress.last().unwrap().ends_with("95%"));
    let texts: Vec<_> = run.messages().iter().map(|m| m.text.clone()).collect();
    let overtime = texts
        .iter()
        .filter(|text| text.contains("Almost there"))
        .count();
    assert_eq!(
        overtime,
        times.iter().filter(|time| **time > 150_000).count()
    );
    assert!(run.log.last().unwrap().contains("success"));
    let mut unique = texts.clone();
    unique.dedup();
    assert_eq!(unique, texts, "no message twice");
}

#[test]
fn cancelling_stops_the_waiting_and_says_that_the_task_stays() {
    let cancel = (DETAIL, End::CancelThen(Box::new(pending().1)));
    let run = Run::new(song()).play(vec![list(), created(), pending(), cancel]);
    let failure = run.failure();
    assert_eq!(
        (&failure.cause, failure.charge),
        (&Cause::Cancelled, Charge::Yes)
    );
    let text = &run.messages().last().unwrap().text;
    assert!(
        text.contains("spent once; waiting on costs nothing more"),
        "{text}"
    );
    let resumed = Run::restored(failure.continuation.as_ref().unwrap());
    resumed.play(vec![ready()]).success();
}

/// Music: "Estimated Generation Time per Model"; speech: steps 1 and 2.
#[test]
fn every_model_is_polled_and_told_of_at_its_pace() {
    let (music, speech) = (TaskType::TextToMusic, TaskType::TextToSpeech);
    for (task, model, estimate, told, rests) in [
        (music, "GenBGM", "10 ~ 25", 10_000..=10_000, 3_000..=5_000),
        (music, "GenSong", "10 ~ 25", 10_000..=10_000, 3_000..=5_000),
        (music, "sonic", "20 ~ 45", 15_000..=15_000, 3_000..=5_000),
        (
            speech,
            "seed-tts-2.0",
            "5 ~ 30",
            10_000..=15_000,
            2_000..=5_000,
        ),
    ] {
        let mut request = Request::new(task, "雨", Language::Zh);
        request.model_id = Some(model.to_owned());
        let rules = r#""credit_rules":[{"points":2,"attribute_id":7}]"#;
        let data = format!(r#"[{{"id":"v","type":"3","model_id":"{model}",{rules}}}]"#);
        let mut script = vec![(LIST, ok(&data)), created()];
        script.extend(vec![pending(); 20]);
        script.push(ready());
        let run = Run::new(request).play(script);
        let texts: Vec<_> = run.messages().iter().map(|it| it.text.clone()).collect();
        assert!(
            texts[1].contains(&format!("预计耗时：{estimate} 秒")),
            "{texts:?}"
        );
        let created_at = run.times[1];
        for pair in run.times[2..].windows(2) {
            assert!(rests.contains(&(pair[1] - pair[0])), "{model}: {pair:?}");
        }
        let mut last = created_at - 1_000_000;
        for line in run.log.iter().filter(|line| line.contains("progress")) {
            let at: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
            assert!(told.contains(&(at - last)), "{model}: {line} after {last}");
            last = at;
        }
        assert!(last >= 30_000, "{model}: {last}");
    }
}

#[test]
fn however_short_the_deadline_the_service_is_asked_within_it() {
    for deadline in [1_000, 20_000] {
        let settings = Settings {
            deadline: Some(deadline),
            seed: (0, 0),
        };
        let run = Run::with(song(), settings).play(vec![list(), created(), ready()]);
        assert_eq!(run.success().medias.len(), 2);
    }
}

#[test]
fn a_task_that_goes_on_is_not_called_a_failure() {
    let run = Run::new(song()).play(vec![list(), created(), (DETAIL, answer(401, ""))]);
    let text = &run.messages().last().unwrap().text;
    assert!(
        text.starts_with("⏳ The music is still being made"),
        "{text}"
    );
}

#[test]
fn a_list_of_media_without_end_is_a_fault_and_waited_out() {
    let endless = format!("[{}{{}}]", "{},".repeat(2_000));
    let run = Run::new(song()).play(vec![list(), created(), medias(&endless), ready()]);
    assert!(
        run.events
            .iter()
            .any(|event| matches!(event, Event::Fault(_)))
    );
    run.success();
}
