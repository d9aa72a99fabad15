//! `ima music`

use std::path::Path;

use ima_host::types::{Language, MusicOptions, Options, Request, TaskType, VocalGender};

use crate::args::{self, Asked, Common, Generate, Music, MusicFlags};
use crate::exit::Exit;
use crate::generate::{self, Terms, Wish};
use crate::prompts;
use crate::setup::Trouble;
use crate::text;
use crate::usual::Habit;

pub(crate) async fn run(common: &Common, music: Music) -> Result<Exit, Trouble> {
    let language = common.language();
    let Generate {
        prompt,
        many,
        asked,
        spending,
        delivery,
    } = music.generate;
    let wish = Wish {
        request: request(asked, music.flags, language)?,
        prompts: prompts::of(prompt, many, language)?,
        habit: Habit::Save,
    };
    generate::run(common, wish, Terms::of_options(&spending, &delivery)).await
}

/// The request for music, yet without its prompt.
pub(crate) fn request(
    asked: Asked,
    flags: MusicFlags,
    language: Language,
) -> Result<Request, Trouble> {
    let mut request = Request::new(TaskType::TextToMusic, "", language);
    for (option, value) in [
        ("--tags", &flags.tags),
        ("--negative-tags", &flags.negative_tags),
        ("--title", &flags.title),
        ("--engine", &flags.engine),
    ] {
        prompts::not_empty(option, value.as_deref(), language)?;
    }
    let set = [
        ("--lyrics", "lyrics", flags.lyrics.is_some()),
        ("--instrumental", "make_instrumental", flags.instrumental),
        ("--tags", "tags", flags.tags.is_some()),
        (
            "--negative-tags",
            "negative_tags",
            flags.negative_tags.is_some(),
        ),
        (
            "--vocal-gender",
            "vocal_gender",
            flags.vocal_gender.is_some(),
        ),
        ("--title", "title", flags.title.is_some()),
        ("--engine", "model_version", flags.engine.is_some()),
    ];
    prompts::ask(&mut request, asked, &set)?;
    if flags != MusicFlags::default() {
        let gender = |gender| match gender {
            args::VocalGender::Female => VocalGender::Female,
            args::VocalGender::Male => VocalGender::Male,
        };
        request.options = Some(Options::Music(MusicOptions {
            lyrics: flags.lyrics.map(|it| lyrics(it, language)).transpose()?,
            instrumental: flags.instrumental.then_some(true),
            tags: flags.tags,
            negative_tags: flags.negative_tags,
            vocal_gender: flags.vocal_gender.map(gender),
            title: flags.title,
            engine: flags.engine,
            ..MusicOptions::default()
        }));
    }
    Ok(request)
}

/// The words, or those of the file after an `@`.
pub(crate) fn lyrics(text: String, language: Language) -> Result<String, Trouble> {
    let words = match text.strip_prefix('@') {
        None => text,
        Some(path) => {
            let words = prompts::read(Path::new(path));
            words.map_err(|_| Trouble::usage(text::lyrics_file(language, path)))?
        }
    };
    prompts::not_empty("--lyrics", Some(&words), language)?;
    Ok(words)
}
