//! The head of a frame of MPEG audio.

/// Kilobits per second by index, for the layers I, II and III of version 1, and for layer I and the
/// others of version 2.
#[rustfmt::skip]
const BITRATES: [[u64; 14]; 5] = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// Samples per second of version 1; half of them in version 2, a quarter in 2.5.
const RATES: [u64; 3] = [44_100, 48_000, 32_000];

/// A frame of MPEG audio, by what its head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MpegFrame {
    /// The layer: 1, 2 or 3.
    pub layer: u8,
    /// The length of the frame with its head, in bytes.
    pub length: u64,
    /// Samples per second.
    pub rate: u64,
    /// Samples of each channel in the frame.
    pub samples: u64,
    /// Whether it has one channel.
    pub is_mono: bool,
    is_first_version: bool,
}

impl MpegFrame {
    /// Reads a head. None if these bytes are none, or don't say how long the frame is.
    pub fn read(head: [u8; 4]) -> Option<Self> {
        let [0xff, second, third, fourth] = head else {
            return None;
        };
        let divisor = match second & 0b1111_1000 {
            0b1111_1000 => 1,
            0b1111_0000 => 2,
            0b1110_0000 => 4,
            _ => return None,
        };
        let layer: u8 = match second & 0b110 {
            0b110 => 1,
            0b100 => 2,
            0b010 => 3,
            _ => return None,
        };
        let is_first_version = divisor == 1;
        let table = match (is_first_version, layer) {
            (true, layer) => usize::from(layer - 1),
            (false, 1) => 3,
            (false, _) => 4,
        };
        let index = usize::from(third >> 4).checked_sub(1)?;
        let bits = BITRATES.get(table)?.get(index)? * 1_000;
        let rate = RATES.get(usize::from(third >> 2 & 3))? / divisor;
        let padding = u64::from(third >> 1 & 1);
        let samples = match (layer, is_first_version) {
            (1, _) => 384,
            (3, false) => 576,
            _ => 1_152,
        };
        let length = match layer {
            1 => (12 * bits / rate + padding) * 4,
            _ => samples / 8 * bits / rate + padding,
        };
        Some(Self {
            layer,
            length,
            rate,
            samples,
            is_mono: fourth >> 6 == 3,
            is_first_version,
        })
    }

    /// How far from its beginning a note on the number of frames stands, if the frame is the first one.
    pub(super) const fn note(&self) -> u64 {
        let side = match (self.is_first_version, self.is_mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        4 + side
    }
}
