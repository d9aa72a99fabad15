//! The account: what was charged, for which task, under which permission.

/// One charge.
#[derive(Clone, Debug)]
pub(crate) struct Charged {
    /// The task that was paid.
    pub(crate) task: String,
    /// The price, in points.
    pub(crate) points: u32,
    /// Under which permission of the user the create request left: 0 is the first start, each
    /// explicit command to create again is one more.
    pub(crate) permit: usize,
}

/// The account of the one user.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    balance: u32,
    charges: Vec<Charged>,
}

impl Ledger {
    pub(crate) fn new(balance: u32) -> Self {
        Self {
            balance,
            charges: Vec::new(),
        }
    }

    pub(crate) fn covers(&self, points: u32) -> bool {
        self.balance >= points
    }

    pub(crate) fn charge(&mut self, task: &str, points: u32, permit: usize) {
        self.balance = self.balance.saturating_sub(points);
        self.charges.push(Charged {
            task: task.to_owned(),
            points,
            permit,
        });
    }

    pub(crate) fn charges(&self) -> &[Charged] {
        &self.charges
    }

    pub(crate) fn of(&self, task: &str) -> Option<&Charged> {
        self.charges.iter().find(|charge| charge.task == task)
    }
}
