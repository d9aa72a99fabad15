//! What a person sees: messages as lines, progress as a bar where there is a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use ima_host::types::{Event, Language, Message, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::text;

/// Shows the events of one generation.
pub(crate) struct Show {
    json: bool,
    language: Language,
    /// Whether a bar takes the place of the progress messages.
    terminal: bool,
    bar: Option<ProgressBar>,
    last: Option<String>,
}

impl Show {
    pub(crate) fn new(json: bool, language: Language) -> Self {
        Self {
            json,
            language,
            terminal: std::io::stderr().is_terminal(),
            bar: None,
            last: None,
        }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        match event {
            Event::Message(Message { step: 2, .. }) if self.terminal => {}
            Event::Message(Message { step: 4, text, .. }) => self.trouble(text),
            Event::Message(Message { step, text, .. }) => {
                // The bar is over before the good news is printed.
                if *step == 3 {
                    self.clear();
                }
                self.line(text);
            }
            Event::Started(started) => self.start(started.estimate.max_seconds),
            Event::Progress(progress) => self.progress(progress),
            Event::Finished(_) => self.clear(),
            Event::Checkpoint(_) | Event::Fault(_) | Event::Attempt(_) | Event::Dropped(_) => {}
        }
    }

    /// A line of good or neutral news.
    pub(crate) fn line(&mut self, line: &str) {
        self.print(line, self.json);
    }

    /// A line about what went wrong.
    pub(crate) fn trouble(&mut self, line: &str) {
        self.print(line, true);
    }

    /// What the line before said already is not said again.
    fn print(&mut self, line: &str, to_stderr: bool) {
        if self.last.as_deref().is_some_and(|last| last.contains(line)) {
            return;
        }
        self.last = Some(line.to_owned());
        let print = || {
            if to_stderr {
                eprintln!("{line}");
            } else {
                println!("{line}");
            }
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
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
        if !self.terminal {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} [{bar:30}] {pos:>3}%  {msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(100).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let seconds = |milliseconds: u64| milliseconds / 1000;
        bar.set_position(progress.percent.into());
        bar.set_message(text::elapsed(
            self.language,
            seconds(progress.elapsed_ms),
            seconds(progress.estimated_max_ms),
        ));
    }
}
