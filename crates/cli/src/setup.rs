//! Sets up the library as the options and the environment describe it.

use std::path::PathBuf;

use ima_host::{Builder, Ceilings, Clock, Credential, Journal, PreferenceFile, Runtime};

use crate::command_error::CommandError;
use crate::options::{Common, Spending};
use crate::ui::out;
use crate::ui::text;
use crate::{config, folders};

/// Where the API key is.
pub(crate) const KEY: &str = "IMA_API_KEY";

/// What requests call their sender.
const USER_AGENT: &str = concat!("ima/", env!("CARGO_PKG_VERSION"));

/// The user's journal.
pub(crate) async fn journal(common: &Common) -> Result<Journal, CommandError> {
    let folder = common.data().ok_or_else(text::journal)?;
    let journal = Journal::open(folder).await?;
    if let Some(aside) = journal.set_aside() {
        out::error(text::set_aside(aside).get(common.language()));
    }
    Ok(journal)
}

/// A runtime for what is not sent anywhere: it needs no address.
pub(crate) async fn offline() -> Result<Runtime, CommandError> {
    Ok(local().build().await?)
}

/// A runtime that never spends. The credential is in place of the environment's.
pub(crate) async fn asking(
    common: &Common,
    credential: Option<Credential>,
) -> Result<Runtime, CommandError> {
    build(common, online(common, credential)?).await
}

/// The same for what tells of the environment itself.
pub(crate) async fn examining(
    common: &Common,
    credential: Option<Credential>,
) -> Result<Runtime, CommandError> {
    Ok(online(common, credential)?.build().await?)
}

/// A runtime that spends and keeps its jobs in the user's journal.
pub(crate) async fn spending(
    common: &Common,
    credential: Option<Credential>,
) -> Result<Runtime, CommandError> {
    let builder = online(common, credential)?.journal(journal(common).await?);
    let settings = config::get();
    let ceilings = Ceilings {
        per_request: settings.max_points,
        per_day: settings.max_points_per_day,
    };
    build(common, builder.ceilings(ceilings)).await
}

/// A runtime for others, who together may spend so much. The credential is in place of the environment's.
pub(crate) async fn serving(
    common: &Common,
    ceilings: Ceilings,
    credential: Option<Credential>,
) -> Result<Runtime, CommandError> {
    let builder = online(common, credential)?.journal(journal(common).await?);
    build(common, builder.ceilings(ceilings)).await
}

/// A runtime that spends, unless the options only ask for the price.
pub(crate) async fn generating(
    common: &Common,
    credential: Option<Credential>,
    options: &Spending,
) -> Result<Runtime, CommandError> {
    if options.dry_run {
        asking(common, credential).await
    } else {
        spending(common, credential).await
    }
}

/// Builds a runtime, and says what of the environment it leaves out.
async fn build(common: &Common, builder: Builder) -> Result<Runtime, CommandError> {
    let runtime = builder.build().await?;
    if !common.quiet {
        for warning in runtime.network_warnings() {
            out::error(text::left_out(warning).get(common.language()));
        }
    }
    Ok(runtime)
}

/// The file of `ima login`.
pub(crate) fn key_file() -> Option<PathBuf> {
    Some(folders::config()?.join("key"))
}

fn is_in_environment() -> bool {
    std::env::var(KEY).is_ok_and(|it| !it.trim().is_empty())
}

/// Whether the environment or `ima login` has a key, good or not.
pub(crate) fn has_key() -> bool {
    is_in_environment() || key_file().is_some_and(|it| it.is_file())
}

/// The key of the environment, else that of `ima login`.
fn credential() -> Credential {
    match key_file().filter(|it| !is_in_environment() && it.is_file()) {
        Some(file) => Credential::file(file),
        None => Credential::environment(KEY),
    }
}

/// What every runtime of this user has.
fn local() -> Builder {
    let mut builder = Runtime::builder().credential(credential());
    if let Some(folder) = folders::cache() {
        builder = builder.cache_folder(folder);
    }
    if let Some(path) = folders::preferences() {
        builder = builder.preferences(PreferenceFile::open(path));
    }
    builder
}

/// The same, with the way to the service.
fn online(common: &Common, credential: Option<Credential>) -> Result<Builder, CommandError> {
    let mut builder = local()
        .environment_proxy()
        .environment_ca()
        .user_agent(USER_AGENT)
        .clock(Clock::accelerated(common.clock_rate));
    if let Some(url) = common.address()? {
        builder = builder.origin(url);
    }
    if let Some(credential) = credential {
        builder = builder.credential(credential);
    }
    Ok(builder)
}
