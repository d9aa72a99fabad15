//! The way to the service, looked at without the API key.

use http::{Method, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::egress::{Timeouts, file_request};
use crate::runtime::Runtime;

impl Runtime {
    /// The proxy that requests to the service go through, as `HOST:PORT`; `None` if they go
    /// straight.
    pub fn proxy(&self) -> Option<String> {
        self.client().proxy()
    }

    /// By how many seconds the service's clock is ahead of this machine's, as the `Date` of an
    /// answer says; `None` if the service can't be reached or does not say. Sends no key.
    pub async fn clock_difference(&self) -> Option<i64> {
        let client = self.client();
        let limits = client.limits();
        let mut request = file_request(client.address().clone());
        *request.method_mut() = Method::HEAD;
        let _permit = client.permit(&Timeouts::default()).await.ok()?;
        let response = client.send(request, limits.connect_timeout, limits.first_byte_timeout);
        let response = response.await.ok()?;
        let date = response.headers().get(header::DATE)?.to_str().ok()?;
        let theirs = rfc2822::parse(date).ok()?.timestamp();
        Some(theirs.as_second() - Timestamp::now().as_second())
    }
}
