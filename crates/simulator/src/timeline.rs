//! How tasks of a model behave: how long they take and how they end.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// The course of a task, in simulated seconds since its create request.
///
/// The default is what the model usually does: a duration within its estimate that follows from
/// the simulator's seed, two clips at a time for Suno, and success.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeline {
    /// When the last media has ended. Without it, a usual duration of the model.
    pub total_seconds: Option<f64>,
    /// When each media has ended, by index. Media beyond the list end at the total, or, where the
    /// list is empty, each a little before the next.
    pub media_seconds: Vec<f64>,
    /// Until when `resource_status` is null and `status` "pending"; afterwards 0 and "processing".
    /// Without it, a tenth of the media's duration.
    pub pending_seconds: Option<f64>,
    /// Until when the answer has no media at all.
    pub without_medias_seconds: f64,
    /// What stands in place of the media until then.
    pub missing_medias: MissingMedias,
    /// How long after its end a media gets its address.
    pub url_delay_seconds: f64,
    /// How every media ends that `media_outcomes` does not name.
    pub outcome: Outcome,
    /// How each media ends, by index.
    pub media_outcomes: Vec<Outcome>,
    /// The task's own `status`; none is sent without it.
    pub status: Option<String>,
    /// The number of media. Without it, two for each `n` of Suno and one for each `n` of others.
    pub clips: Option<u32>,
}

/// What `medias` is while there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingMedias {
    /// `[]`
    #[default]
    Empty,
    /// `null`
    Null,
}

/// How a media ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// `resource_status` 1, `status` "success".
    #[default]
    Success,
    /// `resource_status` 1, `status` "completed".
    Completed,
    /// Success with the address in `watermark_url` alone.
    Watermarked,
    /// Success, but the address never comes.
    WithoutUrl,
    /// `resource_status` 2, `status` "failed", this `error_msg`.
    Failed(String),
    /// `resource_status` 1 although `status` is "failed", this `error_msg`.
    FailedThoughAvailable(String),
    /// `resource_status` 3.
    Deleted,
    /// `resource_status` 0 with this `status` and `remark`.
    Ended {
        /// The state's word.
        status: String,
        /// What the service remarks.
        remark: String,
    },
    /// Success with the address in `preview_url` alone.
    PreviewOnly,
    /// A `resource_status` that the documents do not name, for ever.
    Unknown(i64),
    /// Stays at `resource_status` 0.
    Never,
}

impl Timeline {
    /// A successful task of this many simulated seconds.
    pub fn lasting(seconds: f64) -> Self {
        Self {
            total_seconds: Some(seconds),
            ..Self::default()
        }
    }

    /// A task that ends like this, after its usual time.
    pub fn ending(outcome: Outcome) -> Self {
        Self {
            outcome,
            ..Self::default()
        }
    }

    /// The number of media of a task that asked for `n`.
    pub(crate) fn clips(&self, model_id: &str, n: u32) -> u32 {
        let each = if model_id == "sonic" { 2 } else { 1 };
        self.clips.unwrap_or(n.saturating_mul(each))
    }

    /// The duration of a task in all, by this timeline or as the model usually takes.
    pub(crate) fn total(&self, model_id: &str, random: &mut Random) -> f64 {
        // Within the model's EET tag, where the catalogue has one.
        let (low, high) = match model_id {
            "sonic" => (95.0, 110.0),
            "GenBGM" => (70.0, 100.0),
            "GenSong" => (92.0, 100.0),
            "seed-tts-1.1" => (11.0, 14.0),
            "seed-tts-2.0" => (7.0, 9.0),
            _ => (20.0, 40.0),
        };
        let usual = random.between(low, high);
        self.total_seconds.unwrap_or(usual)
    }

    /// When the media of this index has ended, of `count` in a task of `total` seconds.
    pub(crate) fn media_end(&self, index: u32, count: u32, total: f64) -> f64 {
        if let Some(seconds) = self.media_seconds.get(index as usize) {
            return *seconds;
        }
        if !self.media_seconds.is_empty() {
            return total;
        }
        let behind = count.saturating_sub(index.saturating_add(1));
        total * (1.0 - 0.1 * f64::from(behind) / f64::from(count.max(1)))
    }

    /// How the media of this index ends.
    pub(crate) fn media_outcome(&self, index: u32) -> &Outcome {
        self.media_outcomes
            .get(index as usize)
            .unwrap_or(&self.outcome)
    }
}
