//! The same session natively and in a bare engine, without HTTP, timers and policy: what the
//! sandbox itself costs.

use std::time::Duration;

use ima_machine_tests::machines::{Command, Input, Misuse, Output};
use ima_machine_tests::service::{song, usual};
use ima_machine_tests::types::{Event, Outcome};
use ima_machine_tests::{Instance, Native, Session};

use crate::cost;
use crate::error::Error;
use crate::stats::{heading, median, ms, ratio};

/// Sessions of one measurement, and measurements.
const SESSIONS: u32 = 500;
const ROUNDS: usize = 9;

/// When the songs are there, in milliseconds of the session: within the estimate.
const READY: u64 = 100_000;

pub(crate) fn run() -> Result<(), Error> {
    heading("The session alone, native and in an engine", "session");
    let mut instance = Instance::new();
    let mut requests = 0;
    let (mut native, mut sandboxed) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        native.push(cpu_of(|seed| {
            let mut session =
                Native::create(song(), seed).map_err(|error| Error::Core(format!("{error:?}")))?;
            requests = play(&mut session)?;
            Ok(())
        })?);
        sandboxed.push(cpu_of(|seed| {
            let session = instance
                .create(&song(), seed)
                .map_err(|error| Error::Core(format!("{error:?}")))?;
            play(&mut Sandboxed(&mut instance, session))?;
            instance.drop(session);
            Ok(())
        })?);
    }
    let (native, sandboxed) = (median(native)?, median(sandboxed)?);
    println!(
        "{requests} requests a session: native {}, machine {}; ratio {:.2}",
        ms(native),
        ms(sandboxed),
        ratio(sandboxed, native)
    );
    Ok(())
}

/// The computing time of one session.
fn cpu_of(mut session: impl FnMut(u64) -> Result<(), Error>) -> Result<Duration, Error> {
    let begin = cost::own_cpu()?;
    for seed in 0..SESSIONS {
        session(seed.into())?;
    }
    Ok((cost::own_cpu()? - begin) / SESSIONS)
}

/// A session, wherever it is.
trait Pump {
    fn poll(&mut self) -> Output;
    fn handle(&mut self, input: Input, now: u64) -> Result<(), Misuse>;
}

impl Pump for Native {
    fn poll(&mut self) -> Output {
        Native::poll(self)
    }

    fn handle(&mut self, input: Input, now: u64) -> Result<(), Misuse> {
        Native::handle(self, input, now)
    }
}

/// A session of an instance.
struct Sandboxed<'a>(&'a mut Instance, Session);

impl Pump for Sandboxed<'_> {
    fn poll(&mut self) -> Output {
        self.0.poll(self.1)
    }

    fn handle(&mut self, input: Input, now: u64) -> Result<(), Misuse> {
        self.0.handle(self.1, &input, now)
    }
}

/// Brings a session to its songs. Says how many requests that took.
fn play(session: &mut impl Pump) -> Result<u32, Error> {
    let (mut now, mut requests, mut success) = (0, 0, false);
    let mut next = Some(Input::Command(Command::Start));
    loop {
        if let Some(input) = next.take() {
            let handled = session.handle(input, now);
            handled.map_err(|misuse| Error::Core(format!("{misuse:?}")))?;
        }
        match session.poll() {
            Output::Event(event) => {
                success |= matches!(event, Event::Finished(Outcome::Success(_)));
            }
            Output::Transmit(transmit) => {
                requests += 1;
                next = Some(usual(&transmit, now >= READY));
            }
            Output::Wait(until) => {
                now = until;
                next = Some(Input::Timeout);
            }
            Output::Done if success => return Ok(requests),
            Output::Done => return Err(Error::Core("no success".to_owned())),
        }
    }
}
