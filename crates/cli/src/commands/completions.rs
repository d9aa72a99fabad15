//! `ima completions`: what has a shell complete commands, options, models, voices, jobs and files.

use std::io;

use clap::{Args, ValueEnum};
use clap_complete::CompletionCandidate;
use clap_complete::env::Shells;
use ima_host::Journal;
use ima_host::types::Language;

use super::voices;
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::folders;
use crate::library::Library;
use crate::setup;
use crate::ui::out;
use crate::ui::text::command_error;

/// The variable by which a shell asks this program for what may come next.
pub(crate) const VARIABLE: &str = "IMA_COMPLETE";

/// `ima completions`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima completions bash > ~/.local/share/bash-completion/completions/ima
  ima completions zsh > ~/.zfunc/_ima
  ima completions fish > ~/.config/fish/completions/ima.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    /// ¦ 哪种 shell
    #[arg(value_enum)]
    shell: Shell,
}

/// A shell that can ask.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit, CommandError> {
    let name = match args.shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
        Shell::Elvish => "elvish",
    };
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let written = match shells.completer(name) {
        Some(shell) => shell.write_registration(VARIABLE, "ima", "ima", "ima", &mut script),
        None => Err(io::ErrorKind::Unsupported.into()),
    };
    written.map_err(|_| {
        command_error!(
            Other,
            "The script could not be made." => "Choose another shell.",
            "无法生成脚本。" => "请换一种 shell。"
        )
    })?;
    out::bytes(&script);
    Ok(Exit::Done)
}

/// The models that were last listed: a list from the service would take too long.
pub(crate) fn models() -> Vec<CompletionCandidate> {
    let file = folders::cache().map(|it| it.join("models"));
    let text = file.and_then(|it| std::fs::read_to_string(it).ok());
    let lines = text.unwrap_or_default();
    let lines = lines.lines().filter_map(|line| line.split_once('\t'));
    lines
        .map(|(id, name)| CompletionCandidate::new(id).help(Some(name.to_owned().into())))
        .collect()
}

/// Keeps a list of models for [`models`]. Failing to is no loss.
pub(crate) fn keep_models(models: &[(String, String)]) {
    let Some(folder) = folders::cache() else {
        return;
    };
    let line =
        |(id, name): &(String, String)| format!("{id}\t{}\n", name.replace(['\n', '\t'], " "));
    let text: String = models.iter().map(line).collect();
    let _ = folders::create_private(&folder);
    let _ = std::fs::write(folder.join("models"), text);
}

/// The names of the voices.
pub(crate) fn voices() -> Vec<CompletionCandidate> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let voices = runtime.ok().and_then(|it| {
        it.block_on(async {
            let runtime = setup::offline().await.ok()?;
            voices::all(&runtime, Language::En).await.ok()
        })
    });
    let voices = voices.unwrap_or_default().into_iter();
    voices
        .map(|it| CompletionCandidate::new(voices::plain(&it.name)).help(Some(it.id.into())))
        .collect()
}

/// What was made, the newest first.
pub(crate) fn made() -> Vec<CompletionCandidate> {
    let address = std::env::var("IMA_BASE_URL").unwrap_or_default();
    let all = Library::at(folders::data_of(&address)).all().into_iter();
    let made = all.filter(|it| it.part.is_none()).take(50);
    made.map(|it| CompletionCandidate::new(&it.job).help(Some(it.what().into())))
        .collect()
}

/// The jobs of this machine, the newest first.
pub(crate) fn jobs() -> Vec<CompletionCandidate> {
    let address = std::env::var("IMA_BASE_URL").unwrap_or_default();
    let folder = folders::data_of(&address).filter(|it| it.is_dir());
    let journal = folder.and_then(|it| Journal::open_blocking(&it).ok());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let jobs = runtime
        .ok()
        .zip(journal)
        .and_then(|(runtime, journal)| runtime.block_on(journal.list_newest(50)).ok());
    let jobs = jobs.unwrap_or_default().into_iter();
    jobs.map(|job| {
        let what = [
            job.model_name.as_deref().unwrap_or_default(),
            job.state.as_str(),
        ];
        CompletionCandidate::new(job.id).help(Some(what.join(", ").into()))
    })
    .collect()
}
