//! Accounts, their points and what was charged.

use std::collections::BTreeMap;

use serde::Serialize;

/// What an account has left and what it paid for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Points left.
    pub points: u64,
    /// Every charge, in order. Its length is how often the account was charged.
    pub charges: Vec<Charge>,
}

/// One charge: an accepted create request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Charge {
    /// The task that was paid for.
    pub task_id: String,
    /// Its model.
    pub model_id: String,
    /// The price, in points.
    pub points: u64,
}

/// The accounts of the service, by key.
#[derive(Debug, Default)]
pub(crate) struct Accounts(BTreeMap<String, Ledger>);

impl Accounts {
    /// Adds an account with an empty list of charges, or replaces the one of that key.
    pub(crate) fn add(&mut self, key: &str, points: u64) {
        let ledger = Ledger {
            points,
            charges: Vec::new(),
        };
        self.0.insert(key.to_owned(), ledger);
    }

    /// The ledger of a key; none where there is no such account.
    pub(crate) fn get(&self, key: &str) -> Option<&Ledger> {
        self.0.get(key)
    }

    /// Takes the points of a charge and notes it. `false`, and nothing changed, where the account
    /// is unknown or has too few points.
    pub(crate) fn charge(&mut self, key: &str, charge: Charge) -> bool {
        let Some(ledger) = self.0.get_mut(key) else {
            return false;
        };
        let Some(left) = ledger.points.checked_sub(charge.points) else {
            return false;
        };
        ledger.points = left;
        ledger.charges.push(charge);
        true
    }
}
