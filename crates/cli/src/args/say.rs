//! `ima say`.

use clap::Args;

use super::{Delivery, Spending, Task};

/// `ima say`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima say \"写一首关于雨的歌，女声\"
  ima say \"with a male voice, read aloud: Good evening, and welcome.\" --play
  ima say \"以后都用 Suno\"
  ima say \"something for the evening\" --task music --dry-run

Points are spent only where the sentence asks for music or for a text read aloud. A wish about the
model alone is remembered. What is ambiguous is asked back: the questions are printed and the exit
code is 2, as it is for a question or a refusal, which are answered.")]
pub(crate) struct Say {
    /// What you would like, in Chinese or English; `-` is standard input
    #[arg(value_name = "TEXT")]
    pub(crate) utterance: String,
    /// Answers the question whether it is music or speech
    #[arg(long, value_enum)]
    pub(crate) task: Option<Task>,
    /// Answers the question about the model
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Answers the question about the voice, by a name or id of `ima voices`; for music
    /// female, male, vocals or instrumental
    #[arg(long, value_name = "NAME|ID")]
    pub(crate) voice: Option<String>,
    /// Answers the question about the text to speak, or what the music should be like
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Answers the question about the words of the song
    #[arg(long, value_name = "TEXT|@FILE")]
    pub(crate) lyrics: Option<String>,
    #[command(flatten)]
    pub(crate) spending: Spending,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}
