//! Samples to a WAV file.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

/// The file could not be written; a file of more than 4 GiB, for example.
pub(crate) type WavError = hound::Error;

/// The loudest sample of a file, of 1.
const PEAK: f32 = 0.8;

/// A mono file of 16 bit, as loud as it may be.
pub(super) fn encode(sample_rate: u32, samples: &[f32]) -> Result<Vec<u8>, WavError> {
    let spec = WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let loudest = samples
        .iter()
        .fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
    let gain = if loudest > 0.0 { PEAK / loudest } else { 0.0 };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec)?;
    for sample in samples {
        writer.write_sample((sample * gain * f32::from(i16::MAX)) as i16)?;
    }
    writer.finalize()?;
    Ok(file.into_inner())
}
