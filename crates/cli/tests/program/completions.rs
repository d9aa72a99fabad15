//! Completions, as shells ask for them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::stage::{Stage, ends, text};

/// What the program offers for the last of these words.
fn offered(stage: &Stage, words: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ima"));
    let output = command
        .env_clear()
        .env("HOME", stage.home.path())
        .env("IMA_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"))
        .env("IMA_BASE_URL", &stage.origin)
        .env("IMA_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_IFS", "\n")
        .current_dir(stage.here())
        .arg("--")
        .args(words)
        .output()
        .unwrap();
    text(&output.stdout).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn models_voices_jobs_and_files_are_offered_where_they_belong() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["models"]), 0);
    ends(&stage.ima(&["speech", "Hello.", "--no-wait"]), 0);
    fs::write(stage.here().join("ideas.txt"), "").unwrap();
    let (job, _) = stage.job().await;
    for (words, expected) in [
        (&["ima", "mus"][..], "music"),
        (&["ima", "music", "--model", "Gen"], "GenBGM"),
        (&["ima", "model", "son"], "sonic"),
        (&["ima", "speech", "--voice", "Ti"], "Tim"),
        (&["ima", "speech", "--emotion", "hap"], "happy"),
        (&["ima", "resume", job.get(..3).unwrap()], job.as_str()),
        (&["ima", "jobs", "show", ""], job.as_str()),
        (&["ima", "music", "--prompts-file", "id"], "ideas.txt"),
    ] {
        let all = offered(&stage, words);
        assert!(all.iter().any(|it| it == expected), "{words:?}: {all:?}");
    }
}

#[tokio::test]
async fn what_help_does_not_show_is_not_offered() {
    let stage = Stage::new().await;
    let all = offered(&stage, &["ima", ""]);
    assert!(all.iter().any(|it| it == "doctor") && !all.iter().any(|it| it == "manual"));
    let all = offered(&stage, &["ima", "music", "--"]);
    let has = |name: &str| all.iter().any(|it| it == name);
    assert!(has("--prompts-file") && !has("--clock-rate"), "{all:?}");
}

/// The shell, if it is on this machine.
fn shell(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|it| it.join(name))
        .find(|it| it.is_file())
}

#[tokio::test]
async fn every_shell_can_source_its_script() {
    let stage = Stage::new().await;
    for (name, source) in [
        ("bash", "source ./script && complete -p ima"),
        (
            "zsh",
            "autoload -Uz compinit && compinit -u -d ./dump && source ./script && print $_comps[ima]",
        ),
        ("fish", "source ./script; and complete -c ima"),
    ] {
        let script = stage.plain(&["completions", name]).output().unwrap();
        ends(&script, 0);
        assert!(text(&script.stdout).contains("IMA_COMPLETE"));
        fs::write(stage.here().join("script"), &script.stdout).unwrap();
        let Some(program) = shell(name) else {
            eprintln!("{name} is not here");
            continue;
        };
        let mut command = Command::new(program);
        let output = command
            .args(["-c", source])
            .env("HOME", stage.home.path())
            .current_dir(stage.here())
            .output()
            .unwrap();
        let shown = text(&output.stdout) + &text(&output.stderr);
        assert!(
            output.status.success() && shown.contains("ima"),
            "{name}: {shown}"
        );
    }
}
