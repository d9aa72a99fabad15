//! The simulator in a process of its own, and its control interface.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cost;
use crate::error::Error;

/// The simulator's account. No real key.
pub(crate) const KEY: &str = "ima_demo_key";

/// A simulator. It ends with this value.
pub(crate) struct Service {
    process: Child,
    pub(crate) origin: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What a simulator has seen so far.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Traffic {
    pub(crate) connections: u64,
    pub(crate) requests: u64,
}

impl Service {
    /// Starts one whose time passes `speed` times as fast, with points for any number of tasks.
    pub(crate) fn start(speed: u32) -> Result<Self, Error> {
        let name = "ima-simulator";
        let mut process = Command::new(sibling(name)?)
            .args(["--speed", &speed.to_string(), "--points", "100000000"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::program(name))?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output)
                .read_line(&mut line)
                .map_err(Error::program(name))?;
        }
        let origin = line.trim().strip_prefix("listening on ");
        let origin = origin.map(str::to_owned).unwrap_or_default();
        let service = Self {
            process,
            origin,
            client: Client::builder(TokioExecutor::new()).build_http(),
        };
        if service.origin.is_empty() {
            return Err(Error::Output {
                program: name.to_owned(),
                text: line,
            });
        }
        Ok(service)
    }

    /// What was seen so far. Its own request counts as none, its connection as one in all.
    pub(crate) async fn traffic(&self) -> Result<Traffic, Error> {
        let answer = self
            .send("GET", "/_control/connections", Value::Null)
            .await?;
        serde_json::from_slice(&answer).map_err(|_| Error::Simulator("to count".to_owned()))
    }

    /// Lets every task of Suno last so many seconds and give so many clips.
    pub(crate) async fn timeline(&self, seconds: f64, clips: u32) -> Result<(), Error> {
        let timeline = json!({ "total_seconds": seconds, "clips": clips });
        let body = json!({ "model_id": "sonic", "timeline": timeline });
        self.send("POST", "/_control/timelines", body).await?;
        Ok(())
    }

    /// The id of the task that was created last.
    pub(crate) async fn latest_task(&self) -> Result<String, Error> {
        let answer = self.send("GET", "/_control/tasks", Value::Null).await?;
        let tasks: Vec<Value> = serde_json::from_slice(&answer).unwrap_or_default();
        let id = tasks.last().and_then(|task| task.get("id")?.as_str());
        let none = || Error::Simulator("a task".to_owned());
        id.map(str::to_owned).ok_or_else(none)
    }

    /// Puts this in the place of every model's usual time, for example `1~2s`.
    pub(crate) async fn estimate(&self, estimate: &str) -> Result<(), Error> {
        let list = "/open/v1/product/list?app=ima&platform=web&category=text_to_music";
        let answer = self.send("GET", list, Value::Null).await?;
        let mut answer: Value =
            serde_json::from_slice(&answer).map_err(|_| Error::Simulator("the list".to_owned()))?;
        let refused = || Error::Simulator("a list without data".to_owned());
        let mut data = answer.get_mut("data").ok_or_else(refused)?.take();
        replace_estimates(&mut data, estimate);
        let body = json!({ "task_type": "text_to_music", "data": data });
        self.send("POST", "/_control/catalogue", body).await?;
        Ok(())
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Result<Bytes, Error> {
        let refused = || Error::Simulator(path.to_owned());
        let body = match body {
            Value::Null => Bytes::new(),
            body => body.to_string().into(),
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .body(Full::new(body))
            .map_err(|_| refused())?;
        let answer = self.client.request(request).await.map_err(|_| refused())?;
        if !answer.status().is_success() {
            return Err(refused());
        }
        let body = answer.into_body().collect().await.map_err(|_| refused())?;
        Ok(body.to_bytes())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It ends by itself; waiting only collects it.
        let _ = self.process.wait();
    }
}

/// A tag with the name `EET` holds the usual time.
fn replace_estimates(value: &mut Value, estimate: &str) {
    match value {
        Value::Array(items) => {
            for item in items {
                replace_estimates(item, estimate);
            }
        }
        Value::Object(fields) => {
            if fields.values().any(|field| field == "EET") {
                for field in fields.values_mut() {
                    if field.as_str().is_some_and(|text| text.contains('~')) {
                        *field = estimate.into();
                    }
                }
            }
            for field in fields.values_mut() {
                replace_estimates(field, estimate);
            }
        }
        _ => {}
    }
}

/// A program that was built together with this one.
pub(crate) fn sibling(name: &str) -> Result<PathBuf, Error> {
    let own = cost::own()?;
    let folder = own.parent().unwrap_or(Path::new("."));
    Ok(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// A folder under `target` for what a part needs.
pub(crate) fn folder(name: &str) -> Result<PathBuf, Error> {
    let own = cost::own()?;
    let target = own.ancestors().nth(2).unwrap_or(Path::new("."));
    let folder = target.join("bench").join(name);
    std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    Ok(folder)
}

/// Runs what a part has to wait for, on one thread.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::program("the runtime"))?
        .block_on(work)
}

/// A component that the build has put beside the programs.
pub(crate) fn guest(name: &str) -> Result<PathBuf, Error> {
    let own = cost::own()?;
    let target = own.ancestors().nth(2).unwrap_or(Path::new("."));
    Ok(target.join("guest").join(name))
}
