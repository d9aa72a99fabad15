//! Connections that ask for one job over and over.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, LOCATION};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::error::Error;
use crate::service::{KEY, block_on};
use crate::stats::percentile;

/// What a load came to.
pub(crate) struct Measured {
    /// Answers in a second.
    pub(crate) rate: f64,
    /// Answers in all, those of the time to warm up included.
    pub(crate) answers: u32,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

type Sender = SendRequest<Full<Bytes>>;

/// Buys a piece of music through a server, and gives the address of its job there.
pub(crate) async fn job(port: u16) -> Result<String, Error> {
    let mut sender = connect(port).await?;
    let request = Request::post("/v1/music")
        .header(HOST, format!("127.0.0.1:{port}"))
        .header(AUTHORIZATION, format!("Bearer {KEY}"))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::from(r#"{"prompt":"rain"}"#))
        .map_err(failed)?;
    let answer = sender.send_request(request).await.map_err(failed)?;
    let location = answer.headers().get(LOCATION);
    let location = location.and_then(|it| it.to_str().ok());
    let none = || Error::Failed(format!("no job: {}", answer.status()));
    location.map(str::to_owned).ok_or_else(none)
}

/// Asks for a job over so many connections for a while, after a shorter while to warm up.
pub(crate) fn run(
    port: u16,
    path: &str,
    connections: usize,
    time: Duration,
) -> Result<Measured, Error> {
    block_on(async {
        let begin = Instant::now() + time / 4;
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..connections {
            asking.spawn(ask(port, path.to_owned(), begin, begin + time));
        }
        let (mut answers, mut times) = (0, Vec::new());
        while let Some(asked) = asking.join_next().await {
            let (all, counted) = asked.map_err(failed)??;
            answers += all;
            times.extend(counted);
        }
        times.sort_unstable();
        Ok(Measured {
            rate: times.len() as f64 / time.as_secs_f64(),
            answers,
            p50: percentile(&times, 0.5)?,
            p99: percentile(&times, 0.99)?,
        })
    })
}

async fn ask(
    port: u16,
    path: String,
    begin: Instant,
    end: Instant,
) -> Result<(u32, Vec<Duration>), Error> {
    let (mut sender, mut times) = (connect(port).await?, Vec::new());
    let mut answers = 0;
    loop {
        let before = Instant::now();
        if before > end {
            return Ok((answers, times));
        }
        if sender.ready().await.is_err() {
            // Some servers end a connection after so many requests.
            sender = connect(port).await?;
        }
        let request = Request::get(&path)
            .header(HOST, format!("127.0.0.1:{port}"))
            .header(AUTHORIZATION, format!("Bearer {KEY}"))
            .body(Full::default())
            .map_err(failed)?;
        let answer: Response<_> = sender.send_request(request).await.map_err(failed)?;
        let status = answer.status();
        answer.into_body().collect().await.map_err(failed)?;
        if !status.is_success() {
            return Err(Error::Failed(format!("GET {path}: {status}")));
        }
        answers += 1;
        if before >= begin {
            times.push(before.elapsed());
        }
    }
}

async fn connect(port: u16) -> Result<Sender, Error> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await;
    let stream = stream.map_err(Error::program("a connection"))?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(failed)?;
    tokio::spawn(connection);
    Ok(sender)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Failed(error.to_string())
}
