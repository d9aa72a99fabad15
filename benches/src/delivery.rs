//! From ready to delivered, and how often the service is asked, over the live estimates: the
//! session's own pace against a question every 5 s. No real time passes.

use ima_core::Millis;
use ima_core::event::Event;
use ima_core::http::HttpResponse;
use ima_core::outcome::Outcome;
use ima_core::pump::{Command, Input, Output, Pump};
use ima_core::request::{Language, Request, TaskType};
use ima_core::session::{Session, Settings};

use crate::error::Error;
use crate::stats::heading;

/// The lists as the live service gave them.
const MUSIC: &str = include_str!("../../crates/core/src/catalogue/fixtures/music.json");
const SPEECH: &str = include_str!("../../crates/core/src/catalogue/fixtures/speech.json");

/// Those whose estimate the live lists name, and the last one, whose estimate is that of the
/// requirements.
const MODELS: [(TaskType, &str, &str); 5] = [
    (TaskType::TextToMusic, "sonic", MUSIC),
    (TaskType::TextToMusic, "GenBGM", MUSIC),
    (TaskType::TextToMusic, "GenSong", MUSIC),
    (TaskType::TextToSpeech, "seed-tts-1.1", SPEECH),
    (TaskType::TextToSpeech, "seed-tts-2.0", SPEECH),
];

/// The steady rhythm that it is held against, in milliseconds.
const STEADY: Millis = 5_000;

/// How finely the durations of tasks are spread over an estimate, in milliseconds.
const STEP: usize = 100;

/// What one task took.
struct Played {
    /// The estimate, in seconds.
    estimate: (u32, u32),
    polls: u64,
    /// From ready to delivered, in milliseconds.
    delay: Millis,
}

#[derive(Default)]
struct Sums {
    tasks: u64,
    polls: u64,
    delay: Millis,
    steady_polls: u64,
    steady_delay: Millis,
}

pub(crate) fn run() -> Result<(), Error> {
    heading("From ready to delivered", "delivery");
    println!("                              polls a task       ready to delivered, mean");
    println!("model         estimate       ours  every 5 s        ours    every 5 s");
    let mut all = Sums::default();
    for (task, model, list) in MODELS {
        let (min, max) = play(task, model, list, 0)?.estimate;
        let mut sums = Sums::default();
        let range = Millis::from(min) * 1_000..=Millis::from(max) * 1_000;
        for ready in range.step_by(STEP) {
            let played = play(task, model, list, ready)?;
            for sums in [&mut sums, &mut all] {
                let steady = ready.div_ceil(STEADY);
                sums.tasks += 1;
                sums.polls += played.polls;
                sums.delay += played.delay;
                sums.steady_polls += steady;
                sums.steady_delay += steady * STEADY - ready;
            }
        }
        sums.print(model, &format!("{min} ~ {max} s"));
    }
    all.print("all", "");
    println!(
        "ratio: polls {:.2} (aim <= 1), ready to delivered {:.2} (aim <= 1.6 s)",
        all.polls as f64 / all.steady_polls as f64,
        all.delay as f64 / all.steady_delay as f64
    );
    Ok(())
}

impl Sums {
    fn print(&self, model: &str, estimate: &str) {
        let mean = |sum: u64| sum as f64 / self.tasks.max(1) as f64;
        println!(
            "{model:<13} {estimate:<11} {:>7.2} {:>10.2} {:>9.2} s {:>10.2} s",
            mean(self.polls),
            mean(self.steady_polls),
            mean(self.delay) / 1_000.0,
            mean(self.steady_delay) / 1_000.0
        );
    }
}

/// Plays a generation whose task is ready `ready` milliseconds after its creation.
fn play(task: TaskType, model: &str, list: &str, ready: Millis) -> Result<Played, Error> {
    let mut request = Request::new(task, "rain", Language::En);
    request.model_id = Some(model.to_owned());
    let mut session =
        Session::new(request, Settings::default()).map_err(|invalid| Error::Core(invalid.field))?;
    let mut now = 0;
    let mut played = Played {
        estimate: (0, 0),
        polls: 0,
        delay: 0,
    };
    let mut next = Some(Input::Command(Command::Start));
    loop {
        if let Some(input) = next.take() {
            let handled = session.handle(input, now);
            handled.map_err(|misuse| Error::Core(misuse.to_string()))?;
        }
        match session.poll() {
            Output::Event(Event::Started(started)) => {
                let estimate = started.estimate;
                played.estimate = (estimate.min_seconds, estimate.max_seconds);
            }
            Output::Event(Event::Finished(Outcome::Success(_))) => {
                played.delay = now - ready.min(now);
                return Ok(played);
            }
            Output::Event(Event::Finished(Outcome::Failure(failure))) => {
                return Err(Error::Core(failure.message));
            }
            Output::Event(_) => {}
            Output::Done => return Err(Error::Core("no outcome".to_owned())),
            Output::Wait(until) => {
                now = until;
                next = Some(Input::Timeout);
            }
            Output::Transmit(transmit) => {
                let path = &transmit.request.path;
                let data = if path.contains("product/list") {
                    list
                } else if path.contains("create") {
                    r#"{"id":"task_1"}"#
                } else {
                    played.polls += 1;
                    match now < ready {
                        true => r#"{"id":"task_1","medias":[{"resource_status":0}]}"#,
                        false => {
                            r#"{"id":"task_1","medias":[{"resource_status":1,"url":"https://cdn.example/1"}]}"#
                        }
                    }
                };
                let body = format!(r#"{{"code":0,"message":"success","data":{data}}}"#);
                next = Some(Input::Response {
                    exchange: transmit.exchange,
                    response: HttpResponse {
                        status: 200,
                        headers: Vec::new(),
                        body: body.into_bytes(),
                    },
                });
            }
        }
    }
}
