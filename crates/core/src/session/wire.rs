//! The outputs of a machine that were not taken yet, and the numbering of its exchanges.

use super::backoff::Jitter;
use crate::Millis;
use crate::http::{ExchangeId, HttpRequest, HttpResponse, Transmit, TransportFailure};
use crate::pump::{Misuse, Output};
use alloc::collections::VecDeque;

/// The longest that one exchange may take, in milliseconds.
const EXCHANGE_LIMIT: Millis = 60_000;

/// The longest that the answer to a create request is waited for, in milliseconds.
const CREATE_LIMIT: Millis = 300_000;

/// An exchange that was asked for and has not ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    id: ExchangeId,
    /// When it counts as failed.
    pub(crate) deadline: Millis,
}

/// How an exchange ended.
pub(crate) type ExchangeEnd = Result<HttpResponse, TransportFailure>;

#[derive(Debug)]
pub(crate) struct Wire<E> {
    queue: VecDeque<Output<E>>,
    issued: u64,
    pub(crate) jitter: Jitter,
}

impl<E> Wire<E> {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            queue: VecDeque::new(),
            issued: 0,
            jitter: Jitter::new(seed),
        }
    }

    pub(crate) fn event(&mut self, event: E) {
        self.queue.push_back(Output::Event(event));
    }

    /// Asks for an exchange, to be over by `limit` at the latest.
    pub(crate) fn transmit(
        &mut self,
        request: HttpRequest,
        now: Millis,
        limit: Millis,
    ) -> Exchange {
        self.transmit_until(request, now.saturating_add(EXCHANGE_LIMIT).min(limit))
    }

    /// The same for a create request. It is never sent again, so waiting for its answer costs nothing,
    /// and giving up costs the answer.
    pub(crate) fn transmit_create(&mut self, request: HttpRequest, now: Millis) -> Exchange {
        self.transmit_until(request, now.saturating_add(CREATE_LIMIT))
    }

    fn transmit_until(&mut self, request: HttpRequest, deadline: Millis) -> Exchange {
        let exchange = Exchange {
            id: ExchangeId(self.issued),
            deadline,
        };
        self.issued = self.issued.saturating_add(1);
        self.queue.push_back(Output::Transmit(Transmit {
            exchange: exchange.id,
            request,
            deadline: exchange.deadline,
        }));
        exchange
    }

    /// Takes a request back that was not taken yet. Tells whether it was: then it has certainly not
    /// left.
    pub(crate) fn withdraw(&mut self, exchange: Exchange) -> bool {
        let before = self.queue.len();
        self.queue.retain(|output| match output {
            Output::Transmit(transmit) => transmit.exchange != exchange.id,
            _ => true,
        });
        self.queue.len() < before
    }

    /// The next output that was queued.
    pub(crate) fn pop(&mut self) -> Option<Output<E>> {
        self.queue.pop_front()
    }

    /// Whether the end of an exchange belongs to `current`. An end that comes too late does not;
    /// an exchange that was never asked for is a misuse.
    pub(crate) fn is_current(
        &self,
        id: ExchangeId,
        current: Option<Exchange>,
    ) -> Result<bool, Misuse> {
        if id.0 >= self.issued {
            return Err(Misuse::UnknownExchange(id));
        }
        Ok(current.is_some_and(|current| current.id == id))
    }
}
