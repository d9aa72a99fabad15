//! What the component sends: to the service's address as it was built, led to the runtime's.

use http::Request;
use http::uri::{Scheme, Uri};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error as HttpError, RequestOptions, WasiBody, WasiHttpHooks};

use crate::egress::Egress;
use crate::origin::Origin;
use crate::wasi::{code, send, timeouts};

/// The way out of one request.
pub(super) struct EdgeHooks {
    egress: Egress,
}

impl EdgeHooks {
    pub(super) fn new(egress: Egress) -> Self {
        Self { egress }
    }
}

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), HttpError>> + Send>,
);

impl WasiHttpHooks for EdgeHooks {
    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _received: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, HttpError>> + Send> {
        if let Some(uri) = led(request.uri(), self.egress.origin()) {
            *request.uri_mut() = uri;
        }
        let (egress, timeouts) = (self.egress.clone(), timeouts(options));
        Box::new(async move {
            let response = send(&egress, request, timeouts).await.map_err(code)?;
            let response = response.map(|body| body.map_err(|never| match never {}).boxed_unsync());
            let done: Box<dyn Future<Output = _> + Send> = Box::new(std::future::ready(Ok(())));
            Ok((response, done))
        })
    }
}

/// An address of the official service, at the runtime's origin. Any other is left to the policy.
fn led(uri: &Uri, origin: &Origin) -> Option<Uri> {
    let official: Origin = Origin::DEFAULT.parse().ok()?;
    if !official.matches(uri) {
        return None;
    }
    let to = origin.uri();
    let mut parts = uri.clone().into_parts();
    parts.scheme = Some(to.scheme().cloned().unwrap_or(Scheme::HTTPS));
    parts.authority = to.authority().cloned();
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_official_service_is_led_elsewhere() {
        let origin: Origin = "http://127.0.0.1:9".parse().unwrap();
        let to = |uri: &str| led(&uri.parse().unwrap(), &origin).map(|it| it.to_string());
        let expected = "http://127.0.0.1:9/open/v1/tasks/create";
        assert_eq!(
            to("https://api.imastudio.com/open/v1/tasks/create").as_deref(),
            Some(expected)
        );
        for other in [
            "https://example.com/open/v1/tasks/create",
            "http://api.imastudio.com/open/v1/tasks/create",
            "https://me@api.imastudio.com/open/v1/tasks/create",
            "/open/v1/tasks/create",
        ] {
            assert_eq!(to(other), None);
        }
    }
}
