//! Reflection: amending a create request that was refused for its parameters or its price (music:
//! "Reflection Mechanism"; `docs/wire.md`, "Refusals by code"). A refusal costs nothing, so trying
//! again is free; it happens at most twice.

use crate::catalogue::Catalogue;
use crate::event::{Amendment, Attempt};
use crate::message::Messages;
use crate::outcome::Cause;
use crate::quote::{Level, Priced, Quote};
use crate::request::{OnMismatch, Request};
use ima_wire::envelope::Refusal;

/// Create requests in one generation.
const ATTEMPTS: u8 = 3;

/// A create request as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Counted from 1.
    pub number: u8,
    level: Level,
    points: u32,
    attribute_id: u64,
    /// The price that the user was told.
    announced: u32,
}

/// A refused create request that will be amended.
#[derive(Debug)]
pub(crate) struct Refused {
    sent: Sent,
    refusal: Refusal,
    level: Level,
    /// Whether the list may be stale and is fetched again first.
    pub fetch: bool,
}

impl Sent {
    /// The first attempt.
    pub(crate) fn first(quote: &Quote) -> Self {
        Self::new(1, Level::AsAsked, quote, quote.points())
    }

    fn new(number: u8, level: Level, quote: &Quote, announced: u32) -> Self {
        Self {
            number,
            level,
            points: quote.points(),
            attribute_id: quote.attribute_id().get(),
            announced,
        }
    }

    /// What to do after a refusal. `Err`: it is the end.
    pub(crate) fn reflect(self, refusal: Refusal, request: &Request) -> Result<Refused, Refusal> {
        let stale = refusal.is_invalid_attribute();
        let (level, fetch) = match refusal.code {
            6006 => (self.level, true),
            6010 => (Level::Defaults, true),
            6009 => (Level::KnownOnly, false),
            _ if stale => (Level::KnownOnly, true),
            _ => return Err(refusal),
        };
        if self.number >= ATTEMPTS || request.on_mismatch == OnMismatch::Stop {
            return Err(refusal);
        }
        let level = if self.number == 1 {
            level
        } else {
            Level::Defaults
        };
        Ok(Refused {
            sent: self,
            refusal,
            level,
            fetch,
        })
    }
}

impl Refused {
    /// The next attempt. Where a fresh list has another price for the same request, the old price
    /// was the fault and nothing needs to be left out.
    ///
    /// A price above the one that the user was told is not paid.
    pub(crate) fn amend(
        self,
        request: &Request,
        catalogue: &Catalogue,
        messages: Messages,
    ) -> Result<(Sent, Quote, Attempt), Cause> {
        let same = Quote::at(self.sent.level, request, catalogue)?;
        let stale = (same.quote.points(), same.quote.attribute_id().get())
            != (self.sent.points, self.sent.attribute_id);
        let level = if stale { self.sent.level } else { self.level };
        let Priced { quote, removed, .. } = Quote::at(level, request, catalogue)?;
        if quote.points() > self.sent.announced {
            return Err(Cause::PriceChanged {
                points: quote.points(),
                announced: self.sent.announced,
            });
        }
        let amendment = Amendment {
            removed,
            fetched: self.fetch,
            defaults: level == Level::Defaults,
        };
        let attempt = messages.refused(self.sent.number, self.refusal, Some(amendment));
        let sent = Sent::new(self.sent.number + 1, level, &quote, self.sent.announced);
        Ok((sent, quote, attempt))
    }
}
