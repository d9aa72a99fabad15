//! A scripted HTTP server on loopback, for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Received {
    /// The end of its path, without the query.
    pub(crate) fn operation(&self) -> &str {
        let target = self.head.split(' ').nth(1).unwrap();
        target
            .split('?')
            .next()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
    }
}

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A complete answer; the connection stays open.
    Answer(Vec<u8>),
    /// Some bytes, then the connection is closed.
    Cut(Vec<u8>),
    /// Some bytes, then nothing.
    Stall(Vec<u8>),
    /// Some bytes, then others again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// Some bytes, then one more every few milliseconds.
    Drip(Vec<u8>),
    /// A complete answer, once the gate is opened.
    Gated(watch::Receiver<bool>, Vec<u8>),
}

/// An answer with status 200 and a length.
pub(crate) fn ok(body: &str) -> Reply {
    status("200 OK", "", body)
}

pub(crate) fn status(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Answer(
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into(),
    )
}

/// The server. It ends when it is dropped.
pub(crate) struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    received: watch::Sender<Vec<Received>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let received = watch::Sender::new(Vec::new());
        let (count, log, script) = (Arc::clone(&connections), received.clone(), Arc::new(script));
        let task = tokio::spawn(async move {
            // Connections end with the server: they are tasks of this set.
            let mut serving = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (log, script) = (log.clone(), Arc::clone(&script));
                serving.spawn(serve(stream, log, move |request: &Received| {
                    script(request)
                }));
            }
        });
        Self {
            port,
            connections,
            received,
            task,
        }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    /// How many requests for an operation came.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.received
            .borrow()
            .iter()
            .filter(|request| request.operation() == operation)
            .count()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn received_at_least(&self, count: usize) {
        let mut log = self.received.subscribe();
        log.wait_for(|log| log.len() >= count).await.unwrap();
    }

    /// Waits until a request for an operation has come.
    pub(crate) async fn saw(&self, operation: &str) {
        let mut log = self.received.subscribe();
        let seen = |log: &Vec<Received>| log.iter().any(|request| request.operation() == operation);
        log.wait_for(seen).await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    log: watch::Sender<Vec<Received>>,
    script: impl Fn(&Received) -> Reply,
) {
    while let Some(request) = read(&mut stream).await {
        log.send_modify(|log| log.push(request.clone()));
        match script(&request) {
            Reply::Answer(bytes) => stream.write_all(&bytes).await.unwrap(),
            Reply::Gated(mut gate, bytes) => {
                gate.wait_for(|open| *open).await.unwrap();
                stream.write_all(&bytes).await.unwrap();
            }
            Reply::Cut(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                return;
            }
            Reply::Endless(bytes, again) => {
                let mut sent = stream.write_all(&bytes).await;
                while sent.is_ok() {
                    sent = stream.write_all(&again).await;
                }
                return;
            }
            Reply::Drip(bytes) => {
                let mut pace = tokio::time::interval(std::time::Duration::from_millis(5));
                let mut sent = stream.write_all(&bytes).await;
                while sent.is_ok() {
                    pace.tick().await;
                    sent = stream.write_all(b"x").await;
                }
                return;
            }
            Reply::Stall(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                std::future::pending::<()>().await;
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let size = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|size| *size > 0)?;
        bytes.extend_from_slice(&chunk[..size]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        if body.len() >= length {
            return Some(Received {
                head: head.to_owned(),
                body: body.to_owned(),
            });
        }
    }
}
