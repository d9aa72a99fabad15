//! `ima login` and `ima logout`: the API key in a file of this user's alone.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use secrecy::zeroize::Zeroizing;

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::folders;
use crate::options::Common;
use crate::setup;
use crate::ui::out;
use crate::ui::text::{KEYS, command_error, say};

/// `ima login`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima login
  cat key.txt | ima login

The key is kept in ~/.config/ima/key, which only you can read. IMA_API_KEY goes first.
¦
密钥保存在 ~/.config/ima/key，只有你能读。环境变量 IMA_API_KEY 优先。")]
pub(crate) struct LoginArgs {}

/// `ima logout`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima logout")]
pub(crate) struct LogoutArgs {}

pub(crate) fn login(common: &Common) -> Result<Exit, CommandError> {
    let language = common.language();
    if io::stdin().is_terminal() {
        let ask = say!(
            "API key (from {KEYS}), which is not shown: ",
            "API 密钥（{KEYS}），输入时不显示："
        );
        let mut stderr = io::stderr();
        let _ = write!(stderr, "{}", ask.get(language));
        let _ = stderr.flush();
    }
    let key = hidden_line().map_err(|_| unreadable())?;
    let key = key.trim();
    if key.is_empty() || key.chars().any(|it| it.is_control() || it.is_whitespace()) {
        return Err(unreadable());
    }
    let path = setup::key_file().ok_or_else(unwritable)?;
    folders::write_private(&path, key.as_bytes()).map_err(|_| unwritable())?;
    if !common.quiet {
        let path = path.display();
        let words = say!(
            "Kept in {path}. To check it: ima doctor",
            "已保存到 {path}。检查：ima doctor"
        );
        out::error(words.get(language));
    }
    Ok(Exit::Done)
}

pub(crate) fn logout(common: &Common) -> Result<Exit, CommandError> {
    let path = setup::key_file().ok_or_else(unwritable)?;
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable()),
        _ => {}
    }
    if !common.quiet {
        let words = say!("The key is removed.", "密钥已删除。");
        out::error(words.get(common.language()));
    }
    Ok(Exit::Done)
}

/// A line of standard input, which a terminal does not show.
fn hidden_line() -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    #[cfg(unix)]
    let _echo = Echo::off();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}

/// A terminal that shows nothing until this is dropped.
#[cfg(unix)]
struct Echo(rustix::termios::Termios);

#[cfg(unix)]
impl Echo {
    fn off() -> Option<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let stdin = io::stdin();
        let before = tcgetattr(&stdin).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Now, &silent).ok()?;
        Some(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Echo {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        let _ = writeln!(io::stderr());
    }
}

fn unreadable() -> CommandError {
    command_error!(
        Usage,
        "That is no API key. Nothing was kept." => "Copy it as a whole from {KEYS}",
        "这不是 API 密钥，没有保存。" => "请从 {KEYS} 完整复制。"
    )
}

fn unwritable() -> CommandError {
    command_error!(
        Other,
        "The key can't be kept in the folder of the settings." => "Make it writable, or use IMA_API_KEY.",
        "无法把密钥保存到设置文件夹。" => "请让它可写，或使用 IMA_API_KEY。"
    )
}
