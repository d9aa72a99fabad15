//! A server on loopback that answers each request with the bytes that a script gives.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// The request line and the headers, without the empty line after them.
    pub head: String,
    /// The body; what is no UTF-8 is replaced.
    pub body: String,
}

impl Received {
    /// The end of its path, without the query: `create`, for example.
    pub fn operation(&self) -> &str {
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
#[derive(Debug, Clone)]
pub enum Reply {
    /// A complete answer; the connection stays open.
    Answer(Vec<u8>),
    /// Some bytes, then the connection is closed.
    Cut(Vec<u8>),
    /// Some bytes, then the connection is reset.
    Reset(Vec<u8>),
    /// Some bytes, then nothing.
    Stall(Vec<u8>),
    /// Some bytes, then others again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// Some bytes, then one more every few milliseconds.
    Drip(Vec<u8>),
    /// A complete answer, once the gate is opened.
    Gated(watch::Receiver<bool>, Vec<u8>),
    /// Pieces, each after a pause; the connection stays open.
    Pieces(Vec<(Duration, Vec<u8>)>),
}

impl Reply {
    /// The same bytes with pauses between pieces of them, as far as this reply ends.
    #[must_use]
    pub fn in_pieces(self, random: &mut crate::random::Random) -> Self {
        let Self::Answer(bytes) = self else {
            return self;
        };
        let mut pieces = Vec::new();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() && pieces.len() < 4 {
            let most = rest.len() as u64;
            let length = usize::try_from(1 + random.below(most)).unwrap();
            let (piece, after) = rest.split_at(length);
            let pause = Duration::from_millis(random.below(20));
            pieces.push((pause, piece.to_vec()));
            rest = after;
        }
        pieces.push((Duration::ZERO, rest.to_vec()));
        Self::Pieces(pieces)
    }
}

/// An answer with status 200 and a length.
pub fn ok(body: &str) -> Reply {
    status("200 OK", "", body)
}

/// An answer with a status, further header lines, each with its line break, and a length.
pub fn status(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Answer(
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into(),
    )
}

/// A reply that is being made.
pub type Replying = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// The server. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    received: watch::Sender<Vec<Received>>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server with replies that are known at once.
    pub async fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::scripted(move |request, _| Box::pin(ready(script(request)))).await
    }

    /// A server whose script is also told the server's own origin.
    pub async fn scripted(
        script: impl Fn(&Received, &str) -> Replying + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let received = watch::Sender::new(Vec::new());
        let (count, log, script) = (Arc::clone(&connections), received.clone(), Arc::new(script));
        let task = tokio::spawn(async move {
            // Connections end with the server: they are tasks of this set.
            let mut serving = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (log, script) = (log.clone(), Arc::clone(&script));
                let reply = move |request: &Received| script(request, &origin(port));
                serving.spawn(async move {
                    // The client may go whenever it likes.
                    let _ = serve(stream, log, reply).await;
                });
            }
        });
        Self {
            port,
            connections,
            received,
            task,
        }
    }

    /// Its scheme, host and port.
    pub fn origin(&self) -> String {
        origin(self.port)
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests that came, the oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    /// How many requests for an operation came.
    pub fn count(&self, operation: &str) -> usize {
        let received = self.received.borrow();
        let of = received.iter().filter(|it| it.operation() == operation);
        of.count()
    }

    /// Waits until so many requests have come.
    pub async fn received_at_least(&self, count: usize) {
        let mut log = self.received.subscribe();
        log.wait_for(|log| log.len() >= count).await.unwrap();
    }

    /// Waits until a request for an operation has come.
    pub async fn saw(&self, operation: &str) {
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

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

async fn serve(
    mut stream: TcpStream,
    log: watch::Sender<Vec<Received>>,
    script: impl Fn(&Received) -> Replying,
) -> std::io::Result<()> {
    while let Some(request) = read(&mut stream).await {
        log.send_modify(|log| log.push(request.clone()));
        match script(&request).await {
            Reply::Answer(bytes) => stream.write_all(&bytes).await?,
            Reply::Pieces(pieces) => {
                for (pause, bytes) in pieces {
                    tokio::time::sleep(pause).await;
                    stream.write_all(&bytes).await?;
                }
            }
            Reply::Gated(mut gate, bytes) => {
                if gate.wait_for(|open| *open).await.is_err() {
                    return Ok(());
                }
                stream.write_all(&bytes).await?;
            }
            Reply::Cut(bytes) => return stream.write_all(&bytes).await,
            Reply::Reset(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.set_zero_linger();
            }
            Reply::Endless(bytes, again) => {
                stream.write_all(&bytes).await?;
                loop {
                    stream.write_all(&again).await?;
                }
            }
            Reply::Drip(bytes) => {
                let mut pace = tokio::time::interval(Duration::from_millis(5));
                stream.write_all(&bytes).await?;
                loop {
                    pace.tick().await;
                    stream.write_all(b"x").await?;
                }
            }
            Reply::Stall(bytes) => {
                stream.write_all(&bytes).await?;
                std::future::pending::<()>().await;
            }
        }
    }
    Ok(())
}

/// The next request with its whole body; none at the end of the connection.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let size = stream.read(&mut chunk).await.ok()?;
        if size == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..size]);
        let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let body = &bytes[end + 4..];
        if body.len() >= length(&head).unwrap_or(0) {
            let body = String::from_utf8_lossy(body).into_owned();
            return Some(Received { head, body });
        }
    }
}

/// The length that a head declares.
pub(crate) fn length(head: &str) -> Option<usize> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let named = name.eq_ignore_ascii_case("content-length");
        named.then(|| value.trim().parse().ok())?
    })
}
