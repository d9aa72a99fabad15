//! A plain HTTP client and the request bodies of the service's description.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use ima_simulator::{Control, DEMO_KEY, Options, Simulator};
use serde_json::{Value, json};

/// A simulator whose clock moves only when told, and a client of it.
pub(crate) struct Service {
    pub(crate) simulator: Simulator,
    pub(crate) control: Control,
    pub(crate) client: Client,
}

pub(crate) async fn service() -> Service {
    seeded(0).await
}

pub(crate) async fn seeded(seed: u64) -> Service {
    let options = Options {
        speed: 0.0,
        seed,
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    Service {
        control: simulator.control(),
        client: Client::new(&simulator.origin(), DEMO_KEY),
        simulator,
    }
}

impl Service {
    /// Creates a task and gives its id.
    pub(crate) async fn created(&self, body: &Value) -> String {
        let answer = self.client.create(body).await;
        assert_eq!(answer.envelope()["code"], 0, "{:?}", answer.envelope());
        answer.envelope()["data"]["id"].as_str().unwrap().to_owned()
    }

    /// The media of a task at present.
    pub(crate) async fn medias(&self, task: &str) -> Value {
        let answer = self.client.detail(task).await.envelope();
        assert_eq!(answer["code"], 0, "{answer}");
        assert_eq!(answer["data"]["id"], task);
        answer["data"]["medias"].clone()
    }

    pub(crate) fn advance(&self, seconds: f64) {
        self.control.advance(Duration::from_secs_f64(seconds));
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    origin: String,
    authorization: Option<String>,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn envelope(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an envelope")
    }

    pub(crate) fn code(&self) -> i64 {
        self.envelope()["code"].as_i64().unwrap()
    }

    pub(crate) fn message(&self) -> String {
        self.envelope()["message"].as_str().unwrap().to_owned()
    }
}

/// The error and everything behind it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Client {
    pub(crate) fn new(origin: &str, key: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            authorization: Some(format!("Bearer {key}")),
            pool: Pool::builder(TokioExecutor::new()).build_http(),
        }
    }

    pub(crate) fn with_authorization(&self, value: Option<&str>) -> Self {
        Self {
            authorization: value.map(ToOwned::to_owned),
            ..self.clone()
        }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<Answer, Failure> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.origin)
        };
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", "application/json");
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let request = request.body(Full::from(body.to_owned()))?;
        let (head, body) = self.pool.request(request).await?.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        self.send(Method::POST, path, &body).await.unwrap()
    }

    pub(crate) async fn list(&self, category: &str) -> Answer {
        self.get(&list_path(category)).await
    }

    pub(crate) async fn create(&self, body: &Value) -> Answer {
        self.post("/open/v1/tasks/create", body).await
    }

    pub(crate) async fn try_create(&self, body: &Value) -> Result<Answer, Failure> {
        let path = "/open/v1/tasks/create";
        self.send(Method::POST, path, &body.to_string()).await
    }

    pub(crate) async fn detail(&self, task: &str) -> Answer {
        let body = json!({ "task_id": task });
        self.post("/open/v1/tasks/detail", &body).await
    }
}

pub(crate) fn list_path(category: &str) -> String {
    format!("/open/v1/product/list?app=ima&platform=web&category={category}")
}

/// A create request for a music model with these inner parameters beside the required ones.
pub(crate) fn music(
    (model_id, version): (&str, &str),
    attribute_id: u64,
    points: u64,
    parameters: &Value,
) -> Value {
    let mut inner = json!({
        "prompt": "rain on a tin roof",
        "n": 1,
        "input_images": [],
        "cast": { "points": points, "attribute_id": attribute_id },
    });
    for (name, value) in parameters.as_object().unwrap() {
        inner[name] = value.clone();
    }
    json!({
        "task_type": "text_to_music",
        "enable_multi_model": false,
        "src_img_url": [],
        "parameters": [{
            "attribute_id": attribute_id,
            "model_id": model_id,
            "model_name": model_id,
            "model_version": version,
            "app": "ima",
            "platform": "web",
            "category": "text_to_music",
            "credit": points,
            "parameters": inner,
        }],
    })
}

/// A create request for Suno, as the description gives it.
pub(crate) fn suno() -> Value {
    json!({
        "task_type": "text_to_music",
        "enable_multi_model": false,
        "src_img_url": [],
        "parameters": [{
            "attribute_id": 2370,
            "model_id": "sonic",
            "model_name": "Suno",
            "model_version": "sonic",
            "app": "ima",
            "platform": "web",
            "category": "text_to_music",
            "credit": 25,
            "parameters": {
                "prompt": "upbeat lo-fi hip hop, 90 BPM, no vocals",
                "n": 1,
                "input_images": [],
                "make_instrumental": true,
                "custom_mode": true,
                "model_version": "sonic-v5",
                "cast": { "points": 25, "attribute_id": 2370 },
            },
        }],
    })
}

/// A create request for DouBao BGM.
pub(crate) fn background_music() -> Value {
    json!({
        "task_type": "text_to_music",
        "enable_multi_model": false,
        "src_img_url": [],
        "parameters": [{
            "attribute_id": 4399,
            "model_id": "GenBGM",
            "model_name": "DouBao - BGM",
            "model_version": "GenBGM",
            "app": "ima",
            "platform": "web",
            "category": "text_to_music",
            "credit": 30,
            "parameters": {
                "prompt": "calm ambient piano background",
                "n": 1,
                "input_images": [],
                "cast": { "points": 30, "attribute_id": 4399 },
            },
        }],
    })
}

/// A create request for seed-tts-2.0 with every parameter that the description names.
pub(crate) fn speech() -> Value {
    json!({
        "task_type": "text_to_speech",
        "enable_multi_model": false,
        "src_img_url": [],
        "parameters": [{
            "attribute_id": 4419,
            "model_id": "seed-tts-2.0",
            "model_name": "seed-tts-2.0",
            "model_version": "seed-tts-2.0",
            "app": "ima",
            "platform": "web",
            "category": "text_to_speech",
            "credit": 2,
            "parameters": {
                "prompt": "欢迎来到 IMA Studio。",
                "n": 1,
                "input_images": [],
                "model": "seed-tts-2.0-expressive",
                "speaker": "zh_male_sophie_uranus_bigtts",
                "audio_params": { "emotion": "neutral", "speech_rate": 0 },
                "additions": { "explicit_language": "crosslingual", "context_texts": [] },
                "cast": { "points": 2, "attribute_id": 4419 },
            },
        }],
    })
}

/// The same request with one place, given as a JSON pointer, set to a value.
pub(crate) fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).expect(pointer);
    parent[name] = value;
    body
}

/// The same request with one place, given as a JSON pointer, taken out.
pub(crate) fn without(mut body: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).expect(pointer);
    let removed = parent.as_object_mut().unwrap().remove(name);
    assert!(removed.is_some(), "{pointer}");
    body
}
