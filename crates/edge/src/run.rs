//! Running a machine of the core over a transport, within the time that a request has.

use crate::http::{Request, Response};
use core::cell::Cell;
use core::future::Future;
use ima_core::Millis;
use ima_core::http::{FailureKind, HttpResponse, Sent, Transmit, TransportFailure};
use ima_core::pump::{Command, Input, Output, Pump};
use ima_wire::operation::CREATE;

/// How the component reaches the service, its clock and its randomness.
///
/// Its futures may block instead of being pending: a host of WASI 0.2 runs them so.
pub trait Transport: Clone {
    /// Carries out one exchange, from the request to the last byte of the answer, with this key in
    /// the header `Authorization` or with none.
    ///
    /// A failure says `Sent::No` only if it is proven that no byte of the request left (money rule 3).
    fn exchange(
        &self,
        transmit: &Transmit,
        bearer: Option<&str>,
    ) -> impl Future<Output = Result<HttpResponse, TransportFailure>>;

    /// The time on a clock that doesn't go back.
    fn now(&self) -> Millis;

    /// Waits until this time on the clock.
    fn sleep_until(&self, deadline: Millis) -> impl Future<Output = ()>;

    /// 128 random bits that nobody can guess, new at every call.
    fn seed(&self) -> (u64, u64);
}

/// The longest that a request is worked on once its task exists, in milliseconds. Many edge runtimes
/// end a request after 30 seconds.
pub(crate) const LONGEST: Millis = 25_000;

/// The part of it in which another exchange may begin.
const LAST_EXCHANGE: Millis = 20_000;

/// What a machine comes to.
#[derive(Debug)]
pub(crate) enum Step<E> {
    /// It reports something.
    Event(E),
    /// It would wait beyond the time that there is.
    Paused,
    /// Nothing comes any more.
    Over,
}

/// Runs machines for one request.
#[derive(Clone, Debug)]
pub(crate) struct Runner<T> {
    pub(crate) transport: T,
    pub(crate) bearer: Option<alloc::string::String>,
    /// Whether a create request may leave. A request about a job never lets one.
    may_create: bool,
    /// Until when the machine may rest between its exchanges.
    rest: Millis,
    /// When all exchanges but a create request must be over. The answer to a create request is waited
    /// for as long as the machine does: it is never sent again, so giving up would cost the answer.
    end: Millis,
    /// How many exchanges there were.
    exchanges: Cell<u32>,
}

impl<T: Transport> Runner<T> {
    /// A runner that rests at most this long, for a request that came in now.
    pub(crate) fn new(transport: &T, bearer: Option<&str>, wait: Millis) -> Self {
        let now = transport.now();
        Self {
            transport: transport.clone(),
            bearer: bearer.map(Into::into),
            may_create: false,
            rest: now.saturating_add(wait.min(LAST_EXCHANGE)),
            end: now.saturating_add(LONGEST),
            exchanges: Cell::new(0),
        }
    }

    /// The same for a request that may create a task.
    pub(crate) fn creating(self) -> Self {
        Self {
            may_create: true,
            ..self
        }
    }

    /// From now on nothing is created any more, and the machine rests at most until `wait` after the
    /// request came in.
    pub(crate) fn waiting(&mut self, wait: Millis) {
        self.may_create = false;
        let begun = self.end.saturating_sub(LONGEST);
        self.rest = begun.saturating_add(wait.min(LAST_EXCHANGE));
    }

    /// How many exchanges there were so far.
    pub(crate) fn exchanges(&self) -> u32 {
        self.exchanges.get()
    }

    /// Gives a machine a command, which none of the callers can give wrongly.
    pub(crate) fn command<P: Pump>(&self, machine: &mut P, command: Command) {
        let _ = machine.handle(Input::Command(command), self.transport.now());
    }

    /// Runs a machine to its next event.
    pub(crate) async fn next<P: Pump>(&self, machine: &mut P) -> Step<P::Event> {
        loop {
            let input = match machine.poll() {
                Output::Event(event) => return Step::Event(event),
                Output::Done => return Step::Over,
                Output::Wait(deadline) if deadline > self.rest => return Step::Paused,
                Output::Wait(deadline) => {
                    self.transport.sleep_until(deadline).await;
                    Input::Timeout
                }
                Output::Transmit(transmit) => {
                    let exchange = transmit.exchange;
                    match self.exchange(transmit).await {
                        Ok(response) => Input::Response { exchange, response },
                        Err(failure) => Input::TransportFailure { exchange, failure },
                    }
                }
            };
            if machine.handle(input, self.transport.now()).is_err() {
                return Step::Over;
            }
        }
    }

    async fn exchange(&self, mut transmit: Transmit) -> Result<HttpResponse, TransportFailure> {
        self.exchanges.set(self.exchanges.get().saturating_add(1));
        let creates = transmit.request.path == CREATE;
        if creates && !self.may_create {
            return Err(TransportFailure {
                sent: Sent::No,
                kind: FailureKind::Network,
            });
        }
        if !creates {
            transmit.deadline = transmit.deadline.min(self.end);
        }
        self.transport
            .exchange(&transmit, self.bearer.as_deref())
            .await
    }
}

/// How long a request wants to wait, in milliseconds: its preference, or what is usual.
pub(crate) fn wait(request: &Request, usual: Millis) -> Millis {
    if request.wants_no_wait() {
        return 0;
    }
    let wanted = request.wait().map(|seconds| seconds.saturating_mul(1000));
    wanted.unwrap_or(usual).min(LONGEST)
}

/// Says that a preference was followed.
pub(crate) fn applied<T>(request: &Request, response: Response<T>) -> Response<T> {
    if request.wants_no_wait() {
        return response.with("preference-applied", "respond-async");
    }
    match request.wait() {
        Some(seconds) => {
            let seconds = seconds.min(LONGEST / 1000);
            response.with("preference-applied", alloc::format!("wait={seconds}"))
        }
        None => response,
    }
}
