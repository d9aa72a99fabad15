//! What a person sees, and with `--events` a program: messages as lines, progress as a bar on a
//! terminal, and the attempt log.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

use ima_host::types::{Attempt, Event, Fault, Language, Message, Phase, Progress};
use indicatif::MultiProgress;

use crate::events::Line;
use crate::options::Common;
use crate::report::{AttemptReport, Log};
use crate::ui::bar::Bar;
use crate::ui::out;
use crate::ui::safe;
use crate::ui::text::{self, Text, say};

/// How long after the time of its next try the service still counts as out of reach, in
/// milliseconds: the try itself takes its time.
const GRACE: u128 = 30_000;

/// What all generations of one run share.
#[derive(Clone)]
pub(crate) struct Screen {
    language: Language,
    quiet: bool,
    events: bool,
    /// Whether standard output is for a program: people read standard error then.
    program: bool,
    /// Whether bars take the place of the progress messages.
    terminal: bool,
    bars: MultiProgress,
    /// How much faster than here time passes for the component.
    rate: u32,
}

impl Screen {
    /// With `apart`, people read standard error.
    pub(crate) fn new(common: &Common, events: bool, apart: bool) -> Self {
        Self {
            language: common.language(),
            quiet: common.quiet,
            events,
            program: common.json || events || apart,
            terminal: std::io::stderr().is_terminal() && !common.quiet,
            bars: MultiProgress::new(),
            rate: common.clock_rate,
        }
    }

    /// Prints beside the bars.
    fn print(&self, line: &str, to_stderr: bool) {
        self.bars.suspend(|| {
            if to_stderr {
                out::error(line);
            } else {
                out::line(line);
            }
        });
    }
}

/// Shows the events of one generation.
pub(crate) struct EventPrinter {
    screen: Screen,
    /// Which of several it is; then only how it ends is told.
    number: Option<usize>,
    /// The language of the generation: a job keeps the one that it was begun in.
    language: Language,
    bar: Option<Bar>,
    last: Option<String>,
    attempts: Vec<Attempt>,
    /// How many of the attempts were shown.
    logged: usize,
    dropped: Vec<String>,
    /// The price, once it is known.
    priced: Option<u32>,
    faults: u32,
    /// How long the job was under way before, in milliseconds.
    before: u64,
    /// When the last exchange failed, and how long after it is the next try, in milliseconds.
    fault: Option<(Instant, u64)>,
}

impl EventPrinter {
    pub(crate) fn new(screen: &Screen, number: Option<usize>) -> Self {
        Self {
            screen: screen.clone(),
            number,
            language: screen.language,
            bar: None,
            last: None,
            attempts: Vec::new(),
            logged: 0,
            dropped: Vec::new(),
            priced: None,
            faults: 0,
            before: 0,
            fault: None,
        }
    }

    pub(crate) fn number(&self) -> Option<usize> {
        self.number
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Whether there was a price, so that the service was there.
    pub(crate) fn is_priced(&self) -> bool {
        self.priced.is_some()
    }

    /// The price, once it is known.
    pub(crate) fn points(&self) -> Option<u32> {
        self.priced
    }

    /// Whether the service failed at the last try.
    pub(crate) fn is_unreachable(&self) -> bool {
        self.fault.is_some_and(|(since, retry)| {
            let passed = since.elapsed().as_millis() * u128::from(self.screen.rate);
            passed <= u128::from(retry) + GRACE
        })
    }

    /// What the service did not take of the request, each once.
    pub(crate) fn removed(&self) -> impl Iterator<Item = &str> {
        let mut seen = BTreeSet::new();
        let amendments = self.attempts.iter().filter_map(|it| it.amendment.as_ref());
        amendments
            .flat_map(|amendment| &amendment.removed)
            .map(String::as_str)
            .filter(move |name| seen.insert(*name))
    }

    /// What the object of the result tells about the create requests.
    pub(crate) fn log(&self) -> Log {
        let dropped = self.dropped.iter().map(String::as_str);
        Log {
            attempts: self.attempts.iter().map(AttemptReport::from).collect(),
            dropped: dropped.chain(self.removed()).map(str::to_owned).collect(),
        }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.emit(|| Line::of(event, self.number));
        match event {
            Event::Message(message) => self.message(message),
            Event::Started(started) => {
                self.priced = Some(started.points);
                self.start(started.estimate.max_seconds);
            }
            Event::Progress(progress) => self.progress(progress),
            Event::Attempt(attempt) => {
                self.attempts.push(attempt.clone());
                if attempt.code.is_none() {
                    self.attempt_log();
                }
            }
            Event::Dropped(value) => {
                self.dropped.push(value.field.clone());
                self.trouble(&text::dropped(&value.field));
            }
            Event::Fault(fault) => self.fault(fault),
            Event::Finished(_) => {
                self.attempt_log();
                self.clear();
            }
            Event::Checkpoint(_) => {}
        }
    }

    fn message(&mut self, message: &Message) {
        let (step, text) = (message.step, &message.text);
        // Of several, the core's own words are not shown.
        if self.number.is_none() {
            self.language = message.language;
        }
        match step {
            // How it failed is told with what to do about it.
            4 => {}
            _ if self.number.is_some() => {}
            2 if self.screen.terminal => {}
            _ => {
                // The bar is over before the good news is printed.
                if step == 3 {
                    self.clear();
                }
                self.words(text);
            }
        }
    }

    /// An exchange failed and will be tried again. One is nothing to speak of.
    fn fault(&mut self, fault: &Fault) {
        self.fault = Some((Instant::now(), fault.retry_ms));
        self.faults += 1;
        if self.faults == 2 && fault.phase == Phase::Waiting {
            self.trouble(&say!(
                "The service can't be reached right now. It is tried again until it answers.",
                "暂时无法连接服务，会继续尝试。"
            ));
        }
    }

    /// A line of good or neutral news.
    pub(crate) fn line(&mut self, line: &Text) {
        self.words(line.get(self.language));
    }

    /// The same, in words that are in the right language already.
    pub(crate) fn words(&mut self, line: &str) {
        if !self.screen.quiet {
            self.print(line, self.screen.program);
        }
    }

    /// A line about what went wrong.
    pub(crate) fn trouble(&mut self, line: &Text) {
        self.print(line.get(self.language), true);
    }

    /// A file that is there now: the result.
    pub(crate) fn saved(&mut self, path: &Path, sha256: &str) {
        self.emit(|| Line::saved(path, sha256, self.number));
        let shown = path.display();
        self.result(
            &shown.to_string(),
            &say!("Saved: {shown}", "已保存：{shown}"),
        );
    }

    /// The result: `bare` if nothing else is to be printed, else in words.
    pub(crate) fn result(&mut self, bare: &str, words: &Text) {
        if self.screen.quiet && !self.screen.program {
            self.print(bare, false);
        } else {
            self.line(words);
        }
    }

    /// With `--events`, one line of JSON.
    fn emit(&self, line: impl FnOnce() -> Line) {
        if self.screen.events
            && let Ok(line) = serde_json::to_string(&line())
        {
            self.screen.print(&safe::json(&line), false);
        }
    }

    /// Prints without the bars of this generation.
    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.remove();
        }
    }

    /// Something of interest, on standard error.
    pub(crate) fn note(&mut self, line: &Text) {
        if !self.screen.quiet {
            self.print(line.get(self.language), true);
        }
    }

    /// The log of a request that was amended (music: "Reflection Mechanism"), once.
    fn attempt_log(&mut self) {
        let count = self.attempts.len();
        if count < 2 || self.logged == count {
            return;
        }
        self.logged = count;
        self.note(&say!(
            "🧠 Reflection log ({count} attempts):",
            "🧠 反省日志 ({count} 次尝试):"
        ));
        for attempt in self.attempts.clone() {
            self.note(&Text::same(format!("   {}", attempt.text)));
        }
    }

    /// What the line before said already is not said again.
    fn print(&mut self, line: &str, to_stderr: bool) {
        if self.last.as_deref().is_some_and(|last| last.contains(line)) {
            return;
        }
        self.last = Some(line.to_owned());
        match self.number {
            Some(number) => self.screen.print(&format!("[{number}] {line}"), to_stderr),
            None => self.screen.print(line, to_stderr),
        }
    }

    fn start(&mut self, estimated_max_seconds: u32) {
        self.progress(&Progress {
            percent: 0,
            elapsed_ms: 0,
            estimated_max_ms: u64::from(estimated_max_seconds) * 1000,
        });
    }

    /// The job was started so many seconds ago, on the clock of this place.
    pub(crate) fn under_way(&mut self, seconds: u64) {
        let seconds = seconds.saturating_mul(self.screen.rate.into());
        self.before = seconds.saturating_mul(1000);
        let Text { en, zh } = text::duration(seconds);
        self.note(&say!("Started {en} ago.", "{zh}前开始。"));
    }

    fn progress(&mut self, progress: &Progress) {
        if !self.screen.terminal {
            return;
        }
        let progress = &Progress {
            elapsed_ms: progress.elapsed_ms.saturating_add(self.before),
            ..*progress
        };
        let (screen, number, language) = (&self.screen, self.number, self.language);
        let bar = self
            .bar
            .get_or_insert_with(|| Bar::new(&screen.bars, number, language, screen.rate, progress));
        bar.advance_to(progress.percent);
    }

    /// Moves the bar on between the events.
    pub(crate) fn frame(&self) {
        if let Some(bar) = &self.bar {
            bar.advance();
        }
    }
}
