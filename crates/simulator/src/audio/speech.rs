//! A voice-like sound: a buzz through vowel formants, one syllable after the other, as long as the
//! text takes to read.

use std::f32::consts::{PI, TAU};

use crate::random::Random;

/// Samples per second.
pub(super) const SAMPLE_RATE: u32 = 16_000;

/// The longest utterance, in seconds; what is longer is cut.
const LONGEST: u32 = 300;

/// The first three formants of a, e, i, o, u, in Hz.
const VOWELS: [[f32; 3]; 5] = [
    [800.0, 1200.0, 2600.0],
    [500.0, 1900.0, 2600.0],
    [300.0, 2300.0, 3000.0],
    [500.0, 900.0, 2500.0],
    [320.0, 800.0, 2400.0],
];

/// A spoken text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Utterance {
    text: String,
    /// Pitch of the voice, in Hz.
    pitch: f32,
    /// 1 is normal, 2 twice as fast.
    pace: f32,
}

/// A stretch of the utterance, in milliseconds at normal pace.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Segment {
    Syllable { length: u32, vowel: [f32; 3] },
    Pause(u32),
}

impl Segment {
    fn milliseconds(self) -> u32 {
        match self {
            Self::Syllable { length, .. } | Self::Pause(length) => length,
        }
    }
}

impl Utterance {
    /// A text in the voice of a speaker id; `rate` is the service's `speech_rate`, -50 to 100.
    pub(super) fn new(text: &str, speaker: &str, rate: f64) -> Self {
        let base = if speaker.contains("_male_") {
            115.0
        } else {
            205.0
        };
        let own = Random::of(speaker).between(-15.0, 15.0) as f32;
        Self {
            text: text.to_owned(),
            pitch: base + own,
            pace: 1.0 + (rate.clamp(-50.0, 100.0) / 100.0) as f32,
        }
    }

    /// Its length in whole seconds, at least 1.
    pub(super) fn seconds(&self) -> u32 {
        let spoken: u32 = segments(&self.text)
            .into_iter()
            .map(Segment::milliseconds)
            .sum();
        ((spoken as f32 / 1000.0 / self.pace).ceil() as u32).clamp(1, LONGEST)
    }

    /// The samples; silence fills the last second.
    pub(super) fn render(&self) -> Vec<f32> {
        let length = (self.seconds() * SAMPLE_RATE) as usize;
        let mut samples = Vec::with_capacity(length);
        let mut voice = Voice::default();
        for segment in segments(&self.text) {
            let seconds = segment.milliseconds() as f32 / 1000.0 / self.pace;
            let count = (seconds * SAMPLE_RATE as f32) as usize;
            match segment {
                Segment::Pause(_) => samples.resize(samples.len() + count, 0.0),
                Segment::Syllable { vowel, .. } => {
                    for number in 0..count {
                        let place = number as f32 / count as f32;
                        // The pitch falls a little within each syllable.
                        let pitch = self.pitch * (1.06 - 0.12 * place);
                        // A hump from silence to silence, so that syllables join without clicks.
                        let hump = (PI * place).sin();
                        samples.push(hump * voice.next(pitch, vowel));
                    }
                }
            }
            if samples.len() >= length {
                break;
            }
        }
        samples.resize(length, 0.0);
        samples
    }
}

/// A buzz and the three resonances it goes through.
#[derive(Default)]
struct Voice {
    phase: f32,
    resonances: [Resonance; 3],
}

impl Voice {
    fn next(&mut self, pitch: f32, vowel: [f32; 3]) -> f32 {
        self.phase = (self.phase + pitch / SAMPLE_RATE as f32) % 1.0;
        // Short pulses: rich in overtones, as vocal cords are.
        let buzz = (1.0 - 8.0 * self.phase).max(0.0);
        self.resonances
            .iter_mut()
            .zip(vowel)
            .zip([1.0, 0.6, 0.25])
            .map(|((resonance, formant), share)| share * resonance.next(buzz, formant))
            .sum()
    }
}

/// A two-pole filter of 100 Hz bandwidth.
#[derive(Clone, Copy, Default)]
struct Resonance {
    last: f32,
    before: f32,
}

impl Resonance {
    fn next(&mut self, input: f32, frequency: f32) -> f32 {
        let rate = SAMPLE_RATE as f32;
        let radius = (-PI * 100.0 / rate).exp();
        let turn = 2.0 * radius * (TAU * frequency / rate).cos();
        let output = (1.0 - radius) * input + turn * self.last - radius * radius * self.before;
        self.before = self.last;
        self.last = output;
        output
    }
}

/// A syllable for each Chinese character and for every three letters of other words, a pause for
/// each mark and space.
fn segments(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut letters = 0;
    for character in text.chars() {
        letters = if is_letter(character) { letters + 1 } else { 0 };
        if letters > 0 && letters % 3 != 1 {
            continue;
        }
        segments.push(if character.is_whitespace() {
            Segment::Pause(50)
        } else if character.is_alphanumeric() {
            let vowel = Random::of(&character.to_string()).pick(&VOWELS).copied();
            Segment::Syllable {
                length: if letters > 0 { 190 } else { 240 },
                vowel: vowel.unwrap_or_default(),
            }
        } else {
            Segment::Pause(300)
        });
    }
    segments
}

/// A letter of a script that writes sounds, of which several make a syllable.
fn is_letter(character: char) -> bool {
    character.is_alphabetic() && u32::from(character) < 0x2e80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str, rate: f64) -> u32 {
        Utterance::new(text, "zh_male_sophie_uranus_bigtts", rate).seconds()
    }

    #[test]
    fn the_length_follows_the_text_and_the_rate() {
        assert_eq!(seconds("", 0.0), 1);
        assert_eq!(seconds("欢迎来到 IMA Studio。", 0.0), 2);
        let verse = "床前明月光,疑是地上霜。举头望明月,低头思故乡。".repeat(4);
        assert_eq!(seconds(&verse, 0.0), 24);
        assert_eq!(seconds(&verse, 100.0), 12);
        assert_eq!(seconds(&verse, -50.0), 48);
        assert_eq!(seconds(&"长".repeat(10_000), 0.0), LONGEST);
    }

    #[test]
    fn a_syllable_sounds_and_a_pause_does_not() {
        let samples = Utterance::new("啊。啊", "", 0.0).render();
        let energy = |from: f32, to: f32| -> f32 {
            let at = |seconds: f32| (seconds * SAMPLE_RATE as f32) as usize;
            samples[at(from)..at(to)]
                .iter()
                .map(|sample| sample * sample)
                .sum()
        };
        assert!(energy(0.0, 0.23) > 0.01);
        assert_eq!(energy(0.25, 0.53), 0.0);
        assert!(energy(0.55, 0.77) > 0.01);
        assert_eq!(energy(0.8, 1.0), 0.0);
    }
}
