//! A small melody: chords, a bass and a lead in one key, all from the prompt.

use std::f32::consts::TAU;

use crate::random::Random;

/// Samples per second.
pub(super) const SAMPLE_RATE: u32 = 22_050;

/// Semitones above the key of a chord's root and its third; major or minor as the key has it.
type Chord = (i32, i32);

/// Four chords, two bars each.
const PROGRESSIONS: [[Chord; 4]; 4] = [
    [(0, 4), (7, 4), (9, 3), (5, 4)],
    [(9, 3), (5, 4), (0, 4), (7, 4)],
    [(0, 4), (9, 3), (2, 3), (7, 4)],
    [(2, 3), (7, 4), (0, 4), (9, 3)],
];

/// The steps of the lead: a scale in which no two notes clash.
const PENTATONIC: [i32; 8] = [0, 2, 4, 7, 9, 12, 14, 16];

/// One clip of music.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Melody {
    seconds: u32,
    beats_per_minute: u32,
    /// Distinguishes prompts, and the clips of one prompt.
    seed: String,
}

/// A tone to be added to the mix; times in seconds, pitch in semitones above A4 (440 Hz).
struct Note {
    start: f32,
    length: f32,
    pitch: i32,
    loudness: f32,
    /// How long it takes to reach its loudness.
    attack: f32,
    /// The share of the octave above the tone.
    brightness: f32,
}

impl Melody {
    /// The melody of a prompt, a different one for each clip. A tempo in the prompt ("90 BPM") is
    /// kept.
    pub(super) fn new(prompt: &str, index: u32) -> Self {
        let seed = format!("{index}/{prompt}");
        let mut random = Random::of(&seed);
        let seconds = 20 + random.below(11);
        let tempo = 76 + random.below(48);
        Self {
            seconds,
            beats_per_minute: tempo_in(prompt).unwrap_or(tempo),
            seed,
        }
    }

    /// Its length in whole seconds, 20 to 30.
    pub(super) fn seconds(&self) -> u32 {
        self.seconds
    }

    /// The samples, from silence to silence.
    pub(super) fn render(&self) -> Vec<f32> {
        let mut mix = vec![0.0; (self.seconds * SAMPLE_RATE) as usize];
        for note in self.notes() {
            note.add_to(&mut mix);
        }
        fade_out(&mut mix);
        mix
    }

    fn notes(&self) -> Vec<Note> {
        let mut random = Random::of(&self.seed);
        random.bits();
        let key = random.below(12) as i32 - 9;
        let progression = random.pick(&PROGRESSIONS).copied().unwrap_or_default();
        let beat = 60.0 / self.beats_per_minute as f32;
        let bar = 4.0 * beat;
        let bars = (self.seconds as f32 / bar).ceil() as usize;
        let mut notes = Vec::new();
        let mut step = random.below(5) as i32;
        for (number, (root, third)) in progression.iter().cycle().take(bars).enumerate() {
            let start = number as f32 * bar;
            let root = key + root;
            for interval in [0, *third, 7] {
                notes.push(Note {
                    start,
                    length: bar,
                    pitch: root + interval - 12,
                    loudness: 0.12,
                    attack: 0.15,
                    brightness: 0.2,
                });
            }
            for half in 0_u8..2 {
                notes.push(Note {
                    start: start + f32::from(half) * 2.0 * beat,
                    length: 1.8 * beat,
                    pitch: root - 24,
                    loudness: 0.3,
                    attack: 0.02,
                    brightness: 0.4,
                });
            }
            for eighth in 0_u8..8 {
                // Rests, so that the lead breathes.
                if random.below(10) < 4 {
                    continue;
                }
                step = (step + random.below(5) as i32 - 2).clamp(0, 7);
                let interval = PENTATONIC.get(step as usize).copied().unwrap_or_default();
                notes.push(Note {
                    start: start + f32::from(eighth) * beat / 2.0,
                    length: 0.9 * beat,
                    pitch: key + interval,
                    loudness: 0.22,
                    attack: 0.012,
                    brightness: 0.5,
                });
            }
        }
        notes
    }
}

impl Note {
    fn add_to(&self, mix: &mut [f32]) {
        let rate = SAMPLE_RATE as f32;
        let per_sample = 440.0 * (self.pitch as f32 / 12.0).exp2() * TAU / rate;
        let length = (self.length * rate) as usize;
        let start = (self.start * rate) as usize;
        for (number, sample) in mix.iter_mut().skip(start).take(length).enumerate() {
            let phase = (number as f32 * per_sample) % TAU;
            let tone = phase.sin() + self.brightness * (2.0 * phase).sin();
            *sample += self.loudness * self.envelope(number as f32 / rate) * tone;
        }
    }

    /// Rises from 0, fades, and is 0 again at the end.
    fn envelope(&self, elapsed: f32) -> f32 {
        let rise = (elapsed / self.attack).min(1.0);
        let release = ((self.length - elapsed) / (0.3 * self.length)).clamp(0.0, 1.0);
        let decay = (-1.2 * elapsed / self.length).exp();
        rise * release * decay
    }
}

/// The number before "BPM", where it is one that can be played.
fn tempo_in(prompt: &str) -> Option<u32> {
    let prompt = prompt.to_ascii_lowercase();
    let (before, _) = prompt.split_once("bpm")?;
    let before = before.trim_end();
    let digits = before.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let tempo = before.strip_prefix(digits)?.parse().ok()?;
    (40..=240).contains(&tempo).then_some(tempo)
}

fn fade_out(mix: &mut [f32]) {
    let length = 2 * SAMPLE_RATE as usize;
    for (number, sample) in mix.iter_mut().rev().take(length).enumerate() {
        *sample *= number as f32 / length as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_tempo_of_the_prompt() {
        assert_eq!(
            tempo_in("upbeat lo-fi hip hop, 90 BPM, no vocals"),
            Some(90)
        );
        assert_eq!(tempo_in("a 128bpm track"), Some(128));
        assert_eq!(tempo_in("9000 BPM"), None);
        assert_eq!(tempo_in("slow"), None);
    }

    #[test]
    fn has_no_clicks() {
        let melody = Melody::new("calm ambient piano background", 0);
        let samples = melody.render();
        let loudest = samples.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
        let jump = samples
            .windows(2)
            .fold(0.0_f32, |most, pair| most.max((pair[1] - pair[0]).abs()));
        // The steepest tone here (1.4 kHz with its octave) moves by less than this in a sample.
        assert!(jump < 0.4 * loudest, "jump {jump} of {loudest}");
        assert_eq!(samples[0], 0.0);
        assert_eq!(samples[samples.len() - 1], 0.0);
    }

    #[test]
    fn differs_by_prompt_and_clip_and_by_nothing_else() {
        let melody = |prompt, index| Melody::new(prompt, index).render();
        assert_eq!(melody("jazz", 0), melody("jazz", 0));
        assert_ne!(melody("jazz", 0), melody("jazz", 1));
        assert_ne!(melody("jazz", 0), melody("rock", 0));
    }
}
