//! `ima doctor`: what must be right for the program to work, a line each.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use ima_host::types::{Cause, TaskType};
use ima_host::{Credential, Error, Job, Journal, Origin, Runtime};
use serde::Serialize;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

use crate::command_error::{CommandError, ErrorKind};
use crate::exit::Exit;
use crate::options::Common;
use crate::preferences::Usual;
use crate::ui::out;
use crate::ui::text::{self, Text, command_error, say};
use crate::{fake_address, folders, report, setup};

/// `ima doctor`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima doctor\n  ima doctor --json")]
pub(crate) struct DoctorArgs {}

/// How far the clock may be off, in seconds: requests are not signed, but certificates have dates.
const CLOCK_TOLERANCE: i64 = 300;

/// The longest time to look up a name, or to connect.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was looked at, and how it is.
#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(skip)]
    exit: Exit,
}

struct Doctor<'a> {
    common: &'a Common,
    /// Where audio is saved.
    audio: PathBuf,
    /// Whether a key is named at all.
    has_key: bool,
    checks: Vec<Check>,
}

pub(crate) async fn run(common: &Common) -> Exit {
    examine(common, None, PathBuf::from(".")).await
}

/// The same for a key that is somewhere else than in the environment, and for another folder for the audio.
pub(crate) async fn examine(
    common: &Common,
    credential: Option<Credential>,
    audio: PathBuf,
) -> Exit {
    let mut doctor = Doctor {
        common,
        audio,
        has_key: true,
        checks: Vec::new(),
    };
    doctor.here().await;
    doctor.network(credential).await;
    let exits = doctor.checks.iter().map(|check| check.exit);
    let exit = exits.max_by_key(|exit| exit.weight());
    if common.json {
        #[derive(Serialize)]
        struct List {
            checks: Vec<Check>,
        }
        out::json(&List {
            checks: doctor.checks,
        });
    }
    exit.unwrap_or(Exit::Done)
}

impl Doctor<'_> {
    fn good(&mut self, check: &'static str, message: &Text) {
        self.push(Check {
            check,
            ok: true,
            message: message.get(self.common.language()).to_owned(),
            advice: None,
            exit: Exit::Done,
        });
    }

    fn bad(&mut self, check: &'static str, error: &CommandError) {
        self.fault(check, error.kind.exit(), error);
    }

    /// Something that is not as it should be, but stops nothing.
    fn unfortunate(&mut self, check: &'static str, error: &CommandError) {
        self.fault(check, Exit::Done, error);
    }

    fn fault(&mut self, check: &'static str, exit: Exit, error: &CommandError) {
        let language = self.common.language();
        self.push(Check {
            check,
            ok: false,
            message: error.message.get(language).to_owned(),
            advice: report::advice(&error.hints, language),
            exit,
        });
    }

    fn push(&mut self, check: Check) {
        if !self.common.json {
            let message = &check.message;
            match (check.ok, &check.advice) {
                (true, _) if self.common.quiet => {}
                (true, _) => out::line(&format!("✅ {message}")),
                (false, None) => out::line(&format!("❌ {message}")),
                (false, Some(advice)) => out::line(&format!("❌ {message} {advice}")),
            }
        }
        self.checks.push(check);
    }

    /// What is on this machine.
    async fn here(&mut self) {
        match self.component().await {
            Some(runtime) => {
                let works = say!("Component: loads and answers", "组件：正常");
                self.good("component", &works);
                self.cache(&runtime);
                let usual = Usual::of(&runtime, self.common);
                match usual.get(TaskType::TextToMusic).await {
                    Ok(_) => self.good(
                        "preferences",
                        &say!("Preferences: readable", "偏好设置：可读"),
                    ),
                    Err(error) => self.bad("preferences", &error),
                }
            }
            None => self.bad(
                "component",
                &command_error!(
                    Other,
                    "Component: it can't be loaded." => "Install the program again.",
                    "组件：无法加载。" => "请重新安装程序。"
                ),
            ),
        }
        let data = self.common.data();
        // Opening the journal makes the folder, for this user only.
        let jobs = match &data {
            Some(folder) => jobs(folder).await,
            None => None,
        };
        self.folder(Folder::Data, data);
        self.folder(Folder::Logs, folders::logs());
        self.folder(Folder::Audio, Some(self.audio.clone()));
        // A link is followed to where the file is written.
        let file = folders::preferences().map(|file| file.canonicalize().unwrap_or(file));
        let folder = file.as_deref().and_then(Path::parent).map(PathBuf::from);
        self.folder(Folder::Preferences, folder);
        match jobs {
            Some(jobs) => {
                let (all, open) = (jobs.len(), jobs.iter().filter(|job| job.is_open()).count());
                let known = say!(
                    "Jobs: {all} known, {open} to resume",
                    "任务：共 {all} 项，{open} 项可以继续"
                );
                self.good("journal", &known);
            }
            None => self.bad("journal", &text::journal()),
        }
    }

    async fn component(&self) -> Option<Runtime> {
        let runtime = setup::offline().await.ok()?;
        let voices = runtime.voices(self.common.language()).await.ok()?;
        (!voices.is_empty()).then_some(runtime)
    }

    /// Whether a folder can be written to.
    fn folder(&mut self, kind: Folder, folder: Option<PathBuf>) {
        let Text { en, zh } = kind.name();
        let (check, variable) = (kind.check(), kind.variable());
        let path = folder.as_deref().map(Path::display);
        let path = path.map_or_else(String::new, |path| path.to_string());
        if folder.is_some_and(|folder| is_writable(&folder)) {
            let writable = say!("{en}: {path} is writable", "{zh}：{path} 可写");
            return self.good(check, &writable);
        }
        let error = command_error!(
            Other,
            "{en}: {path} is not writable."
                => "Make it writable, or choose another one with {variable}.",
            "{zh}：{path} 不可写。" => "请让它可写，或用 {variable} 换一个。"
        );
        match kind {
            Folder::Data => self.bad(check, &error),
            // Something is forgotten, but nothing is refused.
            Folder::Logs | Folder::Audio | Folder::Preferences => self.unfortunate(check, &error),
        }
    }

    fn cache(&mut self, runtime: &Runtime) {
        let folder = folders::cache().unwrap_or_default();
        let path = folder.display();
        match runtime.cache_statistics() {
            (1.., _) => self.good(
                "cache",
                &say!("Cache: {path} is in use", "缓存：正在使用 {path}"),
            ),
            (0, 1..) if folder.is_dir() => self.good(
                "cache",
                &say!(
                    "Cache: {path} was just filled; the next start is faster",
                    "缓存：刚写入 {path}，下次启动会更快"
                ),
            ),
            // Slow, but nothing is wrong.
            _ => self.unfortunate(
                "cache",
                &command_error!(
                    Other,
                    "Cache: {path} is not used, so every start takes seconds."
                        => "Choose a writable folder of your own with IMA_CACHE_DIR.",
                    "缓存：没有使用 {path}，每次启动都要几秒钟。"
                        => "请用 IMA_CACHE_DIR 指定一个可写的文件夹。"
                ),
            ),
        }
    }

    /// The key, and the way to the service.
    async fn network(&mut self, credential: Option<Credential>) {
        self.has_key = credential.is_some() || setup::has_key();
        let given = self.common.base_url.as_deref();
        let given = given.filter(|url| !url.is_empty());
        let runtime = match setup::examining(self.common, credential).await {
            Ok(runtime) => runtime,
            // The component was looked at already; what remains is the address.
            Err(error) => return self.bad("service", &error),
        };
        // The runtime accepted the address.
        let Ok(url) = Url::parse(given.unwrap_or(Origin::DEFAULT)) else {
            return;
        };
        for warning in runtime.network_warnings() {
            let error = CommandError::new(ErrorKind::Other, text::left_out(warning));
            self.unfortunate("environment", &error);
        }
        let place = match runtime.proxy() {
            // Names and connections behind it are its own.
            Some(proxy) => {
                let through = say!(
                    "Proxy: requests go through {proxy}",
                    "代理：请求经由 {proxy}"
                );
                self.good("proxy", &through);
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
        let language = self.common.language();
        let music = runtime.models(TaskType::TextToMusic, language).await;
        let speech = match music.is_ok() {
            true => runtime.models(TaskType::TextToSpeech, language).await,
            false => Ok(Vec::new()),
        };
        match music.and_then(|music| Ok((music.len(), speech?.len()))) {
            Ok((music, speech)) => {
                self.good(
                    "service",
                    &say!(
                        "Service: offers {music} models for music and {speech} for speech",
                        "服务：提供 {music} 个音乐模型、{speech} 个语音模型"
                    ),
                );
                self.good(
                    "key",
                    &say!("API key: present and accepted", "API 密钥：已设置，有效"),
                );
            }
            Err(Error::Failure(failure)) if !matches!(failure.cause, Cause::Unauthorized) => {
                let error = CommandError::new(
                    ErrorKind::Failed(Exit::Down, "unavailable"),
                    say!(
                        "Service: the models can't be listed.",
                        "服务：无法获取模型列表。"
                    ),
                );
                let hint = say!("Try again later.", "请稍后再试。");
                self.bad("service", &error.hint(hint));
                self.good("key", &key_unchecked());
            }
            Err(error) => self.bad("key", &error.into()),
        }
        self.clock(&runtime).await;
    }

    /// Whether `HOST:PORT` can be reached.
    async fn reach(&mut self, place: &str) -> bool {
        let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
        let down = ErrorKind::Failed(Exit::Down, "network");
        let addresses = addresses(place).await;
        if addresses.is_empty() {
            let error = command_error!(
                Other,
                "Network: no address found for {host}." => "Check the connection and the DNS server.",
                "网络：找不到 {host}。" => "请检查网络连接和域名服务器。"
            );
            self.bad(
                "name",
                &CommandError {
                    kind: down,
                    ..error
                },
            );
            return false;
        }
        let made_up = addresses
            .iter()
            .find(|it| fake_address::is_made_up(it.ip()));
        if let Some(made_up) = made_up {
            let error = CommandError::new(
                down,
                say!(
                    "Network: {host} has no real address.",
                    "网络：{host} 的地址不是真实的。"
                ),
            );
            let hint = fake_address::advice(host, made_up.ip());
            self.bad("name", &error.hint(hint));
            return false;
        }
        self.good(
            "name",
            &say!("Network: {host} has an address", "网络：已找到 {host}"),
        );
        if !connects(&addresses).await {
            let error = command_error!(
                Other,
                "Connection: {host} does not answer."
                    => "Check the connection, a firewall or a proxy.",
                "连接：{host} 没有响应。" => "请检查网络连接、防火墙或代理。"
            );
            self.bad(
                "connection",
                &CommandError {
                    kind: down,
                    ..error
                },
            );
            return false;
        }
        self.good(
            "connection",
            &say!("Connection: {host} answers", "连接：{host} 有响应"),
        );
        true
    }

    /// Whether there is a key, if the service can't be asked about it.
    async fn key(&mut self, runtime: &Runtime) {
        match runtime.voices(self.common.language()).await {
            Ok(_) if self.has_key => self.good("key", &key_unchecked()),
            Ok(_) => self.bad("key", &text::key_missing()),
            Err(error) => self.bad("key", &error.into()),
        }
    }

    async fn clock(&mut self, runtime: &Runtime) {
        match runtime.clock_difference().await.map(i64::abs) {
            None => self.good(
                "clock",
                &say!(
                    "Clock: the service's time is unknown",
                    "时钟：不知道服务的时间"
                ),
            ),
            Some(seconds) if seconds <= CLOCK_TOLERANCE => self.good(
                "clock",
                &say!(
                    "Clock: within {seconds} s of the service's",
                    "时钟：与服务相差不超过 {seconds} 秒"
                ),
            ),
            Some(seconds) => self.bad(
                "clock",
                &command_error!(
                    Other,
                    "Clock: {seconds} s off the service's." => "Set the clock of this machine.",
                    "时钟：与服务相差 {seconds} 秒。" => "请校准本机时间。"
                ),
            ),
        }
    }
}

fn key_unchecked() -> Text {
    say!(
        "API key: present; the service could not be asked about it",
        "API 密钥：已设置；暂时无法向服务确认"
    )
}

/// A folder that is looked at.
#[derive(Debug, Clone, Copy)]
enum Folder {
    Data,
    Logs,
    /// Where audio is saved if nothing else is said.
    Audio,
    Preferences,
}

impl Folder {
    fn name(self) -> Text {
        match self {
            Self::Data => say!("Data folder", "数据文件夹"),
            Self::Logs => say!("Log folder", "日志文件夹"),
            Self::Audio => say!("Folder for audio", "音频文件夹"),
            Self::Preferences => say!("Preference folder", "偏好设置文件夹"),
        }
    }

    const fn check(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Logs => "logs",
            Self::Audio => "audio",
            Self::Preferences => "preferences-folder",
        }
    }

    /// The variable, or the option, that names another one.
    const fn variable(self) -> &'static str {
        match self {
            Self::Data => "IMA_DATA_DIR",
            Self::Logs => "IMA_LOG_DIR",
            Self::Audio => "--out",
            Self::Preferences => "IMA_PREFS_FILE",
        }
    }
}

/// The addresses of `HOST:PORT`; empty if its name is not found.
async fn addresses(place: &str) -> Vec<SocketAddr> {
    match timeout(PATIENCE, lookup_host(place)).await {
        Ok(Ok(addresses)) => addresses.collect(),
        _ => Vec::new(),
    }
}

/// Whether one of these addresses takes connections.
async fn connects(addresses: &[SocketAddr]) -> bool {
    matches!(
        timeout(PATIENCE, TcpStream::connect(addresses)).await,
        Ok(Ok(_))
    )
}

/// The jobs in a folder; none if they can't be read.
async fn jobs(folder: &Path) -> Option<Vec<Job>> {
    let journal = Journal::open(folder).await.ok()?;
    journal.list().await.ok()
}

/// Whether a file can be made in a folder, or the folder itself if it is missing. Makes neither.
fn is_writable(folder: &Path) -> bool {
    let exists = |it: &&Path| fs::symlink_metadata(it).is_ok();
    let nearest = folder.ancestors().find(exists);
    nearest.is_some_and(|nearest| tempfile::tempfile_in(nearest).is_ok())
}
