//! An unusual developer's machine: whatever stands in the environment of the tests, they hold.

use std::fs;
use std::process::Command;

use crate::error::Error;
use crate::files;
use crate::run::{cargo_program, run, target, workspace};

/// Players that the program knows, and a program that opens links.
const PLAYERS: [&str; 6] = ["afplay", "aplay", "ffplay", "mpv", "paplay", "xdg-open"];

/// What the environment says: a language with letters of its own and no UTF-8, proxies that are not there,
/// and settings of the program that belong to its user.
const VARIABLES: [(&str, &str); 12] = [
    ("LC_ALL", "tr_TR.ISO-8859-9"),
    ("LANG", "zh_CN.GBK"),
    ("TZ", "Pacific/Chatham"),
    ("TERM", "dumb"),
    ("COLUMNS", "7"),
    ("CLICOLOR_FORCE", "1"),
    ("ALL_PROXY", "socks5h://127.0.0.1:9"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("NO_PROXY", ""),
    ("IMA_API_KEY", "ima_the_developers_own"),
    ("IMA_CONFIRM_ABOVE", "0"),
    ("SSL_CERT_FILE", "/nonexistent/certificates.pem"),
];

/// Runs the tests there. What they need has been fetched before.
pub(crate) fn test(arguments: &[&str]) -> Result<(), Error> {
    let players = target().join("tmp/players");
    let played = players.join("played");
    files::make_empty(&players)?;
    for name in PLAYERS {
        let path = players.join(name);
        files::write(
            &path,
            format!("#!/bin/sh\necho {name} >> '{}'\n", played.display()),
        )?;
        executable(&path)?;
    }
    let mut path = players.into_os_string();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(if cfg!(windows) { ";" } else { ":" });
        path.push(rest);
    }
    let mut command = under_a_strict_mask();
    command
        .args(["test", "--offline"])
        .args(arguments)
        .envs(VARIABLES)
        .env("PATH", path)
        .current_dir(workspace());
    let name = format!(
        "cargo test {} in an unusual environment",
        arguments.join(" ")
    );
    eprintln!("$ {name}");
    run(&mut command, &name)?;
    match fs::read_to_string(&played) {
        Ok(names) => Err(Error::Played(
            names.split_whitespace().collect::<Vec<_>>().join(", "),
        )),
        Err(_) => Ok(()),
    }
}

/// Cargo, whose files nobody else may read.
fn under_a_strict_mask() -> Command {
    if cfg!(unix) {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "umask 077; exec \"$@\"", "sh"]);
        command.arg(cargo_program());
        command
    } else {
        Command::new(cargo_program())
    }
}

#[cfg(unix)]
fn executable(path: &std::path::Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(files::at(path))
}

#[cfg(not(unix))]
fn executable(_: &std::path::Path) -> Result<(), Error> {
    Ok(())
}
