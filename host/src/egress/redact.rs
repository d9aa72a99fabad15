//! Takes the API key out of what the service sends back.

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use http_body_util::Full;

use super::Answer;
use crate::credential::Key;

const MARK: &[u8] = b"[redacted]";

/// The answer as the component may see it. Its status text is left out.
pub(crate) fn redact(answer: Answer, key: &Key) -> Response<Full<Bytes>> {
    let (parts, body) = answer.into_parts();
    let mut headers = HeaderMap::with_capacity(parts.headers.len());
    for (name, value) in &parts.headers {
        // A header's name could only be made from the key by a service that wants to betray it.
        if key.patterns().are_in(name.as_str().as_bytes()) {
            continue;
        }
        let value = match key.patterns().replaced(value.as_bytes(), MARK) {
            None => value.clone(),
            Some(clean) => {
                HeaderValue::from_bytes(&clean).unwrap_or(HeaderValue::from_static("[redacted]"))
            }
        };
        headers.append(name, value);
    }
    let body = key
        .patterns()
        .replaced(&body, MARK)
        .map_or(body, Bytes::from);
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));

    let mut response = Response::new(Full::new(body));
    *response.status_mut() = parts.status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;
    use crate::credential::Credential;

    async fn body(response: Response<Full<Bytes>>) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_key_is_taken_out_of_headers_and_body() {
        let key = Credential::literal("ima_k").read().unwrap();
        let answer = Response::builder()
            .status(401)
            .header("x-echo", "Bearer ima_k")
            .header("x-encoded", "Basic aW1hX2s6")
            .header("ima_k", "1")
            .header("content-length", "19")
            .body(Bytes::from_static(b"ima_k, ima_ and ima_k"))
            .unwrap();
        let response = redact(answer, &key);
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["x-echo"], "Bearer [redacted]");
        assert_eq!(response.headers()["x-encoded"], "Basic [redacted]");
        assert!(!response.headers().contains_key("ima_k"));
        assert_eq!(response.headers()["content-length"], "31");
        assert_eq!(body(response).await, "[redacted], ima_ and [redacted]");
    }

    #[tokio::test]
    async fn an_answer_without_the_key_is_left_as_it_is() {
        let key = Credential::literal("ima_k").read().unwrap();
        let answer = Response::new(Bytes::from_static(b"{}"));
        assert_eq!(body(redact(answer, &key)).await, "{}");
    }
}
