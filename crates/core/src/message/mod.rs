//! The texts of the user protocol, steps 0 to 4 (music and speech: "User Experience Protocol").
//!
//! A message names the model, times, points and the result, and nothing technical.

mod alternatives;
mod attempts;
mod reason;

pub(crate) use alternatives::alternatives;
pub(crate) use reason::help;

use crate::Millis;
use crate::catalogue::Estimate;
use crate::event::{Message, MessageKind, Progress, Started};
use crate::outcome::{Alternative, Cause, Charge, Media, Success};
use crate::prelude::*;
use crate::request::{Language, TaskType};
use Language::{En, Zh};
use TaskType::{TextToMusic, TextToSpeech};
use core::fmt::Write as _;

/// The texts for one generation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Messages {
    task: TaskType,
    language: Language,
}

impl Messages {
    pub(crate) fn new(task: TaskType, language: Language) -> Self {
        Self { task, language }
    }

    pub(crate) fn task(&self) -> TaskType {
        self.task
    }

    /// Step 0: the reply to the user's own message.
    pub(crate) fn acknowledged(&self) -> Message {
        let text = match (self.task, self.language) {
            (TextToMusic, Zh) => "好的！马上帮你生成音乐 🎵",
            (TextToMusic, En) => "OK! Starting your music 🎵",
            (TextToSpeech, Zh) => "好的，正在帮你把这段文字转成语音。",
            (TextToSpeech, En) => "OK, converting this text to speech.",
        };
        self.message(MessageKind::Reply, 0, text.to_owned())
    }

    /// Step 1: what it will be and cost, before it is spent. A habitual model is mentioned as such
    /// (music: "When to Read").
    pub(crate) fn started(&self, started: &Started, habitual: bool) -> Message {
        let Started {
            model_name: model,
            points,
            estimate,
            ..
        } = started;
        let (min, max) = (estimate.min_seconds, estimate.max_seconds);
        let text = match (self.language, habitual) {
            (Zh, true) => {
                let (icon, verb) = match self.task {
                    TextToMusic => ("🎵", "生成音乐"),
                    TextToSpeech => ("🔊", "合成语音"),
                };
                format!(
                    "{icon} 根据你的使用习惯，将用 {model} 帮你{verb}…\n• 模型：{model}（你的常用模型）\n• 预计耗时：{min} ~ {max} 秒\n• 消耗积分：{points} pts"
                )
            }
            (Zh, false) => {
                let heading = match self.task {
                    TextToMusic => "🎵 开始生成音乐，请稍候…",
                    TextToSpeech => "🔊 开始语音合成，请稍候…",
                };
                format!(
                    "{heading}\n• 模型：{model}\n• 预计耗时：{min} ~ {max} 秒\n• 消耗积分：{points} pts"
                )
            }
            (En, _) => {
                let heading = match (self.task, habitual) {
                    (TextToMusic, false) => "🎵 Starting music generation",
                    (TextToMusic, true) => "🎵 Starting music generation with your usual model",
                    (TextToSpeech, false) => "🔊 Starting speech synthesis",
                    (TextToSpeech, true) => "🔊 Starting speech synthesis with your usual model",
                };
                format!(
                    "{heading}, please wait {min}~{max} seconds…\n• Model: {model}\n• Credits: {points} pts"
                )
            }
        };
        self.message(MessageKind::Push, 1, text)
    }

    /// What a choice costs, in a phrase (music: "Cost transparency").
    pub(crate) fn cost(&self, model_id: &str, model_name: &str, points: u32) -> String {
        let full = model_id == TextToMusic.recommended_model();
        match (self.language, full) {
            (Zh, true) => format!("使用 {model_name}（{points} 积分，功能最全）"),
            (Zh, false) => format!("使用 {model_name}（{points} 积分）"),
            (En, true) => format!("Using {model_name} ({points} credits, full-featured)"),
            (En, false) => format!("Using {model_name} ({points} credits)"),
        }
    }

    /// Step 2: progress, with the overtime phrase beyond the estimate.
    pub(crate) fn progress(&self, progress: Progress) -> Message {
        let percent = progress.percent;
        let elapsed = seconds(progress.elapsed);
        let max = seconds(progress.estimated_max);
        let mut text = match (self.task, self.language) {
            (TextToMusic, Zh) => {
                format!("⏳ 音乐生成中… {percent}%\n已等待 {elapsed}s，预计最长 {max}s")
            }
            (TextToMusic, En) => {
                format!("⏳ Generating music… {percent}%\nWaited {elapsed}s, at most about {max}s")
            }
            (TextToSpeech, Zh) => {
                format!("⏳ 语音合成中… {percent}%\n已等待 {elapsed}s，预计最长 {max}s")
            }
            (TextToSpeech, En) => format!(
                "⏳ Synthesizing speech… {percent}%\nWaited {elapsed}s, at most about {max}s"
            ),
        };
        if progress.elapsed > progress.estimated_max {
            text.push_str(match self.language {
                Zh => "\n快好了，稍等…",
                En => "\nAlmost there, just a moment…",
            });
        }
        self.message(MessageKind::Push, 2, text)
    }

    /// Step 3: the audio as media, and its links in the caption.
    pub(crate) fn succeeded(&self, success: &Success, estimate: Estimate) -> Message {
        let Success {
            model_name, points, ..
        } = success;
        let Estimate {
            min_seconds: min,
            max_seconds: max,
        } = estimate;
        let actual = seconds(success.elapsed);
        let mut text = match (self.task, self.language) {
            (TextToMusic, Zh) => format!(
                "✅ 音乐生成成功！\n• 模型：{model_name}\n• 耗时：预计 {min}~{max}s，实际 {actual}s\n• 消耗积分：{points} pts"
            ),
            (TextToMusic, En) => format!(
                "✅ Your music is ready!\n• Model: {model_name}\n• Time: estimated {min}~{max}s, actual {actual}s\n• Credits: {points} pts"
            ),
            (TextToSpeech, Zh) => format!(
                "✅ 语音合成成功！\n• 模型：{model_name}\n• 耗时：{actual}s\n• 消耗积分：{points} pts"
            ),
            (TextToSpeech, En) => format!(
                "✅ Your speech is ready!\n• Model: {model_name}\n• Time: {actual}s\n• Credits: {points} pts"
            ),
        };
        self.link(&mut text, &success.medias);
        Message {
            media: urls(&success.medias),
            ..self.message(MessageKind::Push, 3, text)
        }
    }

    /// The links of what is there, a line each.
    fn link(&self, text: &mut String, medias: &[Media]) {
        let label = match self.language {
            Zh => "🔗 原始链接：",
            En => "🔗 Link: ",
        };
        for media in medias {
            // Writing to a string does not fail.
            let _ = write!(text, "\n{label}{}", media.url);
        }
    }

    /// Adds what is there all the same to a message of failure.
    pub(crate) fn attach(&self, message: Message, medias: &[Media]) -> Message {
        let mut text = message.text;
        self.link(&mut text, medias);
        Message {
            text,
            media: urls(medias),
            ..message
        }
    }

    /// Step 4: why there is no audio, and what became of the points. Gives the push, and the reason
    /// alone.
    pub(crate) fn failed(
        &self,
        cause: &Cause,
        charge: Charge,
        alternatives: &[Alternative],
    ) -> (Message, String) {
        let reason = reason::reason(cause, self.task, self.language);
        let heading = self.heading(cause, charge);
        let points = self.points(cause, charge);
        let mut text = match self.language {
            Zh => format!("{heading}\n• 原因：{reason}\n• 积分：{points}"),
            En => format!("{heading}\n• Reason: {reason}\n• Credits: {points}"),
        };
        self.suggest(&mut text, cause, alternatives);
        (self.message(MessageKind::Push, 4, text), reason)
    }

    /// What to try instead, where another try makes sense.
    fn suggest(&self, text: &mut String, cause: &Cause, alternatives: &[Alternative]) {
        if alternatives.is_empty() && !cause.suggests_another_model() {
            return;
        }
        match (self.task, self.language) {
            (TextToMusic, _) if alternatives.is_empty() => {}
            (TextToMusic, Zh) => text.push_str("\n• 建议改用："),
            (TextToMusic, En) => text.push_str("\n• Try instead:"),
            (TextToSpeech, Zh) => text.push_str("\n• 建议：换个模型重试或检查文本长度/内容"),
            (TextToSpeech, En) => {
                text.push_str(
                    "\n• Suggestion: another model, or check the text's length and content",
                );
            }
        }
        for alternative in alternatives {
            let Alternative {
                model_id,
                model_name,
                points,
            } = alternative;
            let feature = alternatives::feature(model_id, self.language);
            // Writing to a string does not fail.
            let _ = match (self.language, feature) {
                (Zh, Some(feature)) => {
                    write!(text, "\n  - {model_name}（{feature}，{points} pts）")
                }
                (Zh, None) => write!(text, "\n  - {model_name}（{points} pts）"),
                (En, Some(feature)) => write!(text, "\n  - {model_name} ({feature}, {points} pts)"),
                (En, None) => write!(text, "\n  - {model_name} ({points} pts)"),
            };
        }
        text.push_str(match self.language {
            Zh => "\n需要我帮你用其他模型重试吗？",
            En => "\nShall I try again with another model?",
        });
    }

    fn message(&self, kind: MessageKind, step: u8, text: String) -> Message {
        Message {
            kind,
            step,
            language: self.language,
            text,
            media: Vec::new(),
        }
    }

    fn heading(&self, cause: &Cause, charge: Charge) -> &'static str {
        match (cause, self.task, self.language) {
            (Cause::Cancelled, _, Zh) => "⏹ 已停止等待",
            (Cause::Cancelled, _, En) => "⏹ Stopped waiting",
            (Cause::UnknownTask, _, Zh) => "⚠️ 服务查不到这个任务",
            (Cause::UnknownTask, _, En) => "⚠️ The service does not know this task",
            // A paid task goes on, unless it failed itself.
            _ if charge == Charge::Yes && !matches!(cause, Cause::TaskFailed(_)) => {
                match (self.task, self.language) {
                    (TextToMusic, Zh) => "⏳ 音乐还在生成中",
                    (TextToMusic, En) => "⏳ The music is still being made",
                    (TextToSpeech, Zh) => "⏳ 语音还在合成中",
                    (TextToSpeech, En) => "⏳ The speech is still being made",
                }
            }
            (_, _, Zh) if charge == Charge::Unknown => "⚠️ 暂时无法确认是否已经开始",
            (_, _, En) if charge == Charge::Unknown => "⚠️ It is not certain whether this started",
            (_, TextToMusic, Zh) => "❌ 音乐生成失败",
            (_, TextToMusic, En) => "❌ Music generation failed",
            (_, TextToSpeech, Zh) => "❌ 语音合成失败",
            (_, TextToSpeech, En) => "❌ Speech synthesis failed",
        }
    }

    fn points(&self, cause: &Cause, charge: Charge) -> &'static str {
        match (charge, self.language) {
            (Charge::Yes, Zh) if matches!(cause, Cause::TaskFailed(_)) => "已扣除",
            (Charge::Yes, En) if matches!(cause, Cause::TaskFailed(_)) => "spent",
            (Charge::No, Zh) => "本次未扣除",
            (Charge::No, En) => "none were spent",
            (Charge::Yes, Zh) => "已扣除，继续等待不会再次扣除",
            (Charge::Yes, En) => "spent once; waiting on costs nothing more",
            (Charge::Unknown, Zh) => "可能已扣除，不会自动重新提交",
            (Charge::Unknown, En) => "perhaps spent; nothing is sent again by itself",
        }
    }
}

fn urls(medias: &[Media]) -> Vec<String> {
    medias.iter().map(|media| media.url.clone()).collect()
}

fn seconds(time: Millis) -> u64 {
    time / 1_000
}

#[cfg(test)]
mod tests;
