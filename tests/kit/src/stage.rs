//! The simulator and a runtime that reaches it. When the component waits, both clocks jump.

use std::path::PathBuf;

use ima_host::{Builder, Clock, ComponentSource, Credential, Isolation, Limits, Request, Runtime};
use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator};

use crate::{HOSTILE_MACHINE, Played, play};

/// The simulator and a runtime that reaches it.
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

    /// A stage for the hostile component of world `machine`, held to these limits.
    pub async fn hostile_machine(isolation: Isolation, limits: Limits) -> Self {
        let source = ComponentSource::Bytes(HOSTILE_MACHINE.to_vec());
        Self::with(|builder| {
            builder
                .component(source)
                .isolation(isolation)
                .limits(limits)
        })
        .await
    }

    /// A stage whose runtime is described further.
    pub async fn with(describe: impl FnOnce(Builder) -> Builder) -> Self {
        let options = Options {
            speed: 0.0,
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        let builder = builder(&simulator);
        Self {
            runtime: describe(builder).build().await.unwrap(),
            control: simulator.control(),
            simulator,
        }
    }

    /// Another runtime that reaches the same service, as of another process.
    pub async fn another(&self, describe: impl FnOnce(Builder) -> Builder) -> Runtime {
        describe(builder(&self.simulator)).build().await.unwrap()
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
        play(self.runtime.start(request.clone()).await.unwrap()).await
    }

    /// What a hostile machine says that it saw.
    pub async fn report(&self, crime: &Request) -> String {
        self.run(crime).await.report().to_owned()
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

fn builder(simulator: &Simulator) -> Builder {
    let service = simulator.control();
    Runtime::builder()
        .origin(&simulator.origin())
        .credential(Credential::literal(DEMO_KEY))
        .cache_folder(cache())
        .clock(Clock::stepped(move |step| service.advance(step)))
}

/// An answer that accepts a create request, whatever it asks for.
pub fn accepted(task_id: &str) -> Fault {
    Fault::Status {
        code: 200,
        headers: Vec::new(),
        body: format!(r#"{{"code":0,"data":{{"id":"{task_id}"}}}}"#),
    }
}

/// The folder that the tests keep compiled components in.
pub fn cache() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-cache").into()
}
