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

/// The wait before the first poll: as long as pays for the fast polls around the estimate, so that
/// tasks within their estimates take no more polls than at a steady slow rhythm. Never beyond the
/// lower estimate.
pub(crate) fn first(task: TaskType, estimate: Estimate) -> Millis {
    let (fast, slow) = band(task);
    let min = Millis::from(estimate.min_seconds) * 1_000;
    let max = Millis::from(estimate.max_seconds) * 1_000;
    // Over the estimate's range fast polls exceed slow ones by span/2 * (1/fast - 1/slow). The poll
    // at the lower estimate is one more, and the wide guess for speech is to be paid for, too. What
    // is there after 30 s is delivered and not reported on.
    let debt = max.saturating_sub(min).saturating_mul(slow - fast) / (2 * fast);
    (debt + 2 * slow - 500).min(min).max(fast)
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

    fn span(task: TaskType, min_seconds: u32, max_seconds: u32) -> (TaskType, Estimate) {
        let estimate = Estimate {
            min_seconds,
            max_seconds,
        };
        (task, estimate)
    }

    /// Polls until a task of this duration is seen, and how long it was ready by then.
    fn polls(task: TaskType, estimate: Estimate, duration: Millis) -> (u64, Millis) {
        let mut now = first(task, estimate);
        let mut count = 1;
        while now < duration {
            now += rest(task, estimate, now);
            count += 1;
        }
        (count, now - duration)
    }

    #[test]
    fn within_the_live_estimates_delivery_is_prompt_at_no_more_polls_than_every_five_seconds() {
        let music = TaskType::TextToMusic;
        let live = [
            span(music, 90, 150),
            span(music, 60, 120),
            span(music, 90, 150),
            span(TaskType::TextToSpeech, 10, 20),
            // The live list names none for this model: the requirements' own.
            span(TaskType::TextToSpeech, 5, 30),
        ];
        let (mut adaptive, mut steady) = (0, 0);
        for (task, estimate) in live {
            let range = estimate.min_seconds * 10..=estimate.max_seconds * 10;
            let durations: Vec<Millis> = range.map(|tenth| Millis::from(tenth) * 100).collect();
            let polled = durations
                .iter()
                .map(|duration| polls(task, estimate, *duration));
            let (counts, delays): (Vec<u64>, Vec<u64>) = polled.unzip();
            adaptive += counts.iter().sum::<u64>();
            steady += durations
                .iter()
                .map(|duration| duration.div_ceil(5_000))
                .sum::<u64>();
            let mean = delays.iter().sum::<u64>() / delays.len() as u64;
            assert!(mean <= 1_600, "{estimate:?}: {mean} ms");
        }
        assert!(adaptive <= steady, "{adaptive} polls against {steady}");
    }

    #[test]
    fn a_task_faster_than_its_estimate_is_not_left_lying() {
        for (task, estimate) in [
            span(TaskType::TextToMusic, 90, 150),
            span(TaskType::TextToMusic, 10, 25),
            span(TaskType::TextToSpeech, 5, 30),
        ] {
            let first = first(task, estimate);
            assert!(first <= 30_000 && first <= Millis::from(estimate.min_seconds) * 1_000);
            let (_, late) = polls(task, estimate, first + 1);
            assert!(late <= 5_000);
        }
    }

    #[test]
    fn rests_stay_within_the_band_whatever_the_estimate() {
        for (task, fast) in [
            (TaskType::TextToMusic, 3_000),
            (TaskType::TextToSpeech, 2_000),
        ] {
            for max_seconds in [0, 1, 30, 600, u32::MAX] {
                for min_seconds in [0, 1, 30, u32::MAX] {
                    let estimate = Estimate {
                        min_seconds,
                        max_seconds,
                    };
                    assert!(first(task, estimate) >= fast);
                    for elapsed in [0, 1, 29_999, 30_000, 600_000, u64::MAX / 2] {
                        let rest = rest(task, estimate, elapsed);
                        assert!((fast..=5_000).contains(&rest), "{estimate:?} {elapsed}");
                    }
                }
            }
        }
    }

    #[test]
    fn progress_follows_the_formula_and_stops_at_95() {
        let percent = |elapsed| progress(SUNO, elapsed).percent;
        assert_eq!([0, 1_499, 1_500, 75_000].map(percent), [0, 0, 1, 50]);
        assert_eq!([142_500, 150_000, u64::MAX].map(percent), [95, 95, 95]);
    }
}
