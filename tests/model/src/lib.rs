//! The model test: one generation at a time, with the real session, an unreliable network, a
//! driver that crashes, a user who changes her mind and a small model of the service, on a clock
//! that jumps. A seed decides everything, so every run can be played again.
//!
//! After every step the promises of [`Invariant`] are checked against what the ledger of the
//! service says and against what the driver has seen. [`Sabotage`] breaks each of them on purpose,
//! to show that they are really looked at; [`Coverage`] shows what the seeds really reached.

mod coverage;
mod driver;
mod hosts;
mod invariant;
mod network;
mod random;
mod sabotage;
mod scenario;
mod service;
mod simulation;
mod sweep;
mod trace;
mod twin;
mod witness;

pub use coverage::Coverage;
pub use invariant::{Invariant, Violation};
pub use sabotage::Sabotage;
pub use sweep::{Sweep, known_seeds, sweep};

use invariant::Watch;
use sabotage::Saboteur;
use simulation::Simulation;

/// How one seed came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// The first promise that was broken.
    pub violation: Option<Violation>,
    /// What happened, line by line, where it was asked for.
    pub trace: Vec<String>,
    /// What was reached.
    pub coverage: Coverage,
}

/// How a seed is played.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether the report holds a trace.
    pub traced: bool,
    /// What is broken on purpose.
    pub sabotage: Option<Sabotage>,
    /// The only promise to look at; without it all of them.
    pub only: Option<Invariant>,
}

/// Plays a seed up to the first broken promise, or to its end.
pub fn play(seed: u64, options: Options) -> Report {
    let mut report = Report {
        seed,
        violation: None,
        trace: Vec::new(),
        coverage: Coverage::default(),
    };
    let (saboteur, watch) = (Saboteur(options.sabotage), Watch(options.only));
    // Every request that a scenario draws can be priced.
    if let Some(mut simulation) = Simulation::new(seed, options.traced, saboteur, watch) {
        let violation = simulation.run().err();
        report.violation = violation.filter(|it| watch.on(it.invariant));
        report.trace = simulation.trace.into_lines();
        report.coverage = simulation.coverage;
    }
    report
}
