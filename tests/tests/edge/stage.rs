//! The simulator and a host of the component.

use bytes::Bytes;
use ima_components::{EdgeConfiguration, EdgeKey};
use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator, Timeline};
use ima_test_kit::edge::{Answer, EdgeHost, Manner, at};
use serde_json::{Value, json};

pub(crate) struct EdgeStage {
    pub(crate) host: EdgeHost,
    pub(crate) control: Control,
    simulator: Simulator,
}

impl EdgeStage {
    pub(crate) async fn new() -> Self {
        Self::with(|configuration| configuration).await
    }

    /// A stage whose component is configured further.
    pub(crate) async fn with(
        describe: impl FnOnce(EdgeConfiguration) -> EdgeConfiguration,
    ) -> Self {
        let simulator = simulator().await;
        let configuration = describe(at(&simulator.origin()));
        Self::of(simulator, &configuration, Manner::Jumping).await
    }

    /// A stage whose host keeps time like this.
    pub(crate) async fn timed(manner: Manner) -> Self {
        let simulator = simulator().await;
        let configuration = at(&simulator.origin());
        Self::of(simulator, &configuration, manner).await
    }

    pub(crate) async fn of(
        simulator: Simulator,
        configuration: &EdgeConfiguration,
        manner: Manner,
    ) -> Self {
        let control = simulator.control();
        let host = EdgeHost::start(configuration, control.clone(), manner).await;
        Self {
            host,
            control,
            simulator,
        }
    }

    pub(crate) fn origin(&self) -> String {
        self.simulator.origin()
    }

    pub(crate) fn fault(&self, endpoint: Endpoint, fault: Fault) {
        self.control.fault(endpoint, NthRequest::Every, fault);
    }

    /// Lets tasks of a model take this long.
    pub(crate) fn takes(&self, model: &str, seconds: f64) {
        let timeline = Timeline {
            total_seconds: Some(seconds),
            ..Timeline::default()
        };
        self.control.set_timeline(model, timeline);
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.host
            .send(self.host.request("GET", path).body(Bytes::new()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.host.request("POST", path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("content-type", "application/json");
        self.host
            .send(request.body(body.to_string()).unwrap())
            .await
    }

    /// How often the demo account was charged.
    pub(crate) fn charges(&self) -> usize {
        self.control.ledger(DEMO_KEY).charges.len()
    }

    /// How many create requests came in.
    pub(crate) fn creates(&self) -> usize {
        self.requests(Endpoint::Create)
    }

    pub(crate) fn requests(&self, endpoint: Endpoint) -> usize {
        let requests = self.control.requests();
        let of = requests.iter().filter(|it| it.endpoint == endpoint);
        of.count()
    }
}

/// A service whose time moves only when it is told to.
pub(crate) async fn simulator() -> Simulator {
    let options = Options {
        speed: 0.0,
        ..Options::default()
    };
    Simulator::start(options).await.unwrap()
}

pub(crate) fn song() -> Value {
    json!({"prompt": "rain", "model": "sonic"})
}

pub(crate) fn spoken() -> Value {
    json!({"model": "tts-1", "input": "Hello.", "voice": "alloy"})
}

pub(crate) fn json(answer: &Answer) -> Value {
    let parsed = serde_json::from_str(&answer.text);
    parsed.unwrap_or_else(|_| panic!("{}: {}", answer.status, answer.text))
}

/// Status, code and charge of an error.
pub(crate) fn error(answer: &Answer) -> (u16, String, String) {
    let error = json(answer)["error"].clone();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("code"), text("charge"))
}

pub(crate) fn is(status: u16, code: &str, charge: &str) -> (u16, String, String) {
    (status, code.to_owned(), charge.to_owned())
}

/// A configuration of an operator who pays.
pub(crate) fn operated(configuration: EdgeConfiguration) -> EdgeConfiguration {
    EdgeConfiguration {
        key: EdgeKey::Outside,
        ..configuration
    }
}
