//! Sending an answer: its head at once, its body beside it.

use crate::transport::Service;
use alloc::vec::Vec;
use ima_edge::http::{Body, Response};
use wasip3::http::types::{Fields, Response as Outgoing};
use wasip3::wit_bindgen::StreamWriter;
use wasip3::{spawn_local, wit_future, wit_stream};

/// An answer whose body is written as the client reads it.
pub(crate) fn begin(response: Response<Service>) -> Outgoing {
    let fields = Fields::new();
    for (name, value) in &response.headers {
        // A header that the host keeps for itself is left to it.
        let _ = fields.append(name, value.as_bytes());
    }
    let (writer, body) = wit_stream::new();
    // Nothing follows the body.
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (outgoing, _) = Outgoing::new(fields, Some(body), trailers);
    // The statuses are all proper ones.
    let _ = outgoing.set_status_code(response.status);
    spawn_local(write(writer, response.body));
    outgoing
}

async fn write(mut writer: StreamWriter<u8>, body: Body<Service>) {
    match body {
        Body::Full(bytes) => {
            put(&mut writer, bytes).await;
        }
        Body::Events(mut events) => {
            while let Some(frame) = events.next().await {
                // Where the client has gone, the rest isn't asked for.
                if !put(&mut writer, frame).await {
                    break;
                }
            }
        }
    }
}

async fn put(writer: &mut StreamWriter<u8>, bytes: Vec<u8>) -> bool {
    writer.write_all(bytes).await.is_empty()
}
