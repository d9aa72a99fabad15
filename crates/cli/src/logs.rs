//! Log files by day: the `tracing` events of the library and the program, kept for seven days.
//!
//! A line has a time, what happened, and ids and codes: tasks, jobs, models, HTTP statuses. Never
//! the API key, a prompt, or anything of a result.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan, Zoned};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::folders::{self, create_private};

/// How many days' files are kept, today's included.
const KEPT: i32 = 7;

/// Why there are no log files. The program runs without them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    /// The environment names no home, so there is no usual place for them.
    #[error("there is no home folder for the logs")]
    NoHome,
    /// A file or folder could not be made.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The process has another subscriber already.
    #[error("this process already has a tracing subscriber")]
    Taken,
}

/// Log files that are being written. Dropping it makes what was written durable.
#[derive(Debug)]
pub(crate) struct LogGuard {
    days: Arc<Days>,
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.days.sync();
    }
}

/// Writes the events of this process to `ima_create_YYYYMMDD.log` in the [log folder](folders::logs).
/// Days and times are local. Files of this name that are seven days old are removed, and nothing
/// else. Only this user can read the files.
///
/// From then on, a disk that fails is ignored: a log never stops a generation.
///
/// # Errors
///
/// [`LogError`] if the folder can't be used.
pub(crate) fn init() -> Result<LogGuard, LogError> {
    let days = Arc::new(Days::open(folders::logs().ok_or(LogError::NoHome)?, today)?);
    let subscriber = Registry::default().with(lines(Arc::clone(&days)));
    subscriber.try_init().map_err(|_| LogError::Taken)?;
    Ok(LogGuard { days })
}

fn today() -> DateTime {
    Zoned::now().datetime()
}

/// What writes to the files: our own events only, for those of other libraries could hold more.
fn lines<S>(days: Arc<Days>) -> impl Layer<S> + Send + Sync + 'static
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let ours = Targets::new()
        .with_target("ima_host", LevelFilter::INFO)
        .with_target("ima", LevelFilter::INFO);
    tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_timer(LocalTime(days.now))
        .with_writer(move || Line(Arc::clone(&days)))
        .with_filter(ours)
}

struct LocalTime(fn() -> DateTime);

impl FormatTime for LocalTime {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        write!(w, "{}", (self.0)().strftime("%Y-%m-%d %H:%M:%S"))
    }
}

/// The file of the day.
#[derive(Debug)]
struct Days {
    folder: PathBuf,
    now: fn() -> DateTime,
    current: Mutex<(Date, File)>,
}

impl Days {
    fn open(folder: PathBuf, now: fn() -> DateTime) -> Result<Self, LogError> {
        create_private(&folder).map_err(|source| LogError::File {
            path: folder.clone(),
            source,
        })?;
        let today = now().date();
        let file = append(&folder, today).map_err(|source| LogError::File {
            path: folder.join(name(today)),
            source,
        })?;
        clear(&folder, today);
        Ok(Self {
            folder,
            now,
            current: Mutex::new((today, file)),
        })
    }

    fn write(&self, line: &[u8]) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let today = (self.now)().date();
        if current.0 != today
            && let Ok(file) = append(&self.folder, today)
        {
            *current = (today, file);
            clear(&self.folder, today);
        }
        // One write for a line, so that lines of several processes do not mix.
        let _ = current.1.write_all(line);
    }

    fn sync(&self) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = current.1.sync_all();
    }
}

/// Where one event is written to.
struct Line(Arc<Days>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn append(folder: &Path, day: Date) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(folder.join(name(day)))
}

fn name(day: Date) -> String {
    format!("ima_create_{}.log", day.strftime("%Y%m%d"))
}

/// The day of a log file; none for other files.
fn day_of(name: &str) -> Option<Date> {
    let digits = name.strip_prefix("ima_create_")?.strip_suffix(".log")?;
    let all = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| Date::strptime("%Y%m%d", digits).ok())?
}

/// Removes the files that are too old.
fn clear(folder: &Path, today: Date) {
    let Ok(oldest) = today.checked_sub((KEPT - 1).days()) else {
        return;
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let old = entry
            .file_name()
            .to_str()
            .and_then(day_of)
            .is_some_and(|day| day < oldest);
        if old && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI8, Ordering};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_day_has_a_new_file_and_seven_are_kept() {
        static DAY: AtomicI8 = AtomicI8::new(8);
        fn now() -> DateTime {
            Date::constant(2026, 3, DAY.load(Ordering::Relaxed)).at(12, 34, 56, 0)
        }
        let folder = tempfile::tempdir().unwrap();
        let kept = [
            "ima_create_20260302.log",
            "ima_create_2026022.log",
            "ima_create_20261399.log",
            "ima_create_20200101.log.txt",
            "notes.log",
        ];
        for name in kept
            .iter()
            .chain(&["ima_create_20260301.log", "ima_create_20200101.log"])
        {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("ima_create_20200202.log")).unwrap();
        let days = Arc::new(Days::open(folder.path().to_path_buf(), now).unwrap());
        let mut expected: Vec<_> = kept.map(str::to_owned).to_vec();
        expected.push("ima_create_20200202.log".to_owned());
        expected.push("ima_create_20260308.log".to_owned());
        expected.sort();
        assert_eq!(names(folder.path()), expected);

        let subscriber = Registry::default().with(lines(days));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(task_id = "task_1", "on the first day");
            DAY.store(9, Ordering::Relaxed);
            tracing::info!("on the second day");
            tracing::info!(target: "hyper", "of another library");
            tracing::debug!("of no interest");
        });
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let first = read("ima_create_20260308.log");
        assert!(first.starts_with("2026-03-08 12:34:56  INFO"), "{first}");
        assert!(first.contains("task_1") && first.lines().count() == 1);
        let second = read("ima_create_20260309.log");
        assert!(second.contains("second day") && second.lines().count() == 1);
        assert!(!folder.path().join("ima_create_20260302.log").exists());
    }

    #[test]
    fn a_folder_that_can_not_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Days::open(file.join("logs"), today).unwrap_err();
        assert!(
            matches!(&error, LogError::File { path, .. } if path.starts_with(&file)),
            "{error}"
        );
    }
}
