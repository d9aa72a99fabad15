//! The exit codes.

use std::process::ExitCode;

/// What `--help` says about them.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  2  wrong usage, a value that can't be used, or something to answer or confirm first
  3  refused before anything was spent
  4  not authorised: the API key is missing or not valid
  5  not enough points, or the subscription doesn't cover it
  6  failed after the job had started, or the audio or the output could not be written
  7  unknown whether the job started
  8  stopped waiting; `ima resume` continues at no cost
  9  the network or the service is down, and nothing was spent
  10 paid, but the journal could not be written: the task's id is on the screen and kept beside it

With several generations, the exit code is the first of 7, 10, 8, 6, 5, 4, 9, 3 that occurred.";

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Usage = 2,
    Refused = 3,
    Unauthorised = 4,
    Points = 5,
    Failed = 6,
    Unknown = 7,
    Resumable = 8,
    Down = 9,
    Unrecorded = 10,
}

impl Exit {
    /// How much it matters among several: money in doubt first, then audio that can be fetched.
    pub(crate) const fn weight(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 1,
            Self::Refused => 2,
            Self::Down => 3,
            Self::Unauthorised => 4,
            Self::Points => 5,
            Self::Failed => 6,
            Self::Resumable => 7,
            Self::Unrecorded => 8,
            Self::Unknown => 9,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
