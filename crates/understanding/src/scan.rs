//! Finds the phrases of the tables in a normalised text, and gathers what they say together.

use super::normalize::{is_word, words};
use super::triggers::{AFTER_VOICE, BEFORE_VOICE, FILLERS, Hint, Means, NEGATIONS, Row, TABLES};
use super::voices::{Gender, Scene, Spoken, voices};
use super::{About, VoiceWish};
use crate::prelude::*;
use ima_core::request::TaskType;

/// A setting that may be named once, or in contradictory ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot<T> {
    Empty,
    One(T),
    Several,
}

impl<T: Copy + PartialEq> Slot<T> {
    fn of(values: impl Iterator<Item = T>) -> Self {
        values.fold(Self::Empty, |slot, value| match slot {
            Self::Empty => Self::One(value),
            Self::One(known) if known == value => slot,
            _ => Self::Several,
        })
    }

    pub(super) fn one(self) -> Option<T> {
        match self {
            Self::One(value) => Some(value),
            _ => None,
        }
    }

    /// The same without the value.
    pub(super) fn state(self) -> Slot<()> {
        match self {
            Self::Empty => Slot::Empty,
            Self::One(_) => Slot::One(()),
            Self::Several => Slot::Several,
        }
    }
}

/// What a text says, before it is weighed.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    hints: Vec<Hint>,
    said: Vec<Means>,
    /// Settings that were named without a usable value.
    pub(super) open: Vec<About>,
    /// Named voices, each once.
    pub(super) voices: Vec<String>,
    /// A named model is to be used.
    pub(super) switch: bool,
    /// A named model is to be used from now on.
    pub(super) remember: bool,
}

/// The settings that may have one value.
macro_rules! slots {
    ($($name:ident: $means:ident($value:ty),)*) => {
        impl Findings {
            $(pub(super) fn $name(&self) -> Slot<$value> {
                Slot::of(self.said.iter().filter_map(|means| match means {
                    Means::$means(value) => Some(*value),
                    _ => None,
                }))
            })*
        }
    };
}

slots! {
    engine: Engine(&'static str),
    gender: Voice(Gender),
    emotion: Emotion(&'static str),
    rate: Rate(i16),
    volume: Volume(i16),
    style: Style(&'static str),
    scene: Scene(Scene),
    spoken: Speaks(Spoken),
}

impl Findings {
    pub(super) fn says(&self, means: Means) -> bool {
        self.said.contains(&means)
    }

    /// Whether the user's own lyrics are to be sung.
    pub(super) fn lyrics(&self) -> bool {
        self.says(Means::Lyrics)
    }

    /// Named models, each once, in the order of the text.
    pub(super) fn models(&self) -> Vec<&'static str> {
        let mut models = Vec::new();
        for means in &self.said {
            let id = match means {
                Means::Model(id) => id,
                Means::Engine(_) => "sonic",
                _ => continue,
            };
            if !models.contains(&id) {
                models.push(id);
            }
        }
        models
    }

    /// The task that the text speaks of; none if it names none or both.
    pub(super) fn task(&self) -> Option<TaskType> {
        let of = |kind: fn(TaskType) -> Hint| {
            let tasks = [TaskType::TextToMusic, TaskType::TextToSpeech].into_iter();
            Slot::of(tasks.filter(|task| self.hints.contains(&kind(*task))))
        };
        match of(Hint::Strong) {
            Slot::Empty => of(Hint::Weak).one(),
            strong => strong.one(),
        }
    }

    /// Whether it speaks of a task at all.
    pub(super) fn hints(&self) -> bool {
        self.hints.iter().any(|hint| *hint != Hint::Either)
    }

    /// The voice, if exactly one is named or one gender.
    pub(super) fn voice(&self) -> Option<VoiceWish> {
        match self.voices.as_slice() {
            [one] => Some(VoiceWish::Named(one.clone())),
            [] => self.gender().one().map(VoiceWish::Sounds),
            _ => None,
        }
    }

    fn add_voice(&mut self, id: &str) {
        if !self.voices.iter().any(|known| known == id) {
            self.voices.push(id.to_owned());
        }
    }

    fn add(&mut self, means: Means, before: &str, after: &str, model_follows: bool) {
        match means {
            Means::Named(id) if voice_is_meant(before, after) => self.add_voice(id),
            Means::Setting(about) => match (about, number(after)) {
                (About::Rate, Some(rate)) => self.said.push(Means::Rate(rate)),
                (About::Volume, Some(volume)) => self.said.push(Means::Volume(volume)),
                _ => self.open.push(about),
            },
            Means::Use => self.switch |= model_follows,
            Means::Remember => self.remember |= model_follows,
            _ => {}
        }
        self.said.push(means);
    }

    /// What a negated phrase still says: "no lyrics" is a wish for instrumental music.
    fn retract(&mut self, means: Means) {
        let opposite = match means {
            Means::Vocals => Means::Instrumental,
            Means::Instrumental => Means::Vocals,
            _ => return,
        };
        self.said.push(opposite);
        self.hints.push(Hint::Strong(TaskType::TextToMusic));
    }

    /// Speaker ids that the user typed: any native one is a wish, a `BV*_streaming` one is not
    /// accepted by the service and makes the voice a question.
    fn speaker_ids(&mut self, text: &str) {
        for word in words(text) {
            if word.ends_with("_uranus_bigtts") {
                self.add_voice(word);
            } else if word.starts_with("bv") && word.ends_with("_streaming") {
                self.open.push(About::Voice);
            }
        }
    }
}

/// A phrase of the tables in a text.
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) hint: Hint,
    pub(super) means: Means,
}

/// Reads a normalised text.
pub(super) fn scan(text: &str) -> Findings {
    let mut found = Findings::default();
    let hits = hits(text, &[]);
    for (index, hit) in hits.iter().enumerate() {
        let after = text.get(hit.end..).unwrap_or_default();
        let next = hits.get(index + 1).filter(|next| {
            let gap = text.get(hit.end..next.start).unwrap_or_default().trim();
            (gap.is_empty() || FILLERS.contains(&gap)) && !negated(text, next)
        });
        if negated(text, hit) {
            found.retract(hit.means);
            continue;
        }
        // "把 Suno 换成豆包 BGM": what stands before is what the user leaves.
        let left = next.is_some_and(|next| next.means == Means::Use)
            && after.starts_with(['换', '改'])
            && hits.get(index + 2).is_some_and(|new| is_model(new.means));
        if left && is_model(hit.means) {
            continue;
        }
        found.hints.push(hit.hint);
        let before = text.get(..hit.start).unwrap_or_default();
        let model_follows = next.is_some_and(|next| is_model(next.means));
        found.add(hit.means, before, after, model_follows);
    }
    found.speaker_ids(text);
    found
}

pub(super) fn is_model(means: Means) -> bool {
    matches!(means, Means::Model(_) | Means::Engine(_) | Means::DouBao)
}

/// The leftmost phrases of the tables and of further ones, the longest at each place, none
/// overlapping. Of two alike the further one counts.
pub(super) fn hits(text: &str, further: &'static [Row]) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut start = 0;
    while let Some((before, rest)) = text.split_at_checked(start)
        && let Some(first) = rest.chars().next()
    {
        // No phrase begins within a word, which spares most of the work.
        let within = before.ends_with(is_word) && is_word(first);
        let hit = (!within).then(|| longest(rest, start, further)).flatten();
        start = hit.as_ref().map_or(start + first.len_utf8(), |hit| hit.end);
        hits.extend(hit);
    }
    hits
}

/// The longest phrase at the beginning of `rest`, which begins at `start`.
fn longest(rest: &str, start: usize, further: &'static [Row]) -> Option<Hit> {
    let mut best = None;
    let mut end = start;
    let mut offer = |phrase, hint, means| {
        if let Some(length) = matching(rest, phrase)
            && start + length > end
        {
            end = start + length;
            best = Some((hint, means));
        }
    };
    for row in further.iter().chain(TABLES.into_iter().flatten()) {
        for phrase in row.phrases() {
            offer(phrase, row.hint, row.means);
        }
    }
    for voice in voices() {
        offer(voice.spoken_name(), Hint::Either, Means::Named(voice.id));
    }
    let (hint, means) = best?;
    Some(Hit {
        start,
        end,
        hint,
        means,
    })
}

/// How many bytes of `text` a phrase takes, up to a word's end. ASCII case doesn't matter.
fn matching(text: &str, phrase: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in phrase.chars() {
        let c = rest.next()?;
        let gap = wanted == ' ' && matches!(c, '-' | '.' | '_');
        if !gap && c != wanted.to_ascii_lowercase() {
            return None;
        }
    }
    let rest = rest.as_str();
    let within = phrase.ends_with(is_word) && rest.starts_with(is_word);
    (!within).then_some(text.len() - rest.len())
}

/// Whether a phrase is taken back by the words before it.
pub(super) fn negated(text: &str, hit: &Hit) -> bool {
    let mut before = text.get(..hit.start).unwrap_or_default().trim_end();
    for filler in FILLERS {
        if let Some(shorter) = ending(before, filler) {
            before = shorter.trim_end();
            break;
        }
    }
    // "有没有" asks, and does not deny.
    !before.ends_with("有没有") && NEGATIONS.iter().any(|word| ending(before, word).is_some())
}

/// What stands before a last word; none if the text ends otherwise, or within a word.
pub(super) fn ending<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_suffix(word)?;
    let whole = !word.starts_with(is_word) || !rest.ends_with(is_word);
    whole.then_some(rest)
}

/// Whether the words around a voice's name ask for the voice, or the name stands by itself.
fn voice_is_meant(before: &str, after: &str) -> bool {
    const AROUND: [char; 5] = [' ', '"', ':', '-', '\''];
    let lone =
        |c: Option<char>| c.is_none_or(|c| matches!(c, ',' | ';' | '，' | '。' | '.' | '、'));
    let before = before.trim_end_matches(AROUND);
    let rest = after.trim_start_matches(' ');
    let rest = rest.strip_prefix("2.0").unwrap_or(rest);
    let rest = rest.trim_start_matches([' ', '"']);
    let mut asking = BEFORE_VOICE.iter();
    asking.any(|word| ending(before, word).is_some())
        || AFTER_VOICE.iter().any(|word| rest.starts_with(word))
        || (lone(before.chars().last()) && lone(rest.chars().next()))
}

/// The whole number within the service's range that follows a setting's name (speech: 「范围
/// [-50, 100]」).
fn number(after: &str) -> Option<i16> {
    let rest = after.trim_start_matches([' ', ':', '=', '为', '是', '调', '设', '到', '成']);
    let rest = rest.strip_prefix("to ").unwrap_or(rest);
    let (sign, digits) = match rest.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, rest.strip_prefix('+').unwrap_or(rest)),
    };
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let (digits, unit) = (digits.get(..end)?, digits.get(end..)?);
    let times = unit.starts_with(['.', '倍', 'x']);
    let value = sign * digits.parse::<i16>().ok()?;
    (!times && (-50..=100).contains(&value)).then_some(value)
}
