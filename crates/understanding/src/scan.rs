//! Finds the phrases of the tables in a normalised text, and gathers what they say together.

use super::normalize::{is_word, words};
use super::triggers::{AFTER_VOICE, BEFORE_VOICE, FILLERS, Hint, Means, NEGATIONS, Row, TABLES};
use super::voices::{Gender, Scene, Spoken, voices};
use super::{About, VoiceWish};
use crate::prelude::*;
use crate::request::TaskType;

/// A setting that may be named once, or in contradictory ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Slot<T> {
    #[default]
    Empty,
    One(T),
    Several,
}

impl<T: Copy + PartialEq> Slot<T> {
    fn put(&mut self, value: T) {
        *self = match *self {
            Self::Empty => Self::One(value),
            Self::One(known) if known == value => Self::One(known),
            _ => Self::Several,
        };
    }

    pub(super) fn one(self) -> Option<T> {
        match self {
            Self::One(value) => Some(value),
            _ => None,
        }
    }
}

/// What a text says, before it is weighed.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    strong: Slot<TaskType>,
    weak: Slot<TaskType>,
    /// Named models, each once, in the order of the text.
    pub(super) models: Vec<&'static str>,
    pub(super) engine: Slot<&'static str>,
    pub(super) doubao: bool,
    pub(super) bgm: bool,
    pub(super) instrumental: bool,
    pub(super) song: bool,
    pub(super) vocals: bool,
    pub(super) best: bool,
    pub(super) gender: Slot<Gender>,
    pub(super) lyrics: bool,
    pub(super) auto_lyrics: bool,
    pub(super) emotion: Slot<&'static str>,
    pub(super) rate: Slot<i16>,
    pub(super) volume: Slot<i16>,
    pub(super) style: Slot<&'static str>,
    /// Settings that were named without a usable value.
    pub(super) open: Vec<About>,
    pub(super) scene: Slot<Scene>,
    pub(super) spoken: Slot<Spoken>,
    /// Named voices, each once.
    pub(super) voices: Vec<String>,
    /// A named model is to be used, or from now on.
    pub(super) switch: bool,
    pub(super) remember: bool,
    /// From now on this one, whichever it is.
    pub(super) remember_this: bool,
    /// From now on, whatever it belongs to.
    pub(super) always: bool,
    pub(super) cheapest: bool,
}

impl Findings {
    /// The task that the text speaks of; none where it names none or both.
    pub(super) fn task(&self) -> Option<TaskType> {
        match self.strong {
            Slot::Empty => self.weak.one(),
            strong => strong.one(),
        }
    }

    /// Whether it speaks of a task at all.
    pub(super) fn hints(&self) -> bool {
        self.strong != Slot::Empty || self.weak != Slot::Empty
    }

    fn add_model(&mut self, id: &'static str) {
        if !self.models.contains(&id) {
            self.models.push(id);
        }
    }

    fn add_voice(&mut self, id: &str) {
        if !self.voices.iter().any(|known| known == id) {
            self.voices.push(id.to_owned());
        }
    }

    /// The voice, where exactly one is named or one gender.
    pub(super) fn voice(&self) -> Option<VoiceWish> {
        match self.voices.as_slice() {
            [one] => Some(VoiceWish::Named(one.clone())),
            [] => self.gender.one().map(VoiceWish::Sounds),
            _ => None,
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
        let before = text.get(..hit.start).unwrap_or_default();
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
        match hit.hint {
            Hint::Strong(task) => found.strong.put(task),
            Hint::Weak(task) => found.weak.put(task),
            Hint::Either => {}
        }
        found.add(
            hit.means,
            before,
            after,
            next.is_some_and(|next| is_model(next.means)),
        );
    }
    found.speaker_ids(text);
    found
}

impl Findings {
    fn add(&mut self, means: Means, before: &str, after: &str, model_follows: bool) {
        match means {
            Means::Nothing | Means::Word(_) => {}
            Means::Model(id) => self.add_model(id),
            Means::Engine(version) => {
                self.add_model("sonic");
                self.engine.put(version);
            }
            Means::DouBao => self.doubao = true,
            Means::Bgm => self.bgm = true,
            Means::Instrumental => self.instrumental = true,
            Means::Song => self.song = true,
            Means::Vocals => self.vocals = true,
            Means::Best => self.best = true,
            Means::Voice(gender) => self.gender.put(gender),
            Means::Named(id) => {
                if voice_is_meant(before, after) {
                    self.add_voice(id);
                }
            }
            Means::Lyrics => self.lyrics = true,
            Means::AutoLyrics => self.auto_lyrics = true,
            Means::Emotion(emotion) => self.emotion.put(emotion),
            Means::Rate(rate) => self.rate.put(rate),
            Means::Volume(volume) => self.volume.put(volume),
            Means::Style(style) => self.style.put(style),
            Means::Setting(about) => match (about, number(after)) {
                (About::Rate, Some(rate)) => self.rate.put(rate),
                (About::Volume, Some(volume)) => self.volume.put(volume),
                _ => self.open.push(about),
            },
            Means::Scene(scene) => self.scene.put(scene),
            Means::Speaks(spoken) => self.spoken.put(spoken),
            Means::Use => self.switch |= model_follows,
            Means::Remember => {
                self.remember |= model_follows;
                self.always = true;
            }
            Means::RememberThis => self.remember_this = true,
            Means::Always => self.always = true,
            Means::Cheapest => self.cheapest = true,
        }
    }

    /// What a negated phrase still says: "no lyrics" is a wish for instrumental music.
    fn retract(&mut self, means: Means) {
        match means {
            Means::Vocals => {
                self.instrumental = true;
                self.strong.put(TaskType::TextToMusic);
            }
            Means::Instrumental => {
                self.vocals = true;
                self.strong.put(TaskType::TextToMusic);
            }
            _ => {}
        }
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

fn is_model(means: Means) -> bool {
    matches!(means, Means::Model(_) | Means::Engine(_) | Means::DouBao)
}

/// The leftmost phrases of the tables and of further ones, the longest at each place, none
/// overlapping. Of two alike the further ones count.
pub(super) fn hits(text: &str, further: &[&'static [Row]]) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut start = 0;
    let mut previous = None;
    while let Some(rest) = text.get(start..)
        && let Some(first) = rest.chars().next()
    {
        // No phrase begins within a word, which spares most of the work.
        let within = previous.is_some_and(is_word) && is_word(first);
        let found = (!within)
            .then(|| longest(rest, previous, further))
            .flatten();
        match found {
            Some((length, hint, means)) => {
                let end = start + length;
                hits.push(Hit {
                    start,
                    end,
                    hint,
                    means,
                });
                previous = rest.get(..length).and_then(|found| found.chars().last());
                start = end;
            }
            None => {
                previous = Some(first);
                start += first.len_utf8();
            }
        }
    }
    hits
}

/// The longest phrase at the beginning of `rest`: its length in bytes and what it says.
fn longest(
    rest: &str,
    previous: Option<char>,
    further: &[&'static [Row]],
) -> Option<(usize, Hint, Means)> {
    let mut best: Option<(usize, Hint, Means)> = None;
    let mut offer = |phrase: &str, hint, means| {
        if let Some(length) = matching(rest, phrase, previous)
            && best.is_none_or(|(longest, ..)| length > longest)
        {
            best = Some((length, hint, means));
        }
    };
    for row in further.iter().chain(&TABLES).copied().flatten() {
        for phrase in row.phrases() {
            offer(phrase, row.hint, row.means);
        }
    }
    for voice in voices() {
        offer(voice.spoken_name(), Hint::Either, Means::Named(voice.id));
    }
    best
}

/// How many bytes of `text` a phrase takes, at a word's boundary. ASCII case does not matter.
fn matching(text: &str, phrase: &str, previous: Option<char>) -> Option<usize> {
    let mut rest = text.chars();
    let mut last = None;
    for wanted in phrase.chars() {
        let c = rest.next()?;
        let gap = wanted == ' ' && matches!(c, '-' | '.' | '_');
        if !gap && c != wanted.to_ascii_lowercase() {
            return None;
        }
        if last.is_none() && is_word(c) && previous.is_some_and(is_word) {
            return None;
        }
        last = Some(c);
    }
    let rest = rest.as_str();
    if last.is_some_and(is_word) && rest.starts_with(is_word) {
        return None;
    }
    Some(text.len() - rest.len())
}

/// Whether a phrase is taken back by the words before it.
fn negated(text: &str, hit: &Hit) -> bool {
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

/// What stands before a last word; none where the text ends otherwise, or within a word.
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
    let after = after
        .strip_prefix(" 2.0")
        .or_else(|| after.strip_prefix("2.0"))
        .unwrap_or(after);
    let rest = after.trim_start_matches([' ', '"']);
    BEFORE_VOICE
        .iter()
        .any(|word| ending(before, word).is_some())
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
