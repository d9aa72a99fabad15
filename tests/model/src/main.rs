//! The model test for longer than the tests have time for, and the replay of single seeds.

use ima_model::{Options, Sabotage, Sweep, known_seeds, play, sweep};
use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Seeds between two looks at the clock.
const BATCH: u64 = 20_000;
/// Where a longer run begins: beyond what the tests play.
const FIRST: u64 = 1_000_000;

const USAGE: &str = "\
Usage: ima-model [--seconds N | --seeds N] [--from SEED] [--coverage]
       ima-model --seed SEED [--trace]

  --seconds N     play new seeds for about so long (default 60)
  --seeds N       play so many seeds
  --from SEED     begin at this seed (default 1000000)
  --coverage      tell how often each situation was reached
  --seed SEED     play one seed
  --trace         show what happens in it: < out of the session, > into it
  --sabotage NAME with one promise broken on purpose
";

/// What is to be played.
#[derive(Debug)]
struct Plan {
    span: Span,
    from: u64,
    coverage: bool,
    options: Options,
}

#[derive(Debug)]
enum Span {
    Seconds(u64),
    Seeds(u64),
    One(u64),
}

/// Why nothing was played, or what was found.
#[derive(Debug)]
enum Error {
    Usage,
    Found(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Usage => USAGE,
            Self::Found(complaints) => complaints,
        })
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Plan::read(&arguments).and_then(|plan| plan.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("{error}");
            ExitCode::FAILURE
        }
    }
}

impl Plan {
    fn read(arguments: &[String]) -> Result<Self, Error> {
        let mut plan = Self {
            span: Span::Seconds(60),
            from: FIRST,
            coverage: false,
            options: Options::default(),
        };
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(option) = arguments.next() {
            match option {
                "--trace" => {
                    plan.options.traced = true;
                    continue;
                }
                "--coverage" => {
                    plan.coverage = true;
                    continue;
                }
                _ => {}
            }
            let value = arguments.next().ok_or(Error::Usage)?;
            let number = value.parse().map_err(|_| Error::Usage);
            match option {
                "--seconds" => plan.span = Span::Seconds(number?),
                "--seeds" => plan.span = Span::Seeds(number?),
                "--seed" => plan.span = Span::One(number?),
                "--from" => plan.from = number?,
                "--sabotage" => {
                    let named = |sabotage: &Sabotage| format!("{sabotage:?}") == value;
                    let found = Sabotage::ALL.into_iter().find(named);
                    plan.options.sabotage = Some(found.ok_or(Error::Usage)?);
                }
                _ => return Err(Error::Usage),
            }
        }
        Ok(plan)
    }

    fn run(&self) -> Result<(), Error> {
        match self.span {
            Span::One(seed) => self.replay(seed),
            Span::Seeds(count) => {
                self.replay_known()?;
                self.batch(self.from, count)
            }
            Span::Seconds(seconds) => {
                self.replay_known()?;
                self.play_for(Duration::from_secs(seconds))
            }
        }
    }

    fn replay(&self, seed: u64) -> Result<(), Error> {
        let report = play(seed, self.options);
        for line in report.trace {
            println!("{line}");
        }
        match report.violation {
            None => {
                println!("seed {seed}: every promise held");
                Ok(())
            }
            Some(violation) => Err(Error::Found(format!("seed {seed}: {violation}\n"))),
        }
    }

    fn replay_known(&self) -> Result<(), Error> {
        let failures = known_seeds().into_iter().filter_map(|seed| {
            let violation = play(seed, self.options).violation?;
            Some((seed, violation))
        });
        self.verdict(&Sweep {
            failures: failures.collect(),
            ..Sweep::default()
        })
    }

    fn batch(&self, from: u64, count: u64) -> Result<(), Error> {
        let swept = sweep(from..from.saturating_add(count), self.options);
        self.verdict(&swept)?;
        if self.coverage {
            for (kind, name, count) in swept.coverage.iter() {
                println!("{count:>9} {kind}: {name}");
            }
        }
        println!("{} seeds from {from}: every promise held", swept.played);
        Ok(())
    }

    fn play_for(&self, span: Duration) -> Result<(), Error> {
        #[expect(
            clippy::disallowed_methods,
            reason = "how long to go on is not simulated"
        )]
        let began = Instant::now();
        let mut from = self.from;
        while began.elapsed() < span {
            self.batch(from, BATCH)?;
            from = from.saturating_add(BATCH);
        }
        Ok(())
    }

    fn verdict(&self, swept: &Sweep) -> Result<(), Error> {
        if swept.failures.is_empty() {
            Ok(())
        } else {
            Err(Error::Found(swept.complaints()))
        }
    }
}
