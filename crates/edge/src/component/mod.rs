//! The component: requests of `wasi:http` 0.2 in, answers out, blocking in between.

mod answer;
mod bindings;
mod incoming;
mod transport;

use crate::configuration::{Configuration, embedded};
use bindings::exports::wasi::http::incoming_handler::{Guest, IncomingRequest, ResponseOutparam};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use transport::Blocking;

struct Edge;

impl Guest for Edge {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let configuration = Configuration::read(&embedded::json());
        let request = incoming::read(request);
        let origin = configuration.as_ref().ok().map(|it| it.origin.clone());
        let transport = Blocking::new(origin);
        let response = block_on(crate::serve(&request, &configuration, &transport));
        answer::send(response, out);
    }
}

/// Runs a future to its end. Those of [`Blocking`] block and are never pending; should one be all the
/// same, the host sees a trap.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => core::arch::wasm32::unreachable(),
    }
}
