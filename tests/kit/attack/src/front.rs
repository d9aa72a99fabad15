//! What stands before the simulator and changes what it says. The simulator keeps the ledger, so what
//! was paid is known whatever the program was told.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::random::Random;
use crate::raw::{Received, Reply, Server};

/// What becomes of a request.
pub enum Move {
    /// The service gets it, and what it says goes back.
    Pass,
    /// The service gets it, and something else goes back.
    Answer(Box<dyn FnOnce(Answer) -> Reply + Send>),
    /// The service gets it once the gate is opened, and what it says goes back.
    Held(watch::Receiver<bool>),
    /// The service never hears of it.
    Instead(Reply),
}

impl Move {
    /// The service gets it, and something else goes back.
    pub fn answer(change: impl FnOnce(Answer) -> Reply + Send + 'static) -> Self {
        Self::Answer(Box::new(change))
    }

    /// The same with pauses between pieces of what goes back.
    #[must_use]
    pub fn in_pieces(self, mut random: Random) -> Self {
        match self {
            Self::Pass => Self::answer(move |answer| answer.reply().in_pieces(&mut random)),
            Self::Answer(change) => {
                Self::answer(move |answer| change(answer).in_pieces(&mut random))
            }
            Self::Instead(reply) => Self::Instead(reply.in_pieces(&mut random)),
            held @ Self::Held(_) => held,
        }
    }

    /// The service gets it, and its body goes back changed.
    pub fn body(change: impl FnOnce(String) -> String + Send + 'static) -> Self {
        Self::answer(|answer| answer.with(change).reply())
    }
}

/// What the service said.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status line and the headers but for the length, each line with its break.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// All of it, with its length.
    pub fn bytes(&self) -> Vec<u8> {
        let length = format!("content-length: {}\r\n\r\n", self.body.len());
        [self.head.as_bytes(), length.as_bytes(), &self.body].concat()
    }

    /// All of it, as a reply.
    pub fn reply(&self) -> Reply {
        Reply::Answer(self.bytes())
    }

    /// The same with another body.
    #[must_use]
    pub fn with(self, change: impl FnOnce(String) -> String) -> Self {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        Self {
            body: change(body).into_bytes(),
            ..self
        }
    }
}

/// The front. It ends when it is dropped.
#[derive(Debug)]
pub struct Front {
    server: Server,
}

impl Front {
    /// A front before the service at an origin. Addresses of the service in its answers become the
    /// front's, so that the audio comes through it too.
    pub async fn before(
        service: &str,
        moves: impl Fn(&Received) -> Move + Send + Sync + 'static,
    ) -> Self {
        let service: Arc<str> = service.into();
        let server = Server::scripted(move |request, origin| {
            let chosen = moves(request);
            let (service, request) = (Arc::clone(&service), request.clone());
            let origin = origin.to_owned();
            Box::pin(async move {
                let change: Box<dyn FnOnce(Answer) -> Reply + Send> = match chosen {
                    Move::Instead(reply) => return reply,
                    Move::Pass => Box::new(|answer| answer.reply()),
                    Move::Held(mut gate) => {
                        if gate.wait_for(|open| *open).await.is_err() {
                            return Reply::Cut(Vec::new());
                        }
                        Box::new(|answer| answer.reply())
                    }
                    Move::Answer(change) => change,
                };
                match ask(&service, &request).await {
                    Some(answer) if answer.body.starts_with(b"{") => {
                        change(answer.with(|body| body.replace(&*service, &origin)))
                    }
                    Some(answer) => change(answer),
                    None => Reply::Cut(Vec::new()),
                }
            })
        });
        Self {
            server: server.await,
        }
    }

    /// A front that holds the requests for one operation back until the gate is opened.
    pub async fn holding(service: &str, operation: &'static str) -> (Self, watch::Sender<bool>) {
        let (gate, opened) = watch::channel(false);
        let front = Self::before(service, move |request| {
            match request.operation() == operation {
                true => Move::Held(opened.clone()),
                false => Move::Pass,
            }
        });
        (front.await, gate)
    }

    /// Its scheme, host and port.
    pub fn origin(&self) -> String {
        self.server.origin()
    }

    /// What came to it.
    pub fn server(&self) -> &Server {
        &self.server
    }
}

/// Passes a request on over a connection of its own.
async fn ask(service: &str, request: &Received) -> Option<Answer> {
    let mut stream = TcpStream::connect(service.strip_prefix("http://")?)
        .await
        .ok()?;
    let mut lines = request.head.lines();
    let mut head = format!("{}\r\nconnection: close\r\n", lines.next()?);
    for line in lines {
        let (name, _) = line.split_once(':')?;
        if !name.eq_ignore_ascii_case("connection") {
            head += &format!("{line}\r\n");
        }
    }
    let request = format!("{head}\r\n{}", request.body);
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    // A service that resets the connection has said what it had to say.
    let _ = stream.read_to_end(&mut bytes).await;
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let dropped = ["content-length", "transfer-encoding", "connection"];
    let mut kept = String::new();
    for (index, line) in head.lines().enumerate() {
        let name = line.split(':').next().unwrap_or_default();
        if index == 0 || !dropped.iter().any(|it| name.eq_ignore_ascii_case(it)) {
            kept += &format!("{line}\r\n");
        }
    }
    Some(Answer {
        head: kept,
        body: bytes[end + 4..].to_vec(),
    })
}
