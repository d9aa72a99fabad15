//! The bodies of faulty answers: cut off, dripping, oversized, too deep.

use std::convert::Infallible;
use std::io::Write;
use std::time::Duration;

use axum::body::{Body, Bytes};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use futures_util::stream;

use crate::connection::ConnectionHandle;
use crate::fault::Shape;

const ENVELOPE_START: &str = r#"{"code":0,"message":"success","data":"#;
const CHUNK: usize = 64 * 1024;

/// The first half of a body, after which the connection closes.
pub(crate) fn cut(whole: Bytes, connection: ConnectionHandle) -> Body {
    let half = whole.slice(..whole.len() / 2);
    Body::from_stream(stream::unfold(Some(half), move |half| {
        let connection = connection.clone();
        async move {
            if let Some(half) = half {
                return Some((Ok::<_, Infallible>(half), None));
            }
            // The server writes out what it has before it leaves this poll; only then it looks
            // whether to close.
            connection.close();
            std::future::pending().await
        }
    }))
}

/// A body that comes at a steady pace, in real time.
pub(crate) fn drip(whole: Bytes, bytes_per_second: u32) -> Body {
    let pace = bytes_per_second.max(1);
    // At most twenty pieces a second, so that a fast pace costs no more than a slow one.
    let piece = (pace / 20).max(1);
    let pause = Duration::from_secs_f64(f64::from(piece) / f64::from(pace));
    Body::from_stream(stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let next = rest.split_to(rest.len().min(piece as usize));
        Some((Ok::<_, Infallible>(next), rest))
    }))
}

/// A JSON envelope of `length` bytes whose data is one long string.
pub(crate) fn oversized(length: u64) -> Body {
    enum Part {
        Start,
        Filling(u64),
        End,
    }
    let frame = ENVELOPE_START.len() as u64 + r#""""#.len() as u64 + "}".len() as u64;
    let filling = length.saturating_sub(frame);
    Body::from_stream(stream::unfold(Some(Part::Start), move |part| async move {
        let (bytes, next) = match part? {
            Part::Start => {
                let start = Bytes::from(format!("{ENVELOPE_START}\""));
                (start, Some(Part::Filling(filling)))
            }
            Part::Filling(left) => {
                let size = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
                let rest = left - size as u64;
                let next = if rest == 0 {
                    Part::End
                } else {
                    Part::Filling(rest)
                };
                (Bytes::from(vec![b'a'; size]), Some(next))
            }
            Part::End => (Bytes::from_static(b"\"}"), None),
        };
        Some((Ok::<_, Infallible>(bytes), next))
    }))
}

/// A JSON envelope whose data is empty arrays within arrays.
pub(crate) fn deep(levels: u32) -> Body {
    let levels = levels as usize;
    Body::from(format!(
        "{ENVELOPE_START}{}{}}}",
        "[".repeat(levels),
        "]".repeat(levels)
    ))
}

/// The same body in another form.
pub(crate) fn reshaped(body: &[u8], shape: Shape) -> Vec<u8> {
    match shape {
        Shape::ByteOrderMark => [b"\xef\xbb\xbf", body].concat(),
        Shape::Gzip => compressed(GzEncoder::new(Vec::new(), Compression::default()), body),
        Shape::Deflate => compressed(ZlibEncoder::new(Vec::new(), Compression::default()), body),
        // A member of its own, at the beginning of the first object.
        Shape::HalfCharacter => match body.split_first() {
            Some((b'{', rest)) => [b"{\"trace\":\"\xe4\xb8\",", rest].concat(),
            _ => body.to_vec(),
        },
    }
}

/// A coder that writes into memory, which never fails.
fn compressed<W: Write + Finish>(mut encoder: W, body: &[u8]) -> Vec<u8> {
    let _ = encoder.write_all(body);
    encoder.finished()
}

trait Finish {
    fn finished(self) -> Vec<u8>;
}

impl Finish for GzEncoder<Vec<u8>> {
    fn finished(self) -> Vec<u8> {
        self.finish().unwrap_or_default()
    }
}

impl Finish for ZlibEncoder<Vec<u8>> {
    fn finished(self) -> Vec<u8> {
        self.finish().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn drips_at_the_asked_pace() {
        for (length, pace, seconds) in [(30, 10, 3), (1000, 100, 10), (2, 0, 2)] {
            let began = Instant::now();
            let body = drip(Bytes::from(vec![b'x'; length]), pace);
            let read = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            assert_eq!(read.len(), length);
            let took = began.elapsed();
            assert_eq!(
                took.as_secs_f64().round() as u64,
                seconds,
                "{length} at {pace}"
            );
        }
    }

    #[tokio::test]
    async fn an_oversized_body_is_json_of_the_asked_length() {
        for length in [60, 200_000] {
            let body = oversized(length);
            let read = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            assert_eq!(read.len() as u64, length);
            serde_json::from_slice::<serde_json::Value>(&read).unwrap();
        }
    }
}
