//! What the cross-crate tests share: a stage with the simulator and the component in its host, on
//! a clock that jumps.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up is to fail"
)]

use ima_host::types::{
    Cause, Event, Failure, Language, Message, Outcome, Request, Success, TaskType,
};
use ima_host::{Builder, Clock, ComponentSource, Credential, Error, Generation, Runtime};
use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator};
use std::path::PathBuf;

/// The component of world `plugin`.
pub use ima_components::PLUGIN;

/// A component that misbehaves as the prompt says.
pub const HOSTILE: &[u8] = include_bytes!(env!("HOSTILE_WASM"));

/// A component of world `machine` that misbehaves as the prompt says.
pub const HOSTILE_MACHINE: &[u8] = include_bytes!(env!("HOSTILE_MACHINE_WASM"));

/// The simulator and a runtime that reaches it. When the component waits, both clocks jump.
pub struct Stage {
    /// The host.
    pub runtime: Runtime,
    /// What the service saw and does.
    pub control: Control,
    simulator: Simulator,
}

impl Stage {
    /// A stage for the embedded component.
    pub async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// A stage for the hostile component.
    pub async fn hostile() -> Self {
        Self::with(|builder| builder.component(ComponentSource::Bytes(HOSTILE.to_vec()))).await
    }

    /// A stage whose runtime is described further.
    pub async fn with(describe: impl FnOnce(Builder) -> Builder) -> Self {
        let options = Options {
            speed: 0.0,
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        let control = simulator.control();
        let service = control.clone();
        let builder = Runtime::builder()
            .origin(&simulator.origin())
            .credential(Credential::literal(DEMO_KEY))
            .cache_folder(cache())
            .clock(Clock::stepped(move |step| service.advance(step)));
        Self {
            runtime: describe(builder).build().unwrap(),
            control,
            simulator,
        }
    }

    /// Where the simulator listens, and whose audio it serves.
    pub fn origin(&self) -> String {
        self.simulator.origin()
    }

    /// Lets every request of one kind from the `first` on end like this.
    pub fn fault(&self, endpoint: Endpoint, first: u32, fault: Fault) {
        self.control.fault(endpoint, NthRequest::From(first), fault);
    }

    /// Lets the requests of one kind with these numbers end like this.
    pub fn faults(&self, endpoint: Endpoint, numbers: impl IntoIterator<Item = (u32, Fault)>) {
        for (number, fault) in numbers {
            self.control
                .fault(endpoint, NthRequest::Number(number), fault);
        }
    }

    /// Runs a request to its end.
    pub async fn run(&self, request: &Request) -> Played {
        play(self.runtime.start(request).await.unwrap()).await
    }

    /// What a hostile component says that it saw.
    pub async fn report(&self, crime: &Request) -> String {
        match &self.run(crime).await.failure().cause {
            Cause::Other(report) => report.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// How often the demo account was charged.
    pub fn charges(&self) -> usize {
        self.control.ledger(DEMO_KEY).charges.len()
    }

    /// How many requests of one kind came in.
    pub fn requests(&self, endpoint: Endpoint) -> usize {
        let requests = self.control.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }
}

/// The folder that the tests keep compiled components in.
pub fn cache() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache").into()
}

/// The events of a generation.
pub struct Played(pub Vec<Event>);

/// Pulls every event.
pub async fn play(generation: Generation) -> Played {
    match try_play(generation).await {
        (events, None) => Played(events),
        (_, Some(error)) => panic!("{error:?}"),
    }
}

/// Pulls events up to the end or an error of the host.
pub async fn try_play(mut generation: Generation) -> (Vec<Event>, Option<Error>) {
    let mut events = Vec::new();
    loop {
        match generation.next().await {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, None),
            Err(error) => return (events, Some(error)),
        }
    }
}

impl Played {
    /// The success at the end.
    pub fn success(&self) -> &Success {
        match self.0.last() {
            Some(Event::Finished(Outcome::Success(success))) => success,
            other => panic!("no success but {other:?}"),
        }
    }

    /// The failure at the end.
    pub fn failure(&self) -> &Failure {
        match self.0.last() {
            Some(Event::Finished(Outcome::Failure(failure))) => failure,
            other => panic!("no failure but {other:?}"),
        }
    }

    /// The messages for the user.
    pub fn messages(&self) -> Vec<&Message> {
        fn message(event: &Event) -> Option<&Message> {
            match event {
                Event::Message(message) => Some(message),
                _ => None,
            }
        }
        self.0.iter().filter_map(message).collect()
    }

    /// Everything that came out of the sandbox, as text.
    pub fn text(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A request for music in English.
pub fn song() -> Request {
    Request::new(
        TaskType::TextToMusic,
        "upbeat lo-fi hip hop, 90 BPM, no vocals",
        Language::En,
    )
}

/// A request that says to a hostile component what to do.
pub fn crime(name: &str) -> Request {
    Request {
        prompt: name.to_owned(),
        ..song()
    }
}

/// A request for speech in Chinese.
pub fn spoken() -> Request {
    Request::new(
        TaskType::TextToSpeech,
        "欢迎来到 IMA Studio。",
        Language::Zh,
    )
}
