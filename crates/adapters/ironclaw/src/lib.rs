//! The tools as a tool of IronClaw: one tool whose parameter `action` names what to do.
//!
//! The host does the HTTP, and its `request-sent` tells whether a request left. The address of the gateway
//! stands in the workspace's file `ima/gateway`, as such tools get no variables.

#![cfg_attr(target_os = "wasi", allow(unsafe_code, reason = "generated bindings"))]

#[cfg(target_os = "wasi")]
mod bindings {
    //! The code that wit-bindgen makes of `wit/`.

    #![allow(
        missing_docs,
        unreachable_pub,
        clippy::undocumented_unsafe_blocks,
        reason = "generated"
    )]

    use super::tool::Tool;

    wit_bindgen::generate!({
        path: "wit",
        world: "sandboxed-tool",
    });

    export!(Tool);
}

#[cfg(target_os = "wasi")]
mod tool {
    //! The export, over `ima-tools`.

    use crate::bindings::exports::near::agent::tool::{
        ErrorKind, Guest, GuestFailure, Request, Response,
    };
    use crate::bindings::near::agent::host;
    use crate::transport::Host;
    use ima_tools::{DESCRIPTION, Problem, Tools, schema_of_all};

    /// The file of the workspace that holds the gateway's address.
    const GATEWAY: &str = "ima/gateway";

    pub(crate) struct Tool;

    impl Guest for Tool {
        fn execute(request: Request) -> Response {
            let transport = Host::to(host::workspace_read(GATEWAY).as_deref());
            let has_gateway = transport.leads_to_gateway();
            let tools = Tools::new(transport, has_gateway);
            match tools.call_by_action(&request.params) {
                Ok(answer) => Response::Success(answer.to_string()),
                Err(problem) => Response::Failure(failure(problem)),
            }
        }

        fn schema() -> String {
            schema_of_all().to_string()
        }

        fn description() -> String {
            DESCRIPTION.to_owned()
        }
    }

    /// The failure, with the truth about the points inside its message: the contract has no field for it.
    fn failure(problem: Problem) -> GuestFailure {
        let kind = match problem.code.as_str() {
            "invalid" | "unknown_model" | "unknown_id" => ErrorKind::Input,
            "missing_api_key" | "unauthorized" => ErrorKind::AuthRequired,
            "no_gateway" | "gateway_unreachable" => ErrorKind::NetworkDenied,
            _ => ErrorKind::OperationFailed,
        };
        let message = format!(
            "{} Points spent: {}. {}",
            problem.message, problem.charge, problem.advice
        );
        GuestFailure {
            kind,
            code: Some(problem.code),
            message: Some(message),
        }
    }
}

#[cfg(target_os = "wasi")]
mod transport {
    //! The transport over the host's `http-request`.

    use std::collections::BTreeMap;

    use crate::bindings::near::agent::host;
    use ima_core::Millis;
    use ima_core::http::{FailureKind, HttpResponse, Method, Sent, Transmit, TransportFailure};
    use ima_guest::Transport;
    use ima_wire::origin::{self, Origin};

    /// The way to one origin.
    pub(crate) struct Host {
        /// None if there is no address that can be used.
        origin: Option<Origin>,
    }

    impl Host {
        /// The way to this address, or to the official service.
        pub(crate) fn to(address: Option<&str>) -> Self {
            let address = address.map(str::trim).filter(|it| !it.is_empty());
            Self {
                origin: address.unwrap_or(origin::DEFAULT).parse().ok(),
            }
        }

        pub(crate) fn leads_to_gateway(&self) -> bool {
            self.origin.as_ref().is_some_and(Origin::is_gateway)
        }
    }

    impl Transport for Host {
        fn exchange(&self, transmit: &Transmit) -> Result<HttpResponse, TransportFailure> {
            let unsent = TransportFailure {
                sent: Sent::No,
                kind: FailureKind::Network,
            };
            let origin = self.origin.as_ref().ok_or(unsent)?;
            let request = &transmit.request;
            let headers: BTreeMap<_, _> = request.headers.iter().cloned().collect();
            let headers = serde_json::to_string(&headers).map_err(|_| unsent)?;
            let (method, body) = match request.method {
                Method::Get => ("GET", None),
                Method::Post => ("POST", Some(request.body.as_slice())),
            };
            let left = transmit.deadline.saturating_sub(self.now());
            let left = u32::try_from(left).unwrap_or(u32::MAX);
            let url = format!("{origin}{}", request.path);
            let answer = host::http_request(method, &url, &headers, body, Some(left));
            let answer = answer.map_err(|failure| TransportFailure {
                sent: match failure.request_sent {
                    true => Sent::Maybe,
                    false => Sent::No,
                },
                kind: FailureKind::Network,
            })?;
            let headers: BTreeMap<String, String> =
                serde_json::from_str(&answer.headers_json).unwrap_or_default();
            Ok(HttpResponse {
                status: answer.status,
                headers: headers.into_iter().collect(),
                body: answer.body,
            })
        }

        fn now(&self) -> Millis {
            host::now_millis()
        }

        /// The contract has no sleep: `check` asks once and tells how it stands.
        fn sleep_until(&self, _: Millis) {}

        fn seed(&self) -> (u64, u64) {
            // Only the jitter of delays begins here: a purchase goes by its quote's id.
            (host::now_millis(), 0)
        }
    }
}
