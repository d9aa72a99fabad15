//! The bar of a generation: its time and percentage advance between events.

use std::time::Duration;
use std::{fmt, io};

use ima_host::types::{Language, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::ui::text::say;

/// 100 % is only shown once the audio is there.
const MOST: u128 = 95;

/// A bar among others.
pub(crate) struct Bar {
    bars: MultiProgress,
    bar: ProgressBar,
    /// The time waited before it, and the estimate, in milliseconds.
    before: u64,
    estimate: u64,
    /// How much faster than here time passes for the component.
    rate: u32,
}

impl Bar {
    /// Draws it; `number` says which of several generations it is for.
    pub(crate) fn new(
        bars: &MultiProgress,
        number: Option<usize>,
        language: Language,
        rate: u32,
        progress: &Progress,
    ) -> Self {
        let (before, estimate) = (progress.elapsed_ms, progress.estimated_max_ms);
        let waited = move |state: &ProgressState, words: &mut dyn fmt::Write| {
            let since = state.elapsed().as_secs().saturating_mul(rate.into());
            let seconds = (before / 1000).saturating_add(since);
            let estimate = estimate / 1000;
            let time = say!(
                "{seconds} s of about {estimate} s",
                "{seconds} 秒 / 约 {estimate} 秒"
            );
            let _ = words.write_str(time.get(language));
        };
        let style =
            ProgressStyle::with_template(template(super::columns(&io::stderr()).unwrap_or(80)));
        let style = style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("waited", waited);
        let bar = ProgressBar::new(100)
            .with_style(style)
            .with_prefix(number.map_or_else(String::new, |number| format!("[{number}] ")));
        let bar = bars.add(bar);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self {
            bars: bars.clone(),
            bar,
            before,
            estimate,
            rate,
        }
    }

    pub(crate) fn advance_to(&self, percent: u8) {
        self.bar.set_position(percent.into());
    }

    /// Advances with the time that has passed.
    pub(crate) fn advance(&self) {
        let here = self.bar.elapsed().as_millis() * u128::from(self.rate);
        let passed = here + u128::from(self.before);
        let percent = passed * 100 / u128::from(self.estimate).max(1);
        let percent = u64::try_from(percent.min(MOST)).unwrap_or_default();
        self.bar.set_position(percent.max(self.bar.position()));
    }

    pub(crate) fn remove(self) {
        self.bar.finish_and_clear();
        self.bars.remove(&self.bar);
    }
}

/// As much of a bar as fits into a line of so many columns.
const fn template(width: u16) -> &'static str {
    match width {
        80.. => "{spinner} {prefix}[{bar:30}] {pos:>3}%  {waited}",
        60..80 => "{spinner} {prefix}[{bar:10}] {pos:>3}%  {waited}",
        40..60 => "{spinner} {prefix}{pos:>3}%  {waited}",
        _ => "{spinner} {prefix}{pos:>3}%",
    }
}
