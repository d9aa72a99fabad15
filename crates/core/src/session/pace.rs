//! When to ask for a task's state, and when to tell the user about it.

use crate::Millis;
use crate::catalogue::Estimate;
use crate::event::Progress;
use crate::request::TaskType;

/// Fastest and slowest polling (music: "Poll every 3–5s", speech: "every 2–5s").
const fn band(task: TaskType) -> (Millis, Millis) {
    match task {
        TaskType::TextToMusic => (3_000, 5_000),
        TaskType::TextToSpeech => (2_000, 5_000),
    }
}

/// The rest before the next poll: the slow end before the lower estimate, the fast end around the
/// estimate, the slow end again once it is well past. The poll that would jump over the lower
/// estimate comes at it.
pub(crate) fn rest(task: TaskType, estimate: Estimate, elapsed: Millis) -> Millis {
    let (fast, slow) = band(task);
    let min = Millis::from(estimate.min_seconds) * 1_000;
    let max = Millis::from(estimate.max_seconds) * 1_000;
    if elapsed < min {
        (min - elapsed).clamp(fast, slow)
    } else if elapsed <= max + max / 4 {
        fast
    } else {
        slow
    }
}

/// How often the user hears of the progress (music: "Send Progress Every", speech: step 2).
pub(crate) fn progress_interval(task: TaskType, model_id: &str) -> Millis {
    match (task, model_id) {
        (TaskType::TextToMusic, "GenBGM" | "GenSong") => 10_000,
        (TaskType::TextToMusic, _) => 15_000,
        (TaskType::TextToSpeech, _) => 10_000,
    }
}

/// The longest wait for the audio where the caller sets none.
pub(crate) const fn deadline(task: TaskType) -> Millis {
    match task {
        TaskType::TextToMusic => 480_000,
        TaskType::TextToSpeech => 300_000,
    }
}

/// `P = min(95, floor(elapsed / estimated_max * 100))` (music: step 2).
pub(crate) fn progress(estimate: Estimate, elapsed: Millis) -> Progress {
    const CAP: u64 = 95;
    let estimated_max = Millis::from(estimate.max_seconds) * 1_000;
    let percent = (elapsed.saturating_mul(100) / estimated_max.max(1)).min(CAP);
    Progress {
        percent: u8::try_from(percent).unwrap_or(95),
        elapsed,
        estimated_max,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUNO: Estimate = Estimate {
        min_seconds: 90,
        max_seconds: 150,
    };

    #[test]
    fn polling_is_slow_first_fast_around_the_estimate_and_slow_at_last() {
        let rest = |elapsed| rest(TaskType::TextToMusic, SUNO, elapsed);
        assert_eq!(rest(0), 5_000);
        assert_eq!(rest(86_000), 4_000);
        assert_eq!(rest(89_500), 3_000);
        assert_eq!(rest(90_000), 3_000);
        assert_eq!(rest(187_500), 3_000);
        assert_eq!(rest(187_501), 5_000);
    }

    #[test]
    fn progress_follows_the_formula_and_stops_at_95() {
        let percent = |elapsed| progress(SUNO, elapsed).percent;
        assert_eq!([0, 1_499, 1_500, 75_000].map(percent), [0, 0, 1, 50]);
        assert_eq!([142_500, 150_000, u64::MAX].map(percent), [95, 95, 95]);
    }
}
