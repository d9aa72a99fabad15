//! What a person sees and answers: the screen, bars, tables, words, questions and Ctrl-C.

mod bar;
pub(crate) mod confirm;
pub(crate) mod interrupt;
pub(crate) mod out;
pub(crate) mod screen;
pub(crate) mod table;
pub(crate) mod text;
