//! The network between driver and service: it loses, delays, cuts, repeats and makes answers up.
//!
//! What "repeated" means here: an answer is handed to the session a second time, at any later
//! moment; and a request that only reads reaches the service twice. A create request that reaches
//! the service twice is left out: HTTP forbids intermediaries to repeat a POST, the service knows
//! no idempotency key, and so no client could keep a promise about it.

use crate::hosts;
use crate::random::Random;
use crate::service::{Endpoint, Meaning, Reply};
use ima_core::Millis;
use ima_core::http::{ExchangeId, FailureKind, HttpRequest, Sent, TransportFailure};
use std::collections::BTreeMap;

/// What happens to one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing out of order.
    Clean,
    /// No connection: the driver knows that the request did not leave.
    NotSent,
    /// The request is lost; the driver knows of a failure only.
    LostBefore,
    /// The request is lost, and the driver hears nothing.
    LostBeforeSilently,
    /// Something in front of the service answers instead of it.
    AnsweredBefore,
    /// The request is held up until after the deadline of the exchange.
    Held,
    /// The answer is lost; the driver knows of a failure only.
    LostAfter,
    /// The answer is lost, and the driver hears nothing.
    LostAfterSilently,
    /// The answer comes after the deadline of the exchange.
    Late,
    /// The body of the answer is cut, and nobody notices.
    CutBody,
    /// The answer is cut, and the driver notices.
    CutOff,
    /// The answer is larger than the driver reads.
    TooLarge,
    /// Something in front of the service replaces its answer.
    AnsweredAfter,
    /// The request does not leave, and some host of a component reports that by a code.
    CodeBefore,
    /// The answer is lost, and some host of a component reports that by a code.
    CodeAfter,
    /// The answer is handed in twice.
    AnsweredTwice,
    /// The request reaches the service twice (where it only reads).
    AskedTwice,
}

impl Fate {
    /// All but `Clean`.
    const FAULTS: [Self; 16] = [
        Self::CodeBefore,
        Self::CodeAfter,
        Self::NotSent,
        Self::LostBefore,
        Self::LostBeforeSilently,
        Self::AnsweredBefore,
        Self::Held,
        Self::LostAfter,
        Self::LostAfterSilently,
        Self::Late,
        Self::CutBody,
        Self::CutOff,
        Self::TooLarge,
        Self::AnsweredAfter,
        Self::AnsweredTwice,
        Self::AskedTwice,
    ];

    /// One of the faults, each as likely.
    pub(crate) fn fault(random: &mut Random) -> Self {
        let [first, others @ ..] = Self::FAULTS;
        random.pick(first, &others)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::NotSent => "not sent",
            Self::LostBefore => "lost before the service acted",
            Self::LostBeforeSilently => "lost before the service acted, unnoticed",
            Self::AnsweredBefore => "answered in place of the service",
            Self::Held => "held beyond its deadline",
            Self::LostAfter => "lost after the service acted",
            Self::LostAfterSilently => "lost after the service acted, unnoticed",
            Self::Late => "answered after its deadline",
            Self::CutBody => "body cut, unnoticed",
            Self::CutOff => "answer cut off",
            Self::TooLarge => "answer too large",
            Self::AnsweredAfter => "answer replaced",
            Self::CodeBefore => "not sent, as a code says",
            Self::CodeAfter => "lost after the service acted, as a code says",
            Self::AnsweredTwice => "answered twice",
            Self::AskedTwice => "asked twice",
        }
    }
}

/// One exchange on its way.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    /// Which life of the driver sent it: answers do not survive a crash.
    pub(crate) life: u32,
    pub(crate) exchange: ExchangeId,
    pub(crate) endpoint: Endpoint,
    pub(crate) request: HttpRequest,
    /// Under which permission of the user it left.
    pub(crate) permit: usize,
    /// The deadline of the exchange, on the world's clock.
    pub(crate) deadline: Millis,
    pub(crate) fate: Fate,
}

/// How an exchange ends for the driver.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Answer(Reply),
    Failure(TransportFailure),
}

/// Something under way.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// To the service.
    Request(Box<Parcel>),
    /// To the driver.
    End(u32, ExchangeId, Box<End>),
}

/// All that is under way, in the order of its arrival.
#[derive(Debug, Default)]
pub(crate) struct Network {
    queue: BTreeMap<(Millis, u64), Message>,
    numbered: u64,
    /// Components take a code for proof that none is.
    trusting: bool,
}

impl Network {
    pub(crate) fn new(trusting: bool) -> Self {
        Self {
            trusting,
            ..Self::default()
        }
    }

    /// When the next message arrives.
    pub(crate) fn next_at(&self) -> Option<Millis> {
        self.queue.keys().next().map(|(at, _)| *at)
    }

    /// The next message that arrives by `now`, and when it does.
    pub(crate) fn arrived(&mut self, now: Millis) -> Option<(Millis, Message)> {
        let entry = self.queue.first_entry()?;
        let (at, _) = *entry.key();
        (at <= now).then(|| (at, entry.remove()))
    }

    /// Sends a request off to its fate.
    pub(crate) fn send(&mut self, parcel: Parcel, now: Millis, random: &mut Random) {
        let arrival = now + latency(random);
        let failure = match parcel.fate {
            Fate::NotSent => Some((Sent::No, now + latency(random))),
            Fate::LostBefore => Some((Sent::Maybe, now + random.below(70_000))),
            Fate::LostBeforeSilently => return,
            Fate::AnsweredBefore => {
                let end = End::Answer(made_up(true, random));
                self.end(&parcel, end, arrival + latency(random));
                return;
            }
            _ => None,
        };
        if parcel.fate == Fate::CodeBefore {
            let failure = hosts::failure(false, self.trusting, random);
            self.end(&parcel, End::Failure(failure), arrival);
            return;
        }
        if let Some((sent, at)) = failure {
            self.end(&parcel, failed(sent, FailureKind::Network), at);
            return;
        }
        let at = match parcel.fate {
            Fate::Held => parcel.deadline + random.below(200_000),
            _ => arrival,
        };
        if parcel.fate == Fate::AskedTwice && parcel.endpoint != Endpoint::Create {
            let silent = Parcel {
                fate: Fate::LostAfterSilently,
                ..parcel.clone()
            };
            self.push(now + latency(random), Message::Request(Box::new(silent)));
        }
        self.push(at, Message::Request(Box::new(parcel)));
    }

    /// Sends an answer of the service back to its fate.
    pub(crate) fn answer(
        &mut self,
        parcel: &Parcel,
        reply: Reply,
        now: Millis,
        random: &mut Random,
    ) {
        let arrival = now + latency(random);
        let end = match parcel.fate {
            Fate::LostAfterSilently => return,
            Fate::LostAfter | Fate::CutOff => failed(Sent::Maybe, FailureKind::Network),
            Fate::CodeAfter => End::Failure(hosts::failure(true, self.trusting, random)),
            Fate::TooLarge => failed(Sent::Maybe, FailureKind::TooLarge),
            Fate::CutBody => End::Answer(cut(reply, random)),
            Fate::AnsweredAfter => End::Answer(made_up(false, random)),
            _ => End::Answer(reply),
        };
        let at = match parcel.fate {
            Fate::Late => parcel.deadline.max(arrival) + random.below(60_000),
            _ => arrival,
        };
        if parcel.fate == Fate::AnsweredTwice {
            self.end(parcel, end.clone(), at + random.below(100_000));
        }
        self.end(parcel, end, at);
    }

    fn end(&mut self, parcel: &Parcel, end: End, at: Millis) {
        let message = Message::End(parcel.life, parcel.exchange, Box::new(end));
        self.push(at, message);
    }

    fn push(&mut self, at: Millis, message: Message) {
        self.queue.insert((at, self.numbered), message);
        self.numbered += 1;
    }
}

/// One way. There and back is always within the minute that an exchange may take.
fn latency(random: &mut Random) -> Millis {
    match random.below(20) {
        0 => random.below(28_000),
        1..=5 => 0,
        _ => random.between(5, 400),
    }
}

fn failed(sent: Sent, kind: FailureKind) -> End {
    End::Failure(TransportFailure { sent, kind })
}

/// Whether a status by itself is a readable no: all of 4xx but 408, which a gateway gives for a
/// request that may have arrived (ARCHITECTURE: ends of a create request).
fn refuses(status: u16) -> bool {
    (400..500).contains(&status) && status != 408
}

fn cut(reply: Reply, random: &mut Random) -> Reply {
    let length = random.below(reply.body.len() as u64);
    let body = usize::try_from(length)
        .ok()
        .and_then(|end| reply.body.get(..end));
    Reply {
        meaning: if refuses(reply.status) {
            Meaning::Refused
        } else {
            Meaning::Unclear
        },
        body: body.unwrap_or_default().to_owned(),
        ..reply
    }
}

/// An answer that is not the service's own. Only one that comes before the service acted may be a
/// readable no: money rule 2 takes a 4xx as a promise that nothing was charged.
fn made_up(before: bool, random: &mut Random) -> Reply {
    const UNCLEAR: [(u16, &str); 9] = [
        (502, "<html>bad gateway</html>"),
        (503, r#"{"code":503,"message":"busy"}"#),
        (504, ""),
        (302, ""),
        (408, ""),
        (200, "<html>welcome</html>"),
        (200, ""),
        (200, r#"{"code":0,"data":null}"#),
        (200, r#"{"code":500,"message":"internal"}"#),
    ];
    const REFUSING: [(u16, &str); 3] = [(403, ""), (404, "<html>"), (413, "{}")];
    let (status, body) = if before && random.chance(400) {
        random.pick((429, ""), &REFUSING)
    } else {
        random.pick((500, "oops"), &UNCLEAR)
    };
    Reply {
        status,
        // A success has nothing to retry.
        retry_after: (status != 200 && random.chance(200))
            .then(|| random.pick(0, &[1, 15, 59, 61, 900])),
        body: body.to_owned(),
        meaning: if refuses(status) {
            Meaning::Refused
        } else {
            Meaning::Unclear
        },
    }
}
