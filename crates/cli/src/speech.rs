//! `ima speech`

use ima_host::types::{Language, Options, Request, SpeechOptions, SpeechStyle, TaskType};

use crate::args::{Asked, Common, Generate, Speech, SpeechFlags, Style};
use crate::exit::Exit;
use crate::generate::{self, Terms, Wish};
use crate::setup::Trouble;
use crate::usual::Habit;
use crate::{prompts, voices};

pub(crate) async fn run(common: &Common, speech: Speech) -> Result<Exit, Trouble> {
    let language = common.language();
    let Generate {
        prompt,
        many,
        asked,
        spending,
        delivery,
    } = speech.generate;
    let wish = Wish {
        request: request(common, asked, speech.flags, language).await?,
        prompts: prompts::of(prompt, many, language)?,
        habit: Habit::Save,
    };
    generate::run(common, wish, Terms::of_options(&spending, &delivery)).await
}

/// The request for speech, yet without its prompt.
pub(crate) async fn request(
    common: &Common,
    asked: Asked,
    flags: SpeechFlags,
    language: Language,
) -> Result<Request, Trouble> {
    let mut request = Request::new(TaskType::TextToSpeech, "", language);
    prompts::not_empty("--emotion", flags.emotion.as_deref(), language)?;
    prompts::not_empty("--voice", flags.voice.as_deref(), language)?;
    let set = [
        ("--voice", "speaker", flags.voice.is_some()),
        ("--emotion", "audio_params", flags.emotion.is_some()),
        ("--rate", "audio_params", flags.rate.is_some()),
        ("--volume", "audio_params", flags.volume.is_some()),
        ("--style", "model", flags.style.is_some()),
    ];
    prompts::ask(&mut request, asked, &set)?;
    let speaker = match flags.voice {
        Some(voice) => Some(voices::find(common, &voice).await?),
        None => None,
    };
    let style = |style| match style {
        Style::Expressive => SpeechStyle::Expressive,
        Style::Standard => SpeechStyle::Standard,
    };
    request.options = Some(Options::Speech(SpeechOptions {
        speaker,
        emotion: flags.emotion,
        rate: flags.rate,
        volume: flags.volume,
        style: flags.style.map(style),
        ..SpeechOptions::default()
    }));
    Ok(request)
}
