//! Numbers that look random and follow from a text alone, so that a run can be repeated.

/// A small generator (SplitMix64) whose state comes from a text.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The generator of this text: the same text gives the same numbers.
    pub(crate) fn of(text: &str) -> Self {
        // FNV-1a; std's hasher is not promised to stay the same between releases.
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A whole number from 0 up to but not including `limit`; 0 where the limit is 0.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        let scaled = (u64::from((self.bits() >> 32) as u32) * u64::from(limit)) >> 32;
        scaled as u32
    }

    /// A number from `low` up to but not including `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.bits() >> 11) as f64 / (1_u64 << 53) as f64;
        low + unit * (high - low)
    }

    /// One of the items; none of an empty list.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.below(u32::try_from(items.len()).unwrap_or(u32::MAX));
        items.get(index as usize)
    }
}
