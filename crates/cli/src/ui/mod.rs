//! What a person sees and answers: the screen, bars, tables, words, questions and Ctrl-C.

mod bar;
pub(crate) mod confirm;
pub(crate) mod interrupt;
pub(crate) mod out;
pub(crate) mod safe;
pub(crate) mod screen;
pub(crate) mod table;
pub(crate) mod text;

/// The columns of a terminal; none for anything else.
#[cfg(unix)]
fn columns(stream: &impl std::os::fd::AsFd) -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    Some(size.ws_col).filter(|columns| *columns > 0)
}

/// The columns of a terminal are not known here.
#[cfg(not(unix))]
fn columns<T>(_stream: &T) -> Option<u16> {
    None
}
