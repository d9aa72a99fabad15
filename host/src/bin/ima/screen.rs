//! What a person sees, and with `--events` a program: messages as lines, progress as a bar where
//! there is a terminal, and the attempt log.

use std::fmt;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use ima_host::types::{Attempt, Event, Language, Message, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use serde_json::{Value, json};

use crate::args::Common;
use crate::{events, out, text};

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
    pub(crate) fn new(common: &Common, events: bool) -> Self {
        Self {
            language: common.language(),
            quiet: common.quiet,
            events,
            program: common.json || events,
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
pub(crate) struct Show {
    screen: Screen,
    /// Which of several it is; then only how it ends is told.
    number: Option<usize>,
    bar: Option<ProgressBar>,
    last: Option<String>,
    attempts: Vec<Attempt>,
}

impl Show {
    pub(crate) fn new(screen: &Screen, number: Option<usize>) -> Self {
        Self {
            screen: screen.clone(),
            number,
            bar: None,
            last: None,
            attempts: Vec::new(),
        }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.emit(events::object(event));
        match event {
            Event::Message(Message { step: 4, text, .. }) => self.trouble(text),
            Event::Message(_) if self.number.is_some() => {}
            Event::Message(Message { step: 2, .. }) if self.screen.terminal => {}
            Event::Message(Message { step, text, .. }) => {
                // The bar is over before the good news is printed.
                if *step == 3 {
                    self.clear();
                }
                self.line(text);
            }
            Event::Started(started) => self.start(started.estimate.max_seconds),
            Event::Progress(progress) => self.progress(progress),
            Event::Attempt(attempt) => {
                self.attempts.push(attempt.clone());
                if attempt.code.is_none() {
                    self.attempt_log();
                }
            }
            Event::Dropped(value) => {
                let line = text::dropped(self.screen.language, &value.field);
                self.note(&line);
            }
            Event::Finished(_) => {
                self.attempt_log();
                self.clear();
            }
            Event::Checkpoint(_) | Event::Fault(_) => {}
        }
    }

    /// A line of good or neutral news.
    pub(crate) fn line(&mut self, line: &str) {
        if !self.screen.quiet {
            self.print(line, self.screen.program);
        }
    }

    /// A line about what went wrong.
    pub(crate) fn trouble(&mut self, line: &str) {
        self.print(line, true);
    }

    /// A file that is there now: the result.
    pub(crate) fn saved(&mut self, path: &Path, sha256: &str) {
        self.emit(json!({"event": "saved", "file": path, "sha256": sha256}));
        self.result(
            &path.display().to_string(),
            &text::saved(self.screen.language, path),
        );
    }

    /// The result: `bare` where nothing else is to be printed, else in words.
    pub(crate) fn result(&mut self, bare: &str, words: &str) {
        if self.screen.quiet && !self.screen.program {
            self.screen.print(bare, false);
        } else {
            self.line(words);
        }
    }

    /// With `--events`, one line of JSON.
    pub(crate) fn emit(&self, mut object: Value) {
        if !self.screen.events {
            return;
        }
        if let (Some(number), Some(object)) = (self.number, object.as_object_mut()) {
            object.insert("number".to_owned(), number.into());
        }
        self.screen.print(&object.to_string(), false);
    }

    /// Prints without the bars of this generation.
    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.screen.bars.remove(&bar);
        }
    }

    /// Something of interest, on standard error.
    fn note(&mut self, line: &str) {
        if !self.screen.quiet {
            self.print(line, true);
        }
    }

    /// The log of a request that was amended (music: "Reflection Mechanism").
    fn attempt_log(&mut self) {
        let attempts = std::mem::take(&mut self.attempts);
        if attempts.len() < 2 {
            return;
        }
        self.note(&text::attempts(self.screen.language, attempts.len()));
        for attempt in attempts {
            self.note(&format!("   {}", attempt.text));
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

    fn progress(&mut self, progress: &Progress) {
        if !self.screen.terminal {
            return;
        }
        let (screen, number) = (&self.screen, self.number);
        let bar = self
            .bar
            .get_or_insert_with(|| bar(screen, number, progress));
        bar.set_position(progress.percent.into());
    }
}

/// A bar whose time goes on between the events.
fn bar(screen: &Screen, number: Option<usize>, progress: &Progress) -> ProgressBar {
    let Screen { language, rate, .. } = *screen;
    let (before, estimate) = (progress.elapsed_ms / 1000, progress.estimated_max_ms / 1000);
    let waited = move |state: &ProgressState, words: &mut dyn fmt::Write| {
        let since = state.elapsed().as_secs().saturating_mul(rate.into());
        let seconds = before.saturating_add(since);
        let _ = words.write_str(&text::elapsed(language, seconds, estimate));
    };
    let style = ProgressStyle::with_template("{spinner} {prefix}[{bar:30}] {pos:>3}%  {waited}");
    let style = style
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("waited", waited);
    let bar = ProgressBar::new(100)
        .with_style(style)
        .with_prefix(number.map_or_else(String::new, |number| format!("[{number}] ")));
    let bar = screen.bars.add(bar);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
