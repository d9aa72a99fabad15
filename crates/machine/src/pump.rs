//! Inputs, exchanges and misuse, as the contract words them.

use crate::bindings::exports::ima::studio::machines as wit;
use alloc::borrow::ToOwned;
use ima_core::event::Event;
use ima_core::http::{self, ExchangeId};
use ima_core::pump;

impl From<wit::Input> for pump::Input {
    fn from(input: wit::Input) -> Self {
        match input {
            wit::Input::Command(command) => Self::Command(match command {
                wit::Command::Start => pump::Command::Start,
                wit::Command::CreateAgain => pump::Command::CreateAgain,
                wit::Command::Cancel => pump::Command::Cancel,
            }),
            wit::Input::Response(wit::Response { exchange, response }) => Self::Response {
                exchange: ExchangeId(exchange),
                response: http::HttpResponse {
                    status: response.status,
                    headers: response.headers,
                    body: response.body,
                },
            },
            wit::Input::TransportFailure(failure) => Self::TransportFailure {
                exchange: ExchangeId(failure.exchange),
                failure: http::TransportFailure {
                    sent: match failure.sent {
                        wit::Sent::No => http::Sent::No,
                        wit::Sent::Maybe => http::Sent::Maybe,
                        wit::Sent::Yes => http::Sent::Yes,
                    },
                    kind: match failure.kind {
                        wit::FailureKind::Network => http::FailureKind::Network,
                        wit::FailureKind::TooLarge => http::FailureKind::TooLarge,
                    },
                },
            },
            wit::Input::Timeout => Self::Timeout,
        }
    }
}

impl From<pump::Output<Event>> for wit::Output {
    fn from(output: pump::Output<Event>) -> Self {
        match output {
            pump::Output::Event(event) => Self::Event(event.into()),
            pump::Output::Transmit(transmit) => Self::Transmit(transmit.into()),
            pump::Output::Wait(until) => Self::Wait(until),
            pump::Output::Done => Self::Done,
        }
    }
}

impl From<http::Transmit> for wit::Transmit {
    fn from(transmit: http::Transmit) -> Self {
        let headers = transmit.request.headers.into_iter();
        Self {
            exchange: transmit.exchange.0,
            request: wit::HttpRequest {
                method: match transmit.request.method {
                    http::Method::Get => wit::Method::Get,
                    http::Method::Post => wit::Method::Post,
                },
                path: transmit.request.path,
                headers: headers
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
                body: transmit.request.body,
            },
            deadline_ms: transmit.deadline,
        }
    }
}

impl From<pump::Misuse> for wit::Misuse {
    fn from(misuse: pump::Misuse) -> Self {
        match misuse {
            pump::Misuse::AlreadyStarted => Self::AlreadyStarted,
            pump::Misuse::NothingToRepeat => Self::NothingToRepeat,
            pump::Misuse::UnknownExchange(exchange) => Self::UnknownExchange(exchange.0),
        }
    }
}
