//! How a generation goes on: which state follows which, and what is said on the way.

use super::creating::{Creating, CreatingEnd};
use super::listing::Listing;
use super::reflection::{Refused, Sent};
use super::snapshot::{self, Resume, Unsent, Waited};
use super::task::{Offer, Purchase, Task};
use super::waiting::{WaitEnd, Waiting};
use super::wire::{Exchange, ExchangeEnd};
use super::{Session, State, pace};
use crate::Millis;
use crate::api::requests;
use crate::catalogue::Catalogue;
use crate::event::{Checkpoint, CheckpointState, Event};
use crate::http::ExchangeId;
use crate::message::{alternatives, help};
use crate::outcome::{Cause, Charge, Failure, Media, Outcome, Success};
use crate::prelude::*;
use crate::pump::Misuse;
use crate::quote::{Level, Priced, Quote};
use crate::request::Request;
use crate::status::TaskStatus;
use ima_wire::envelope::{Answer, Refusal};

impl Session {
    pub(super) fn start(&mut self) -> Result<(), Misuse> {
        let State::Ready(resume) = &self.state else {
            return Err(Misuse::AlreadyStarted);
        };
        match resume.clone() {
            Resume::Unsent(Unsent { request, .. }) => self.list(request),
            Resume::InDoubt(purchase) => match &purchase.candidate {
                // Asking for a task costs nothing, and one that is there ends the doubt.
                Some(id) => {
                    let request = requests::detail(id, purchase.request.language);
                    let exchange = self.wire.transmit(request, self.now, Millis::MAX);
                    self.state = State::Checking(exchange, Box::new(purchase));
                }
                None => self.doubt(purchase),
            },
            Resume::Waiting(waited) => {
                if self.adopted {
                    self.checkpoint(&waited);
                }
                let waiting = Waiting::resume(waited, self.now, self.patience());
                self.state = State::Waiting(waiting);
                self.timeout();
            }
        }
        Ok(())
    }

    pub(super) fn create_again(&mut self) -> Result<(), Misuse> {
        match &self.state {
            State::Ready(Resume::InDoubt(purchase)) | State::Over(Resume::InDoubt(purchase)) => {
                let purchase = purchase.clone();
                let request = purchase.request.clone();
                // The old key may have been accepted: under it nothing must leave again.
                self.key = self.keys.fresh(self.key);
                self.in_doubt = Some(Box::new(purchase));
                self.list(request);
                Ok(())
            }
            _ => Err(Misuse::NothingToRepeat),
        }
    }

    /// The service was asked for the task that an unclear answer named, or (`None`) did not answer.
    fn checked(&mut self, end: Option<&ExchangeEnd>) {
        let over = State::Over(self.as_it_stands());
        let State::Checking(_, purchase) = core::mem::replace(&mut self.state, over) else {
            return;
        };
        let answer = end.and_then(|end| end.as_ref().ok());
        let is_there = |id: &String| {
            answer.is_some_and(|answer| match Answer::read(answer.status, &answer.body) {
                Answer::Success(Some(data)) => TaskStatus::read(&data, id).is_some(),
                _ => false,
            })
        };
        let Some(id) = purchase.candidate.clone().filter(is_there) else {
            return self.doubt(*purchase);
        };
        let Purchase { request, offer, .. } = *purchase;
        let waited = Waited {
            language: request.language,
            elapsed_ms: 0,
            task: Task::new(request.task, id, offer),
        };
        self.checkpoint(&waited);
        let waiting = Waiting::resume(waited, self.now, self.patience());
        self.state = State::Waiting(waiting);
        self.timeout();
    }

    fn doubt(&mut self, purchase: Purchase) {
        let in_doubt = Resume::InDoubt(purchase);
        self.fail(Cause::OutcomeUnknown, Charge::Unknown, in_doubt, Vec::new());
    }

    /// The task is known from here on.
    fn checkpoint(&mut self, waited: &Waited) {
        self.wire.event(Event::Checkpoint(Checkpoint {
            state: CheckpointState::Waiting,
            task_id: Some(waited.task.id.clone()),
            continuation: snapshot::write(&Resume::Waiting(waited.clone())),
        }));
    }

    fn list(&mut self, request: Request) {
        self.wire
            .event(Event::Message(self.messages.acknowledged()));
        self.fetch(request, None);
    }

    fn fetch(&mut self, request: Request, refused: Option<Refused>) {
        let listing = Listing::start(request.task, request.language, &mut self.wire, self.now);
        self.state = State::Listing(listing, request, refused);
    }

    pub(super) fn cancel(&mut self) {
        if let State::Creating(creating) = &mut self.state
            && !creating.cancel(&mut self.wire)
        {
            return;
        }
        if let Some(exchange) = self.exchange() {
            self.wire.withdraw(exchange);
        }
        let cause = Cause::Cancelled;
        match &self.state {
            State::Over(_) => {}
            State::Ready(Resume::Unsent(Unsent { request, .. }))
            | State::Listing(_, request, _) => {
                self.fail_unspent(cause, request.clone());
            }
            State::Creating(creating) => {
                self.fail_unspent(cause, creating.purchase().request.clone())
            }
            State::Ready(Resume::InDoubt(_)) | State::Checking(..) => {
                self.fail(cause, Charge::Unknown, self.as_it_stands(), Vec::new());
            }
            State::Ready(Resume::Waiting(_)) => {
                self.fail(cause, Charge::Yes, self.as_it_stands(), Vec::new());
            }
            State::Waiting(_) => {
                let stands = self.as_it_stands();
                let ready = match &mut self.state {
                    State::Waiting(waiting) => waiting.take_ready(),
                    _ => Vec::new(),
                };
                self.fail(cause, Charge::Yes, stands, ready);
            }
        }
    }

    fn exchange(&self) -> Option<Exchange> {
        match &self.state {
            State::Ready(_) | State::Over(_) => None,
            State::Checking(exchange, _) => Some(*exchange),
            State::Listing(listing, ..) => listing.exchange(),
            State::Creating(creating) => creating.exchange(),
            State::Waiting(waiting) => waiting.exchange(),
        }
    }

    pub(super) fn ended(&mut self, id: ExchangeId, end: ExchangeEnd) -> Result<(), Misuse> {
        if !self.wire.is_current(id, self.exchange())? {
            return Ok(());
        }
        match &mut self.state {
            State::Ready(_) | State::Over(_) => {}
            State::Checking(..) => self.checked(Some(&end)),
            State::Listing(listing, ..) => {
                let listed = listing.ended(end, &mut self.wire, self.now);
                self.listed(listed);
            }
            State::Creating(_) => self.create_ended(Some(&end)),
            State::Waiting(waiting) => {
                let end = waiting.ended(&end, &mut self.wire, self.now);
                self.waited(end);
            }
        }
        Ok(())
    }

    pub(super) fn timeout(&mut self) {
        match &mut self.state {
            State::Ready(_) | State::Over(_) => {}
            State::Checking(exchange, _) => {
                if self.now >= exchange.deadline {
                    self.checked(None);
                }
            }
            State::Listing(listing, ..) => {
                let listed = listing.timeout(&mut self.wire, self.now);
                self.listed(listed);
            }
            State::Creating(creating) => {
                if self.now >= creating.wake() {
                    self.create_ended(None);
                }
            }
            State::Waiting(waiting) => {
                let (end, progress) = waiting.timeout(&mut self.wire, self.now);
                if let Some(progress) = progress {
                    self.wire.event(Event::Progress(progress));
                    let message = self.messages.progress(progress);
                    self.wire.event(Event::Message(message));
                }
                self.waited(end);
            }
        }
    }

    fn listed(&mut self, listed: Option<Result<Catalogue, Cause>>) {
        let Some(listed) = listed else { return };
        let over = State::Over(self.as_it_stands());
        let State::Listing(_, request, refused) = core::mem::replace(&mut self.state, over) else {
            return;
        };
        match (listed, refused) {
            (Err(cause), _) => self.fail_unspent(cause, request),
            (Ok(catalogue), None) => self.price(request, catalogue),
            (Ok(catalogue), Some(refused)) => self.amend(request, catalogue, refused),
        }
    }

    fn price(&mut self, mut request: Request, catalogue: Catalogue) {
        // From here on a model has one name.
        request.model_id = request
            .model_id
            .map(|it| catalogue.meant(&it).unwrap_or(it));
        self.alternatives = alternatives(request.task, request.model(), &catalogue);
        let Priced { quote, .. } = match Quote::at(Level::AsAsked, &request, &catalogue) {
            Ok(priced) => priced,
            Err(cause) => return self.fail_unspent(cause, request),
        };
        for dropped in quote.dropped() {
            self.wire.event(Event::Dropped(dropped.clone()));
        }
        let started = quote.started();
        let message = self.messages.started(&started, request.habitual);
        self.wire.event(Event::Started(started));
        self.wire.event(Event::Message(message));
        self.create(request, Sent::first(&quote), quote, catalogue);
    }

    fn amend(&mut self, request: Request, catalogue: Catalogue, refused: Refused) {
        match refused.amend(&request, &catalogue, self.messages) {
            Ok((sent, quote, attempt)) => {
                self.wire.event(Event::Attempt(attempt));
                self.create(request, sent, quote, catalogue);
            }
            Err(cause) => self.fail_unspent(cause, request),
        }
    }

    fn create(&mut self, request: Request, sent: Sent, quote: Quote, catalogue: Catalogue) {
        // Many sessions may be waiting here, so nothing of the list stays but the chosen model.
        let catalogue = catalogue.only(request.model(), request.version_id.as_deref());
        let purchase = Purchase {
            request,
            key: self.key,
            offer: Offer::of(&quote, self.alternatives.clone()),
            candidate: None,
        };
        let creating = Creating::send(purchase, quote, sent, catalogue, &mut self.wire, self.now);
        self.state = State::Creating(Box::new(creating));
    }

    fn refused(&mut self, request: Request, refusal: Refusal, attempt: Sent, catalogue: Catalogue) {
        match attempt.reflect(refusal, &request) {
            Ok(refused) if refused.fetch => self.fetch(request, Some(refused)),
            Ok(refused) => self.amend(request, catalogue, refused),
            Err(refusal) => {
                let log = self.messages.refused(attempt.number, refusal.clone(), None);
                self.wire.event(Event::Attempt(log));
                self.fail_unspent(refusal.into(), request);
            }
        }
    }

    /// The create request ended, or (`None`) its time did.
    fn create_ended(&mut self, end: Option<&ExchangeEnd>) {
        let over = State::Over(self.as_it_stands());
        let State::Creating(creating) = core::mem::replace(&mut self.state, over) else {
            return;
        };
        let purchase = creating.purchase().clone();
        match creating.ended(end, &mut self.wire, self.now) {
            CreatingEnd::Going(creating) => self.state = State::Creating(creating),
            CreatingEnd::Refused {
                refusal,
                attempt,
                catalogue,
            } => self.refused(purchase.request, refusal, attempt, catalogue),
            CreatingEnd::Accepted {
                task,
                at,
                cancelled,
                attempt,
            } => {
                let waited = Waited {
                    task,
                    language: purchase.request.language,
                    elapsed_ms: 0,
                };
                self.checkpoint(&waited);
                let waiting = Waiting::begin(waited, at, self.now, self.patience());
                if attempt > 1 {
                    let log = self.messages.accepted(attempt);
                    self.wire.event(Event::Attempt(log));
                }
                self.state = State::Waiting(waiting);
                if cancelled {
                    self.cancel();
                }
            }
            CreatingEnd::NothingSpent(cause) => {
                self.fail_unspent(cause, purchase.request);
            }
            CreatingEnd::Unknown(candidate) => {
                let in_doubt = Resume::InDoubt(Purchase {
                    candidate,
                    ..purchase
                });
                self.fail(Cause::OutcomeUnknown, Charge::Unknown, in_doubt, Vec::new());
            }
        }
    }

    fn waited(&mut self, end: Option<WaitEnd>) {
        let State::Waiting(waiting) = &self.state else {
            return;
        };
        let waited = waiting.waited(self.now);
        match end {
            None => {}
            Some(WaitEnd::Failed(cause, medias)) => {
                self.fail(cause, Charge::Yes, Resume::Waiting(waited), medias);
            }
            Some(WaitEnd::Ready(medias)) => {
                let success = Success {
                    task_id: waited.task.id.clone(),
                    medias,
                    model_id: waited.task.model_id.clone(),
                    model_name: waited.task.model_name.clone(),
                    points: waited.task.points,
                    elapsed: waited.elapsed_ms,
                };
                let message = self.messages.succeeded(&success, waited.task.estimate);
                self.wire.event(Event::Message(message));
                self.wire.event(Event::Finished(Outcome::Success(success)));
                self.state = State::Over(Resume::Waiting(waited));
            }
        }
    }

    /// Where a session is taken up whose own create request has not left.
    pub(super) fn unsent(&self, request: Request) -> Resume {
        match &self.in_doubt {
            Some(purchase) => Resume::InDoubt(Purchase::clone(purchase)),
            None => Resume::Unsent(Unsent {
                request,
                key: self.key,
            }),
        }
    }

    /// The end without a charge of its own.
    fn fail_unspent(&mut self, cause: Cause, request: Request) {
        let charge = match self.in_doubt {
            Some(_) => Charge::Unknown,
            None => Charge::No,
        };
        let resume = self.unsent(request);
        self.fail(cause, charge, resume, Vec::new());
    }

    fn fail(&mut self, cause: Cause, charge: Charge, resume: Resume, medias: Vec<Media>) {
        // Whoever may have paid already is not led to another purchase.
        let alternatives = match charge {
            Charge::Unknown => Vec::new(),
            Charge::No | Charge::Yes => cause.alternatives(&self.alternatives),
        };
        let (message, text) = self.messages.failed(&cause, charge, &alternatives);
        let message = self.messages.attach(message, &medias);
        let failure = Failure {
            charge,
            message: text,
            help: help(&cause).map(ToOwned::to_owned),
            task_id: match &resume {
                Resume::Waiting(waited) => Some(waited.task.id.clone()),
                Resume::Unsent(_) | Resume::InDoubt(_) => None,
            },
            medias,
            alternatives,
            continuation: match &resume {
                Resume::Unsent(_) => None,
                Resume::InDoubt(_) | Resume::Waiting(_) => Some(snapshot::write(&resume)),
            },
            cause,
        };
        self.wire.event(Event::Message(message));
        self.wire.event(Event::Finished(Outcome::Failure(failure)));
        self.state = State::Over(resume);
    }

    fn patience(&self) -> Millis {
        self.settings
            .deadline
            .unwrap_or(pace::deadline(self.messages.task()))
    }
}
