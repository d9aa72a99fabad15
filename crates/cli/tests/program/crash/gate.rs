//! A place between a program and the simulator where create requests stop.

use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A way to the simulator that holds create requests back until it is opened.
pub(crate) struct Gate {
    pub(crate) origin: String,
    held: watch::Receiver<usize>,
    pub(crate) open: watch::Sender<bool>,
}

impl Gate {
    pub(crate) async fn before(origin: &str) -> Self {
        let target = origin.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (count, held) = watch::channel(0);
        let (open, opened) = watch::channel(false);
        let count = Arc::new(count);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&count), opened.clone()));
            }
        });
        Self { origin, held, open }
    }

    pub(crate) async fn holds_one(&self) {
        let mut held = self.held.clone();
        held.wait_for(|held| *held == 1).await.unwrap();
    }
}

async fn carry(
    client: TcpStream,
    server: TcpStream,
    count: Arc<watch::Sender<usize>>,
    mut opened: watch::Receiver<bool>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers =
        tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut chunk = vec![0; 64 << 10];
    while let Ok(size @ 1..) = from_client.read(&mut chunk).await {
        let mut bytes = chunk[..size].to_vec();
        if bytes.starts_with(b"POST /open/v1/tasks/create") {
            while !is_whole(&bytes) {
                let size = from_client.read(&mut chunk).await.unwrap();
                assert_ne!(size, 0, "half a request");
                bytes.extend_from_slice(&chunk[..size]);
            }
            count.send_modify(|held| *held += 1);
            if opened.wait_for(|open| *open).await.is_err() {
                return;
            }
        }
        if to_server.write_all(&bytes).await.is_err() {
            return;
        }
    }
    // The service need not notice that the program is gone.
    let _ = answers.await;
    drop(to_server);
}

/// Whether a request is there with its whole body.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let named = name.eq_ignore_ascii_case("content-length");
        named.then(|| value.parse::<usize>().unwrap())
    };
    let length = head.lines().find_map(length).unwrap_or_default();
    bytes.len() >= head.len() + 4 + length
}
