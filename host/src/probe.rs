//! The way to the service, looked at without the API key.

use http::{Method, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use wasmtime_wasi_http::RequestOptions;

use crate::egress::file_request;
use crate::runtime::Runtime;

impl Runtime {
    /// The proxy that requests to the service go through, as `HOST:PORT`; none where they go
    /// straight.
    pub fn proxy(&self) -> Option<String> {
        self.shared.wire.proxy()
    }

    /// By how many seconds the service's clock is ahead of this machine's, as the `Date` of an
    /// answer says; none where the service can't be reached or does not say. Sends no key.
    pub async fn clock_difference(&self) -> Option<i64> {
        let wire = &self.shared.wire;
        let limits = wire.limits();
        let mut request = file_request(wire.address().clone());
        *request.method_mut() = Method::HEAD;
        let _turn = wire.turn(&RequestOptions::default()).await.ok()?;
        let response = wire.send(request, limits.connect_timeout, limits.first_byte_timeout);
        let response = response.await.ok()?;
        let date = response.headers().get(header::DATE)?.to_str().ok()?;
        let theirs = rfc2822::parse(date).ok()?.timestamp();
        Some(theirs.as_second() - Timestamp::now().as_second())
    }
}
