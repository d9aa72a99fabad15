//! Answers to the create request: whatever they are, what the session says about the charge is true,
//! and it never sends again what may have been accepted.

use crate::MUSIC;
use crate::answers::{self, End, Said, Scripted, said};
use crate::run::{Kind, Run};
use ima_core::http::{Sent, Transmit};
use ima_core::outcome::Charge;
use ima_core::pump::Command;
use ima_core::request::{Language, Request, TaskType, UnknownParameters};
use ima_core::session::{Session, Settings};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How often a request may be sent that the service refuses (`docs/wire.md`, "Refusals by code").
const ATTEMPTS: u32 = 3;

/// What the exchanges so far mean for the money.
#[derive(Clone, Debug, PartialEq)]
enum Ledger {
    /// Nothing was charged; the last request may be sent again, or amended.
    Unspent,
    /// Nothing was charged, and the user wants no more.
    Stopped,
    /// A task exists; its id, where it is text.
    Paid(Option<String>),
    Unknown,
    /// An answer that only the core can tell apart.
    Open,
}

/// A script of ends for the create requests. The list and the detail answers are good ones.
pub fn create_answer(data: &[u8]) {
    let mut script = answers::read(data).into_iter();
    let mut request = Request::new(TaskType::TextToMusic, "a song of rain", Language::En)
        .with("tags", json!("lo-fi"))
        .with("vocal_gender", json!("female"))
        .with("mood", json!("calm"));
    request.unknown = UnknownParameters::Drop;
    let session = Session::new(request, Settings::default()).expect("a good request");
    let mut run = Run::new(session, true);
    run.command(Command::Start);
    let mut keys = BTreeSet::new();
    let ledger = play(&mut run, &mut script, &mut keys);
    settle(&run, &ledger, Charge::No);
    if run.session.may_create_again() {
        run.command(Command::CreateAgain);
        let ledger = play(&mut run, &mut script, &mut keys);
        settle(&run, &ledger, Charge::Unknown);
    }
}

/// Runs to the end of one command, whose create requests have one key that is not among the old ones.
fn play(
    run: &mut Run,
    script: &mut impl Iterator<Item = Scripted>,
    old_keys: &mut BTreeSet<String>,
) -> Ledger {
    let mut keys = BTreeSet::new();
    let mut ledger = Ledger::Unspent;
    let mut refused = 0;
    while let Some((kind, transmit)) = run.next() {
        match kind {
            Kind::List => run.answer(&transmit, MUSIC),
            Kind::Create => {
                assert!(
                    matches!(ledger, Ledger::Unspent | Ledger::Open),
                    "sent again after {ledger:?}"
                );
                priced_as_announced(run, &transmit);
                keys.insert(key(&transmit));
                let scripted = script.next().unwrap_or_default();
                ledger = entry(&scripted);
                refused += u32::from(matches!(&scripted.end, End::Answer(_)));
                assert!(refused <= ATTEMPTS, "refused and sent for ever");
                run.end(&transmit, &scripted);
            }
            Kind::Detail => {
                if let Ledger::Paid(Some(id)) = &ledger {
                    assert_eq!(run.task_id.as_ref(), Some(id));
                }
                let media = r#"{"medias":[{"resource_status":1,"url":"https://cdn.example/a"}]}"#;
                run.answer(&transmit, media);
            }
        }
    }
    assert!(keys.len() <= 1 && keys.is_disjoint(old_keys), "{keys:?}");
    old_keys.extend(keys);
    ledger
}

/// The idempotency key of a create request.
fn key(transmit: &Transmit) -> String {
    let mut headers = transmit.request.headers.iter();
    let key = headers.find(|(name, _)| *name == "idempotency-key");
    key.map(|(_, key)| key.to_string()).expect("a key")
}

/// What the end of a create request means.
fn entry(scripted: &Scripted) -> Ledger {
    let unspent = if scripted.cancel {
        Ledger::Stopped
    } else {
        Ledger::Unspent
    };
    match &scripted.end {
        End::Silence => Ledger::Unknown,
        End::Lost(failure) if failure.sent == Sent::No => unspent,
        End::Lost(_) => Ledger::Unknown,
        End::Answer(response) => match said(response) {
            Said::Success(data) => match data.get("id") {
                // What stands for lost bytes names no task.
                Some(Value::String(id)) if id.contains(char::REPLACEMENT_CHARACTER) => {
                    Ledger::Unknown
                }
                Some(Value::String(id)) if !id.trim().is_empty() => Ledger::Paid(Some(id.clone())),
                Some(Value::Number(_)) => Ledger::Paid(None),
                _ => Ledger::Unknown,
            },
            Said::Refused(_) => unspent,
            Said::Broken => Ledger::Unknown,
            Said::Open => Ledger::Open,
        },
    }
}

/// The user was told a price before, and pays no more than that.
fn priced_as_announced(run: &Run, transmit: &Transmit) {
    let body: Value = serde_json::from_slice(&transmit.request.body).expect("JSON");
    let credit = body.pointer("/parameters/0/credit").and_then(Value::as_u64);
    let announced = run.started.as_ref().map(|it| u64::from(it.points));
    assert!(credit.is_some() && credit <= announced, "{credit:?}");
}

/// The outcome says what the exchanges mean; without a task an earlier doubt stays.
fn settle(run: &Run, ledger: &Ledger, doubt: Charge) {
    let expected = match ledger {
        Ledger::Unspent | Ledger::Stopped => doubt,
        Ledger::Paid(_) => Charge::Yes,
        Ledger::Unknown => Charge::Unknown,
        Ledger::Open => return,
    };
    let charge = run.failure().map_or(Charge::Yes, |failure| failure.charge);
    assert_eq!(charge, expected, "after {ledger:?}");
    let again = run.session.may_create_again();
    assert_eq!(again, charge == Charge::Unknown);
}
