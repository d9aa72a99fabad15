//! What the driver does with the session's outputs.

use super::Simulation;
use crate::invariant::Invariant::{KeyHeld, Unfinished};
use crate::invariant::Violation;
use crate::network::{Fate, Parcel};
use crate::sabotage::Sabotage;
use crate::service::{Endpoint, KEY};
use ima_core::event::Event;
use ima_core::http::Transmit;

impl Simulation {
    pub(super) fn event(&mut self, event: Event) -> Result<(), Violation> {
        self.trace
            .note(self.now, "< event", || format!("{event:?}"));
        self.witness.output()?;
        self.coverage.event(&event);
        if self.service.echoes() {
            let shown = format!("{event:?}");
            self.watch
                .require(KeyHeld, !shown.contains(KEY), || shown.clone())?;
        }
        match &event {
            Event::Checkpoint(checkpoint) => {
                if self.crashes("before a checkpoint is durable")? {
                    return Ok(());
                }
                self.driver.keep(checkpoint);
            }
            Event::Started(started) => self.witness.announced(started)?,
            Event::Attempt(_) => self.amended = true,
            Event::Finished(outcome) => {
                let clock = self.driver.clock(self.now);
                self.witness
                    .finished(outcome, &self.service.ledger, clock)?;
                if let Some(twin) = &self.twin {
                    // Where the end was decided by then, only a task can be asked for again.
                    let decided = self.twin_after == Some(self.inputs);
                    twin.agrees(outcome, decided, self.now, self.witness.patience())?;
                }
                if self.crashes("before the outcome is recorded")? {
                    return Ok(());
                }
                self.driver.journal.finished = true;
                self.outcome = Some(outcome.clone());
            }
            Event::Message(_) | Event::Progress(_) | Event::Fault(_) | Event::Dropped(_) => {}
        }
        Ok(())
    }

    pub(super) fn transmit(&mut self, transmit: Transmit) -> Result<(), Violation> {
        let Transmit {
            exchange,
            ref request,
            deadline,
        } = transmit;
        self.trace.note(self.now, "< send", || {
            let body = String::from_utf8_lossy(&request.body);
            format!("{} {} {body}", exchange.0, request.path)
        });
        let mut headers = request.headers.iter();
        let clean = headers.all(|(name, value)| !name.contains(KEY) && !value.contains(KEY))
            && !request.path.contains(KEY)
            && !String::from_utf8_lossy(&request.body).contains(KEY);
        self.watch
            .require(KeyHeld, clean, || format!("{request:?}"))?;
        let Some(endpoint) = Endpoint::of(request) else {
            return Err(Unfinished.broken(format!("no such endpoint: {}", request.path)));
        };
        if self.crashes("before a request is sent")? {
            return Ok(());
        }
        let clock = self.driver.clock(self.now);
        self.witness
            .transmitted(endpoint, &transmit, self.driver.durable(), clock)?;
        let fate = if self.happens(self.odds.fault) {
            let favourite = self.odds.favourite.filter(|_| self.random.chance(700));
            favourite.unwrap_or_else(|| Fate::fault(&mut self.random))
        } else {
            Fate::Clean
        };
        self.coverage.reach(endpoint.name(), fate.name());
        self.trace.note(self.now, "network", || fate.name());
        let parcel = Parcel {
            life: self.driver.life,
            exchange,
            endpoint,
            permit: self.witness.permit(),
            deadline: self.driver.world(deadline),
            fate,
            request: transmit.request,
        };
        self.network
            .send(parcel.clone(), self.now, &mut self.random);
        self.repeat(parcel)
    }

    /// A sabotage may send a create request once more.
    fn repeat(&mut self, parcel: Parcel) -> Result<(), Violation> {
        if parcel.endpoint != Endpoint::Create {
            return Ok(());
        }
        let by_the_client = self.saboteur.is(Sabotage::ClientRepeatsCreate)
            && matches!(parcel.fate, Fate::LostAfter | Fate::LostAfterSilently);
        if by_the_client {
            self.witness.created(self.driver.durable())?;
        }
        if by_the_client || self.saboteur.is(Sabotage::IntermediaryRepeatsCreate) {
            self.network.send(parcel, self.now, &mut self.random);
        }
        Ok(())
    }
}
