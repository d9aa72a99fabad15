//! `ima doctor`: what has to be right for the program to work, a line each.

use std::path::Path;

use ima_host::types::{Cause, Language, TaskType};
use ima_host::{Error, Journal, Origin, Runtime, folders};
use serde::Serialize;
use url::Url;

use crate::args::Common;
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::text::{Advice, Folder};
use crate::usual::Usual;
use crate::{out, probe, text};

/// How far the clock may be off, in seconds: requests are not signed, but certificates have dates.
const CLOCK_TOLERANCE: i64 = 300;

/// What was looked at, and how it is.
#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
    message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    advice: String,
    #[serde(skip)]
    exit: Exit,
}

struct Doctor<'a> {
    common: &'a Common,
    language: Language,
    checks: Vec<Check>,
}

pub(crate) async fn run(common: &Common) -> Exit {
    let mut doctor = Doctor {
        common,
        language: common.language(),
        checks: Vec::new(),
    };
    doctor.here().await;
    doctor.network().await;
    if common.json {
        #[derive(Serialize)]
        struct List {
            checks: Vec<Check>,
        }
        let exit = doctor.exit();
        out::json(&List {
            checks: doctor.checks,
        });
        return exit;
    }
    doctor.exit()
}

impl Doctor<'_> {
    fn good(&mut self, check: &'static str, message: String) {
        self.push(Check {
            check,
            ok: true,
            message,
            advice: String::new(),
            exit: Exit::Done,
        });
    }

    fn bad(&mut self, check: &'static str, exit: Exit, advice: Advice) {
        self.push(Check {
            check,
            ok: false,
            message: advice.what,
            advice: advice.then,
            exit,
        });
    }

    fn push(&mut self, check: Check) {
        if !self.common.json {
            let (message, advice) = (&check.message, &check.advice);
            match check.ok {
                true if self.common.quiet => {}
                true => out::line(&format!("✅ {message}")),
                false => out::line(&format!("❌ {message} {advice}")),
            }
        }
        self.checks.push(check);
    }

    fn exit(&self) -> Exit {
        let exits = self.checks.iter().map(|check| check.exit);
        exits.max_by_key(|exit| exit.weight()).unwrap_or(Exit::Done)
    }

    /// What is on this machine.
    async fn here(&mut self) {
        let language = self.language;
        match self.component().await {
            Some(runtime) => {
                self.good("component", text::component_loads(language));
                self.cache(&runtime);
                let usual = Usual::of(&runtime, language);
                match usual.get(TaskType::TextToMusic).await {
                    Ok(_) => self.good("preferences", text::preferences_read(language)),
                    Err(trouble) => self.bad("preferences", trouble.exit, trouble.advice),
                }
            }
            None => {
                let advice = text::component_broken(language);
                self.bad("component", Exit::Refused, advice);
            }
        }
        let folder = folders::data();
        // Opening the journal makes the folder, for this user only.
        let jobs = folder
            .as_deref()
            .and_then(|folder| Journal::open(folder).ok()?.list().ok());
        self.folder(Folder::Data, folder.as_deref());
        self.folder(Folder::Logs, folders::logs().as_deref());
        // Where a link leads to is where the file is written.
        let file = folders::preferences().map(|file| file.canonicalize().unwrap_or(file));
        self.folder(Folder::Preferences, file.as_deref().and_then(Path::parent));
        match jobs {
            Some(jobs) => {
                let open = jobs.iter().filter(|job| job.is_open()).count();
                self.good("journal", text::journal_read(language, jobs.len(), open));
            }
            None => {
                let advice = text::journal(language, folder.as_deref());
                self.bad("journal", Exit::Refused, advice);
            }
        }
    }

    /// Whether a folder can be written to.
    fn folder(&mut self, kind: Folder, folder: Option<&Path>) {
        let language = self.language;
        let (check, exit) = match kind {
            Folder::Data => ("data", Exit::Refused),
            // Something is forgotten, but nothing is refused.
            Folder::Logs => ("logs", Exit::Done),
            Folder::Preferences => ("preferences-folder", Exit::Done),
        };
        match folder.filter(|folder| probe::is_writable(folder)) {
            Some(folder) => self.good(check, text::folder_writable(language, kind, folder)),
            None => self.bad(check, exit, text::folder_unwritable(language, kind, folder)),
        }
    }

    async fn component(&self) -> Option<Runtime> {
        let runtime = setup::offline(self.common).ok()?;
        let voices = runtime.voices(self.language).await.ok()?;
        (!voices.is_empty()).then_some(runtime)
    }

    fn cache(&mut self, runtime: &Runtime) {
        let language = self.language;
        match (folders::cache(), runtime.cache_statistics()) {
            (Some(folder), (1.., _)) => self.good("cache", text::cache_used(language, &folder)),
            (Some(folder), (0, 1..)) if folder.is_dir() => {
                self.good("cache", text::cache_filled(language, &folder));
            }
            // Slow, but nothing is wrong.
            (folder, _) => {
                let advice = text::cache_off(language, folder.as_deref());
                self.bad("cache", Exit::Done, advice);
            }
        }
    }

    /// The key, and the way to the service.
    async fn network(&mut self) {
        let language = self.language;
        let given = self.common.base_url.as_deref();
        let given = given.filter(|url| !url.is_empty());
        let runtime = match setup::runtime(self.common, None) {
            Ok(runtime) => runtime,
            // The component was looked at already; what remains is the address.
            Err(trouble) => return self.bad("service", trouble.exit, trouble.advice),
        };
        // The runtime took the address.
        let Ok(url) = Url::parse(given.unwrap_or(Origin::DEFAULT)) else {
            return;
        };
        let place = match runtime.proxy() {
            // Names and connections behind it are its own.
            Some(proxy) => {
                self.good("proxy", text::proxied(language, &proxy));
                proxy
            }
            None => {
                let port = url.port_or_known_default().unwrap_or(443);
                format!("{}:{port}", url.host_str().unwrap_or_default())
            }
        };
        if !self.reach(&place).await {
            return self.key(&runtime).await;
        }
        match runtime.models(TaskType::TextToMusic, language).await {
            Ok(models) => {
                self.good("service", text::service(language, models.len()));
                self.good("key", text::key_present(language));
            }
            Err(Error::Failure(failure)) if !matches!(failure.cause, Cause::Unauthorized) => {
                self.bad("service", Exit::Down, text::no_service(language));
                self.good("key", text::key_unchecked(language));
            }
            Err(error) => {
                let Trouble { exit, advice, .. } = Trouble::of(&error, language);
                self.bad("key", exit, advice);
            }
        }
        self.clock(&runtime).await;
    }

    /// Whether `HOST:PORT` can be reached.
    async fn reach(&mut self, place: &str) -> bool {
        let language = self.language;
        let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
        let addresses = probe::addresses(place).await;
        if addresses.is_empty() {
            self.bad("name", Exit::Down, text::name_missing(language, host));
            return false;
        }
        self.good("name", text::name_found(language, host));
        if !probe::connects(&addresses).await {
            self.bad("connection", Exit::Down, text::unreachable(language, host));
            return false;
        }
        self.good("connection", text::reachable(language, host));
        true
    }

    /// Whether there is a key, where the service can't be asked about it.
    async fn key(&mut self, runtime: &Runtime) {
        match runtime.voices(self.language).await {
            Ok(_) => self.good("key", text::key_unchecked(self.language)),
            Err(error) => {
                let Trouble { exit, advice, .. } = Trouble::of(&error, self.language);
                self.bad("key", exit, advice);
            }
        }
    }

    async fn clock(&mut self, runtime: &Runtime) {
        let language = self.language;
        match runtime.clock_difference().await.map(i64::abs) {
            None => self.good("clock", text::clock_unknown(language)),
            Some(seconds) if seconds <= CLOCK_TOLERANCE => {
                self.good("clock", text::clock_right(language, seconds));
            }
            Some(seconds) => {
                self.bad("clock", Exit::Refused, text::clock_wrong(language, seconds));
            }
        }
    }
}
