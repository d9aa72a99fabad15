//! WAV: samples one after the other, faded at the seams.

use std::io::{self, Seek, Write};
use std::time::Duration;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::{Clip, Times};

/// Over how long the ends of a clip are faded, so that a seam makes no click.
const FADE: Duration = Duration::from_millis(4);

/// Joins clips of the same shape.
pub(super) fn join(clips: &[Clip], out: &mut (impl Write + Seek)) -> io::Result<Times> {
    let mut writer: Option<(WavSpec, WavWriter<_>)> = None;
    let mut out = Some(out);
    let mut times = Vec::with_capacity(clips.len());
    let mut frames = 0_u64;
    for clip in clips {
        let reader = WavReader::open(&clip.path).map_err(io::Error::other)?;
        let spec = reader.spec();
        let (known, writer) = match &mut writer {
            Some(writer) => writer,
            none => {
                let out = out.take().ok_or(io::ErrorKind::InvalidData)?;
                none.insert((spec, WavWriter::new(out, spec).map_err(io::Error::other)?))
            }
        };
        if spec != *known || spec.channels == 0 || spec.sample_rate == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let rate = u64::from(spec.sample_rate);
        let of = |length: Duration| {
            usize::try_from(length.as_millis() * u128::from(rate) / 1000).unwrap_or_default()
        };
        let length = u64::from(reader.duration());
        let seconds = |frames: u64| Duration::from_nanos(frames * 1_000_000_000 / rate);
        times.push((seconds(frames), seconds(length)));
        let channels = usize::from(spec.channels);
        let silence = of(clip.pause);
        match spec.sample_format {
            SampleFormat::Int => {
                let samples: Result<Vec<i32>, _> = reader.into_samples().collect();
                for sample in faded(samples.map_err(io::Error::other)?, channels, of(FADE)) {
                    writer.write_sample(sample).map_err(io::Error::other)?;
                }
                for _ in 0..silence * channels {
                    writer.write_sample(0_i32).map_err(io::Error::other)?;
                }
            }
            SampleFormat::Float => {
                let samples: Result<Vec<f32>, _> = reader.into_samples().collect();
                for sample in samples.map_err(io::Error::other)? {
                    writer.write_sample(sample).map_err(io::Error::other)?;
                }
                for _ in 0..silence * channels {
                    writer.write_sample(0_f32).map_err(io::Error::other)?;
                }
            }
        }
        frames += length + silence as u64;
    }
    if let Some((_, writer)) = writer {
        writer.finalize().map_err(io::Error::other)?;
    }
    Ok(times)
}

/// The samples, which begin and end at nothing.
fn faded(mut samples: Vec<i32>, channels: usize, frames: usize) -> Vec<i32> {
    let count = samples.len() / channels;
    let frames = frames.min(count / 2).max(1);
    for (index, sample) in samples.iter_mut().enumerate() {
        let frame = index / channels;
        let near = frame.min(count.saturating_sub(1).saturating_sub(frame));
        if near < frames {
            let scaled = i64::from(*sample) * near as i64 / frames as i64;
            *sample = i32::try_from(scaled).unwrap_or_default();
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::faded;

    #[test]
    fn a_clip_begins_and_ends_at_nothing() {
        let samples = faded(vec![1_000; 20], 2, 4);
        assert_eq!(samples[..8], [0, 0, 250, 250, 500, 500, 750, 750]);
        assert_eq!(samples[8..12], [1_000; 4]);
        assert_eq!(samples[18..], [0, 0]);
    }
}
