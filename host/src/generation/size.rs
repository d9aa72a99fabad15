//! How much a generation begins with, in bytes of text.

use crate::error::Error;
use crate::limits::Limits;
use crate::types::{MusicOptions, Options, Request, SpeechOptions};

use super::Beginning;

/// A continuation holds its request with escapes, of up to six bytes for one.
const ESCAPED: usize = 8;

impl Beginning {
    /// The size of its texts.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Start(request) => request.size(),
            Self::Resume(resumed, _) => resumed.continuation.len(),
        }
    }

    /// Refuses what is larger than the limit.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), Error> {
        match self {
            Self::Start(request) => request.check(limits),
            Self::Resume(..) => check(self.size(), limits.input_size.saturating_mul(ESCAPED)),
        }
    }
}

impl Request {
    /// Refuses what is larger than the limit.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Error> {
        check(self.size(), limits.input_size)
    }

    fn size(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let options = match &self.options {
            None => 0,
            Some(Options::Music(MusicOptions {
                lyrics,
                tags,
                negative_tags,
                title,
                description,
                engine,
                auto_lyrics: _,
                instrumental: _,
                vocal_gender: _,
                custom_mode: _,
            })) => [lyrics, tags, negative_tags, title, description, engine]
                .map(text)
                .iter()
                .sum(),
            Some(Options::Speech(SpeechOptions {
                speaker,
                emotion,
                ssml,
                explicit_language,
                context_texts,
                rate: _,
                volume: _,
                style: _,
            })) => {
                let texts = [speaker, emotion, ssml, explicit_language].map(text);
                let contexts = context_texts.iter().map(String::len);
                texts.into_iter().chain(contexts).sum()
            }
        };
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|it| it.name.len() + it.value.len());
        let ids = text(&self.model_id) + text(&self.version_id);
        self.prompt.len() + ids + options + parameters.sum::<usize>()
    }
}

fn check(size: usize, most: usize) -> Result<(), Error> {
    match size > most {
        true => Err(Error::TooLarge { size, most }),
        false => Ok(()),
    }
}
