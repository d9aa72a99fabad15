//! What the service is like in one seed: its prices, its moods, and what becomes of its tasks.

use crate::random::Random;
use ima_core::Millis;

/// What the service does, decided before anything happens.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Points on the account.
    pub(crate) balance: u32,
    /// When the key stops being accepted.
    pub(crate) revoked: Option<Millis>,
    /// When prices and their ids change.
    pub(crate) repriced: Vec<Repricing>,
    /// The code that a stale price is refused with.
    pub(crate) stale: Stale,
    pub(crate) strict: Strict,
    /// When requests are answered with 429, and the seconds of `Retry-After`.
    pub(crate) limited: Option<Limited>,
    /// From when on the list names no usable price.
    pub(crate) priceless: Option<Millis>,
    /// Whether the service echoes the key wherever it can.
    pub(crate) echoes: bool,
    /// What becomes of each task, in the order of their creation.
    pub(crate) fates: [Fate; 4],
}

/// From when on prices differ by how much. Their ids change too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repricing {
    pub(crate) at: Millis,
    pub(crate) by: i32,
}

/// How a price of yesterday is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stale {
    Points,
    Attribute,
    Words,
}

/// What the service refuses although the list offers it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Strict {
    No,
    /// The parameter `tags`, with 6009.
    Tags,
    /// The price for two songs, with 6010.
    Pair,
    /// Every request, with this code.
    Always(i64),
}

/// A time of too many requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limited {
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    pub(crate) retry_after: Option<u64>,
}

/// What becomes of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    /// How long it takes, in milliseconds.
    pub(crate) takes: Millis,
    /// How long the detail answer denies the task, in milliseconds.
    pub(crate) hidden: Millis,
    /// What an unfinished task looks like.
    pub(crate) unfinished: Unfinished,
    pub(crate) end: TaskEnd,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Unfinished {
    Processing,
    NoList,
    EmptyList,
    NoUrl,
    /// One media is there, the other is not.
    Half,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum TaskEnd {
    One,
    Two,
    /// One media is there, the other failed.
    Half,
    /// `resource_status` 2.
    Resource,
    /// `resource_status` 3.
    Deleted,
    /// The status alone says so.
    Status,
    /// Another word, with a reason.
    Words,
    /// The state of the task itself.
    Task,
}

impl Plan {
    pub(crate) fn draw(random: &mut Random) -> Self {
        let balance = if random.chance(60) { 10 } else { 10_000 };
        let revoked = random.chance(60).then(|| random.below(600_000));
        let mut repriced = Vec::new();
        if random.chance(250) {
            for _ in 0..random.between(1, 6) {
                let at = random.pick(1_000, &[60_000, 600_000, 1_500_000]);
                let at = random.below(at);
                let by = random.pick(-1, &[0, 2, 7]);
                repriced.push(Repricing { at, by });
            }
        }
        let limited = random.chance(60).then(|| {
            let from = random.below(200_000);
            Limited {
                from,
                until: from + random.below(100_000),
                retry_after: random.pick(None, &[Some(1), Some(20), Some(59), Some(61), Some(700)]),
            }
        });
        let strict = random.pick(
            Strict::No,
            &[
                Strict::No,
                Strict::No,
                Strict::No,
                Strict::No,
                Strict::Tags,
                Strict::Tags,
                Strict::Pair,
            ],
        );
        let refused = random.pick(4014, &[6009, 6010, 6006, 400, 7001]);
        Self {
            balance,
            revoked,
            repriced,
            stale: random.pick(Stale::Points, &[Stale::Attribute, Stale::Words]),
            strict: if random.chance(80) {
                Strict::Always(refused)
            } else {
                strict
            },
            limited,
            priceless: random
                .chance(40)
                .then(|| random.pick(0, &[1_000, 100_000, 600_000])),
            echoes: random.chance(120),
            fates: std::array::from_fn(|_| Fate::draw(random)),
        }
    }

    /// Whether nothing that time alone brings can change the answers any more.
    pub(crate) fn is_settled(&self, now: Millis) -> bool {
        self.revoked.is_none()
            && self.limited.is_none_or(|limited| limited.until <= now)
            && self.priceless.is_none_or(|from| from <= now)
            && self.repriced.iter().all(|repricing| repricing.at <= now)
    }
}

impl Fate {
    fn draw(random: &mut Random) -> Self {
        let takes = match random.below(10) {
            0 => random.below(1_000),
            1..=5 => random.between(2_000, 60_000),
            6..=7 => random.between(60_000, 400_000),
            8 => random.between(400_000, 2_000_000),
            _ => Millis::MAX,
        };
        let end = random.pick(
            TaskEnd::Half,
            &[
                TaskEnd::Resource,
                TaskEnd::Deleted,
                TaskEnd::Status,
                TaskEnd::Words,
                TaskEnd::Task,
                TaskEnd::One,
                TaskEnd::One,
                TaskEnd::One,
                TaskEnd::Two,
                TaskEnd::Two,
                TaskEnd::Two,
                TaskEnd::Two,
            ],
        );
        Self {
            takes,
            hidden: if random.chance(60) {
                let briefly = random.below(20_000);
                random.pick(briefly, &[Millis::MAX, 0])
            } else {
                0
            },
            unfinished: random.pick(
                Unfinished::Processing,
                &[
                    Unfinished::NoList,
                    Unfinished::EmptyList,
                    Unfinished::NoUrl,
                    Unfinished::Half,
                ],
            ),
            end,
        }
    }
}
