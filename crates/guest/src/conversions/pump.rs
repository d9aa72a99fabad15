//! Inputs, exchanges, settings and misuse, between `wit/machine.wit` and `ima-core`.

/// The conversions of the interface `machines`, whose bindings stand at this path. The crate that calls
/// it has called [`conversions`](macro@crate::conversions) too.
#[macro_export]
macro_rules! pump_conversions {
    ($($machines:tt)+) => {
        mod pump_conversions {
            use $($machines)+ as wit;
            use $crate::macro_support::ima_core::event::Event;
            use $crate::macro_support::ima_core::http::{self, ExchangeId};
            use $crate::macro_support::ima_core::{pump, session};

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
                                .map(|(name, value)| (name.into(), value.into_owned()))
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

            impl From<wit::SessionSettings> for session::Settings {
                fn from(settings: wit::SessionSettings) -> Self {
                    Self {
                        deadline: settings.deadline_ms,
                        seed: settings.seed,
                    }
                }
            }
        }
    };
}
