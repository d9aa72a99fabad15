//! Drives a generation to its end: shows it, and lets Ctrl-C stop it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ima_host::types::{
    Cause, Charge, Checkpoint, CheckpointState, Event, Failure, Message, Outcome, Started, Success,
};
use ima_host::{Error, Generation, Runtime};
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::MissedTickBehavior;

use super::{Announce, OptionNames};
use crate::command_error::CommandError;
use crate::config;
use crate::exit::Exit;
use crate::library::{Library, Record};
use crate::options::{Common, Delivery};
use crate::report::{self, Report};
use crate::target::Target;
use crate::ui::confirm::{self, Asking};
use crate::ui::interrupt::Interrupt;
use crate::ui::screen::{EventPrinter, Screen};
use crate::ui::text;

/// How often a bar moves between the events.
const FRAME: Duration = Duration::from_millis(500);

/// After how long without an answer to the create request the user is told so.
const QUIET: Duration = Duration::from_secs(15);

/// What the generations of one run have in common.
pub(crate) struct Run<'a> {
    pub(crate) common: &'a Common,
    pub(crate) runtime: &'a Runtime,
    pub(crate) delivery: &'a Delivery,
    /// What was asked for, for the words of a refusal.
    pub(crate) names: OptionNames,
    /// Where the audio goes; none if it is not fetched.
    pub(crate) target: Option<Target>,
    /// The price in points above which a person is asked.
    pub(crate) confirm_above: Option<u32>,
    /// Told before points are spent: then a person is asked at any price.
    pub(crate) announce: Option<Announce<'a>>,
    /// Whether to end as soon as the task exists.
    pub(crate) no_wait: bool,
    /// Whether files are named after the number of the generation.
    pub(crate) numbered: bool,
    /// Whether the jobs were started before.
    pub(crate) resumed: bool,
    pub(crate) library: Library,
    /// Advances with each generation that is done.
    pub(crate) progress: Option<ProgressBar>,
    /// What the library is to know of each generation, in their order.
    pub(crate) notes: Vec<Record>,
    pub(crate) screen: Screen,
    pub(crate) interrupt: Interrupt,
}

/// How a generation ended, shown already.
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// The object of `--json`.
    pub(crate) report: Report,
    pub(crate) success: Option<Success>,
    /// Whether its model is the usual one from now on.
    pub(crate) remembered: bool,
    pub(crate) files: Vec<PathBuf>,
}

impl Ended {
    /// One that brought no audio.
    pub(crate) fn without(exit: Exit, report: impl Into<Report>) -> Self {
        Self {
            exit,
            report: report.into(),
            success: None,
            remembered: false,
            files: Vec::new(),
        }
    }
}

/// How driving one of several generations ended.
pub(crate) enum Driven {
    Ended(Ended),
    /// It was refused for coming too soon: nothing was spent, and nothing is shown.
    SlowDown,
}

/// Where following a generation stopped.
enum FollowEnd {
    Outcome(Outcome),
    /// The task exists, and its audio is not waited for.
    Begun(Checkpoint),
    /// The user said no to the price. Nothing was spent, and nothing will be.
    Declined,
    /// What would be bought can't be noted. Nothing was spent, and nothing will be.
    Unkept,
    /// The user would not even wait for the end.
    Abandoned,
}

impl<'a> Run<'a> {
    /// A run that waits for the audio, keeps it at the target and asks nobody.
    pub(crate) fn new(
        common: &'a Common,
        runtime: &'a Runtime,
        delivery: &'a Delivery,
        target: Option<Target>,
    ) -> Self {
        Self {
            common,
            runtime,
            delivery,
            names: OptionNames::default(),
            target,
            confirm_above: None,
            announce: None,
            no_wait: false,
            numbered: false,
            resumed: false,
            library: Library::of(common),
            progress: None,
            notes: Vec::new(),
            screen: Screen::new(common, delivery.events, delivery.is_stdout()),
            interrupt: Interrupt::listen(),
        }
    }

    /// Drives a generation to its end; `number` says which of several it is.
    pub(crate) async fn drive(&self, generation: Generation, number: Option<usize>) -> Ended {
        match self.drive_or_return(generation, number, false).await {
            Driven::Ended(ended) => ended,
            // It was not asked for.
            Driven::SlowDown => self.refuse(&super::declined(), number),
        }
    }

    /// The same. With `patient`, a refusal for coming too soon is given back, to be tried again.
    pub(crate) async fn drive_or_return(
        &self,
        mut generation: Generation,
        number: Option<usize>,
        patient: bool,
    ) -> Driven {
        let mut show = EventPrinter::new(&self.screen, number);
        if self.resumed {
            self.tell_age(&generation, &mut show).await;
        }
        let mut started = None;
        let followed = self.follow(&mut generation, &mut show, &mut started).await;
        show.clear();
        let job = generation.job().map(str::to_owned);
        let unrecorded = self.unrecorded(&generation);
        let mut ended = match followed {
            Ok(FollowEnd::Outcome(Outcome::Failure(Failure {
                cause: Cause::RateLimited,
                charge: Charge::No,
                ..
            }))) if patient => return Driven::SlowDown,
            Ok(FollowEnd::Outcome(Outcome::Success(success))) => {
                let aside = match generation.remembered() {
                    Some(Ok(aside)) => Some(aside.clone()),
                    _ => None,
                };
                // The job may have to be resumed for fresh links.
                drop(generation);
                let mut ended = self.deliver(success, job.as_deref(), &mut show).await;
                ended.remembered = aside.is_some();
                if let Some(Some(aside)) = aside {
                    show.trouble(&text::set_aside(&aside));
                }
                ended
            }
            Ok(FollowEnd::Outcome(Outcome::Failure(failure))) => {
                self.fail(&failure, job.as_deref(), &mut show).await
            }
            Ok(FollowEnd::Begun(checkpoint)) => {
                self.begun(&checkpoint, started.as_ref(), job.as_deref(), &mut show)
            }
            Ok(FollowEnd::Declined) => self.error(&super::declined(), &mut show),
            Ok(FollowEnd::Unkept) => self.error(&text::journal(), &mut show),
            Ok(FollowEnd::Abandoned) => {
                let error = self.abandoned(&generation).await;
                self.error(&error, &mut show)
            }
            Err(error) => self.error(&CommandError::of_request(&error, &self.names), &mut show),
        };
        if let Some(task_id) = unrecorded {
            show.trouble(&text::task_unrecorded(&task_id));
            if ended.exit.weight() < Exit::Unrecorded.weight() {
                ended.exit = Exit::Unrecorded;
            }
        }
        Driven::Ended(ended)
    }

    /// The paid task of a generation that the journal could not be told of.
    fn unrecorded(&self, generation: &Generation) -> Option<String> {
        self.runtime.journal()?;
        let checkpoint = generation.checkpoint()?;
        let waiting = checkpoint.state == CheckpointState::Waiting;
        let lost = waiting && !generation.is_journalled();
        checkpoint.task_id.clone().filter(|_| lost)
    }

    /// The end of a generation that did not even begin.
    pub(crate) fn refuse(&self, error: &CommandError, number: Option<usize>) -> Ended {
        self.error(error, &mut EventPrinter::new(&self.screen, number))
    }

    /// Prints the object of a run of one generation.
    pub(crate) fn print(&self, object: &impl Serialize) {
        report::print(object, self.common.json, self.delivery.events);
    }

    async fn follow(
        &self,
        generation: &mut Generation,
        show: &mut EventPrinter,
        announced: &mut Option<Started>,
    ) -> Result<FollowEnd, Error> {
        let canceller = generation.canceller();
        let mut interrupt = self.interrupt.clone();
        // What was announced and not agreed to yet is not acknowledged.
        let mut acknowledgement = None;
        let mut frames = tokio::time::interval(FRAME);
        // Since when an answer to the create request is due.
        let mut left = None;
        frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = generation.next_event() => {
                    let Some(event) = event? else { return Ok(FollowEnd::Abandoned) };
                    match &event {
                        Event::Started(started) => {
                            // Nothing was spent yet, and nothing is until the next event.
                            if !self.agree(started, show, &mut interrupt).await {
                                return Ok(FollowEnd::Declined);
                            }
                            if let Some(event) = acknowledgement.take() {
                                show.event(&event);
                            }
                            *announced = Some(started.clone());
                        }
                        Event::Message(Message { step: 0, .. })
                            if self.announce.is_some() && self.confirm_above.is_some() =>
                        {
                            acknowledgement = Some(event);
                            continue;
                        }
                        Event::Checkpoint(checkpoint)
                            if self.no_wait && checkpoint.state == CheckpointState::Waiting =>
                        {
                            show.event(&event);
                            // After an amended request comes the word that it was accepted.
                            if show.removed().next().is_some()
                                && let Some(event @ Event::Attempt(_)) = generation.next_event().await?
                            {
                                show.event(&event);
                            }
                            return Ok(FollowEnd::Begun(checkpoint.clone()));
                        }
                        _ => {}
                    }
                    if let Event::Checkpoint(checkpoint) = &event {
                        let creating = checkpoint.state == CheckpointState::Creating;
                        if creating
                            && let (Some(job), Some(started)) = (generation.job(), &*announced)
                            && !self.note(job, started, show.number())
                        {
                            return Ok(FollowEnd::Unkept);
                        }
                        left = creating.then(Instant::now);
                    }
                    show.event(&event);
                    if let Event::Finished(outcome) = event {
                        return Ok(FollowEnd::Outcome(outcome));
                    }
                }
                count = interrupt.pressed() => {
                    if count > 1 {
                        return Ok(FollowEnd::Abandoned);
                    }
                    show.trouble(&text::stopping());
                    canceller.cancel();
                }
                _ = frames.tick() => {
                    if left.take_if(|left| left.elapsed() > QUIET).is_some() {
                        show.note(&text::answer_awaited());
                    }
                    show.frame();
                }
            }
        }
    }

    /// Keeps what the library is to know of a job that is about to start.
    /// False if it must be kept and can't be: a part of a narration would be bought again.
    fn note(&self, job: &str, started: &Started, number: Option<usize>) -> bool {
        let index = number.unwrap_or(1).saturating_sub(1);
        let Some(note) = self.notes.get(index) else {
            return true;
        };
        let written = self.library.change(job, |record| {
            *record = Record {
                job: job.to_owned(),
                // Its words are a part of the prompt.
                name: note.name.clone().filter(|_| config::get().history),
                created_at: Timestamp::now().as_second(),
                model_id: started.model_id.clone(),
                model_name: started.model_name.clone(),
                points: started.points,
                ..note.clone()
            };
        });
        written || note.part.is_none()
    }

    /// Says since when a job is under way, and has the bar count from there.
    async fn tell_age(&self, generation: &Generation, show: &mut EventPrinter) {
        let (Some(journal), Some(id)) = (self.runtime.journal(), generation.job()) else {
            return;
        };
        if let Ok(Some(job)) = journal.get(id).await {
            let seconds = Timestamp::now().as_second().saturating_sub(job.created_at);
            show.under_way(u64::try_from(seconds).unwrap_or_default());
        }
    }

    /// What is known of a generation: of its job, or what it was begun with.
    pub(crate) fn known(&self, job: Option<&str>, number: Option<usize>) -> Record {
        let index = number.unwrap_or(1).saturating_sub(1);
        let kept = job.and_then(|it| self.library.get(it)).unwrap_or_default();
        match self.notes.get(index) {
            Some(note) => Record {
                model_name: kept.model_name,
                ..note.clone()
            },
            None => kept,
        }
    }

    /// Announces the price, and asks a person about it if that is to be.
    async fn agree(
        &self,
        started: &Started,
        show: &EventPrinter,
        interrupt: &mut Interrupt,
    ) -> bool {
        let asking = match self.announce {
            Some(announce) => {
                announce(started);
                Asking::Shown(started)
            }
            None => Asking::One(started),
        };
        let asks = |above| self.announce.is_some() || started.most_points > above;
        !self.confirm_above.is_some_and(asks)
            || confirm::ask(&asking, show.language(), interrupt).await
    }

    fn error(&self, error: &CommandError, show: &mut EventPrinter) -> Ended {
        for line in error.lines() {
            show.trouble(&line);
        }
        Ended::without(error.kind.exit(), error.object(show.language()))
    }
}
