//! What `ima doctor` says.

use std::path::Path;

use ima_host::types::Language;

use super::{Advice, advise, say};

pub(crate) fn key_present(language: Language) -> String {
    say!(
        language,
        "API key: present and accepted",
        "API 密钥：已设置，有效"
    )
}

pub(crate) fn key_unchecked(language: Language) -> String {
    say!(
        language,
        "API key: present; the service could not be asked about it",
        "API 密钥：已设置；暂时无法向服务确认"
    )
}

pub(crate) fn proxied(language: Language, proxy: &str) -> String {
    say!(
        language,
        "Proxy: requests go through {proxy}",
        "代理：请求经由 {proxy}"
    )
}

pub(crate) fn name_found(language: Language, host: &str) -> String {
    say!(language, "Network: {host} is found", "网络：已找到 {host}")
}

pub(crate) fn name_missing(language: Language, host: &str) -> Advice {
    advise!(
        language,
        "Network: {host} is not found." => "Check the connection and the name server.",
        "网络：找不到 {host}。" => "请检查网络连接和域名服务器。"
    )
}

pub(crate) fn reachable(language: Language, host: &str) -> String {
    say!(
        language,
        "Connection: {host} answers",
        "连接：{host} 有响应"
    )
}

pub(crate) fn unreachable(language: Language, host: &str) -> Advice {
    advise!(
        language,
        "Connection: {host} does not answer." => "Check the connection, a firewall or a proxy.",
        "连接：{host} 没有响应。" => "请检查网络连接、防火墙或代理。"
    )
}

pub(crate) fn service(language: Language, count: usize) -> String {
    say!(
        language,
        "Service: {count} models are offered",
        "服务：提供 {count} 个模型"
    )
}

pub(crate) fn no_service(language: Language) -> Advice {
    advise!(
        language,
        "Service: the models can't be listed." => "Please try again later.",
        "服务：无法获取模型列表。" => "请稍后再试。"
    )
}

pub(crate) fn clock_right(language: Language, seconds: i64) -> String {
    say!(
        language,
        "Clock: within {seconds} s of the service's",
        "时钟：与服务相差不超过 {seconds} 秒"
    )
}

pub(crate) fn clock_wrong(language: Language, seconds: i64) -> Advice {
    advise!(
        language,
        "Clock: {seconds} s away from the service's." => "Set the clock of this machine.",
        "时钟：与服务相差 {seconds} 秒。" => "请校准本机时间。"
    )
}

pub(crate) fn clock_unknown(language: Language) -> String {
    say!(
        language,
        "Clock: the service's time is not known",
        "时钟：不知道服务的时间"
    )
}

/// A folder that is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Folder {
    Data,
    Logs,
    Preferences,
}

impl Folder {
    fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Data, Language::En) => "Data folder",
            (Self::Data, Language::Zh) => "数据文件夹",
            (Self::Logs, Language::En) => "Log folder",
            (Self::Logs, Language::Zh) => "日志文件夹",
            (Self::Preferences, Language::En) => "Preference folder",
            (Self::Preferences, Language::Zh) => "偏好设置文件夹",
        }
    }

    /// The variable that names another one.
    const fn variable(self) -> &'static str {
        match self {
            Self::Data => "IMA_DATA_DIR",
            Self::Logs => "IMA_LOG_DIR",
            Self::Preferences => "IMA_PREFS_FILE",
        }
    }
}

pub(crate) fn folder_writable(language: Language, kind: Folder, folder: &Path) -> String {
    let (name, folder) = (kind.name(language), folder.display());
    say!(
        language,
        "{name}: {folder} is writable",
        "{name}：{folder} 可写"
    )
}

pub(crate) fn folder_unwritable(language: Language, kind: Folder, folder: Option<&Path>) -> Advice {
    let (name, variable) = (kind.name(language), kind.variable());
    let folder = folder.map_or_else(String::new, |folder| folder.display().to_string());
    advise!(
        language,
        "{name}: {folder} can't be written to."
            => "Make it writable, or choose another one with {variable}.",
        "{name}：{folder} 不可写。" => "请让它可写，或用 {variable} 换一个。"
    )
}

pub(crate) fn journal_read(language: Language, all: usize, open: usize) -> String {
    say!(
        language,
        "Jobs: {all} known, {open} to go on with",
        "任务：共 {all} 项，{open} 项可以继续"
    )
}

pub(crate) fn preferences_read(language: Language) -> String {
    say!(language, "Preferences: readable", "偏好设置：可读")
}

pub(crate) fn component_loads(language: Language) -> String {
    say!(language, "Component: loads and answers", "组件：正常")
}

pub(crate) fn component_broken(language: Language) -> Advice {
    advise!(
        language,
        "Component: it can't be loaded." => "Install the program again.",
        "组件：无法加载。" => "请重新安装程序。"
    )
}

pub(crate) fn cache_used(language: Language, folder: &Path) -> String {
    let folder = folder.display();
    say!(
        language,
        "Cache: {folder} is in use",
        "缓存：正在使用 {folder}"
    )
}

pub(crate) fn cache_filled(language: Language, folder: &Path) -> String {
    let folder = folder.display();
    say!(
        language,
        "Cache: {folder} was filled just now; the next start is faster",
        "缓存：刚写入 {folder}，下次启动会更快"
    )
}

pub(crate) fn cache_off(language: Language, folder: Option<&Path>) -> Advice {
    let folder = folder.map_or_else(String::new, |folder| folder.display().to_string());
    advise!(
        language,
        "Cache: {folder} is not used, so every start takes seconds."
            => "Choose a writable folder of your own with IMA_CACHE_DIR.",
        "缓存：没有使用 {folder}，每次启动都要几秒钟。" => "请用 IMA_CACHE_DIR 指定一个可写的文件夹。"
    )
}

#[cfg(feature = "simulator")]
pub(crate) fn simulator(language: Language, origin: &str) -> String {
    say!(
        language,
        "Listening on {origin} until Ctrl-C. Try:",
        "正在监听 {origin}，按 Ctrl-C 结束。试一试："
    )
}

#[cfg(feature = "simulator")]
pub(crate) fn no_simulator(language: Language) -> Advice {
    advise!(
        language,
        "The simulator did not start." => "Choose another port with --port, and a speed of at least 0.",
        "模拟器没有启动。" => "请用 --port 换一个端口，速度不能小于 0。"
    )
}
