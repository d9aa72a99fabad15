//! Prices: what would be bought, kept under an id that can be bought once.

use std::time::Duration;

use ima_host::Request;
use ima_host::journal::NewQuote;
use ima_host::types::{MusicOptions, Options, SpeechOptions, SpeechStyle, TaskType, VocalGender};
use serde::{Deserialize, Serialize};

use crate::output::{Charged, Output, Retry, Status};
use crate::server::Server;
use crate::words;

/// The arguments of `quote_music`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteMusic {
    prompt: String,
    model: Option<String>,
    lyrics: Option<String>,
    instrumental: Option<bool>,
    tags: Option<String>,
    negative_tags: Option<String>,
    vocal_gender: Option<Gender>,
    title: Option<String>,
    count: Option<u32>,
}

/// The arguments of `quote_speech`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteSpeech {
    text: String,
    voice: Option<String>,
    emotion: Option<String>,
    rate: Option<i32>,
    volume: Option<i32>,
    style: Option<Style>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gender {
    Female,
    Male,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Style {
    Expressive,
    Standard,
}

/// What a quote holds: the exact request, and what the question about it shows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) request: Request,
    pub(crate) model_name: String,
}

impl QuoteMusic {
    fn request(self, server: &Server) -> Request {
        let mut request = Request::music(self.prompt, server.settings().language);
        request.model_id = given(self.model);
        let gender = |gender| match gender {
            Gender::Female => VocalGender::Female,
            Gender::Male => VocalGender::Male,
        };
        let options = MusicOptions {
            lyrics: given(self.lyrics),
            instrumental: self.instrumental.filter(|it| *it),
            tags: given(self.tags),
            negative_tags: given(self.negative_tags),
            vocal_gender: self.vocal_gender.map(gender),
            title: given(self.title),
            ..MusicOptions::default()
        };
        if options != MusicOptions::default() {
            request.options = Some(Options::Music(options));
        }
        if let Some(count) = self.count.filter(|count| *count != 1) {
            request.parameters.insert("n".to_owned(), count.into());
        }
        request
    }
}

/// A text that says something: models fill in what they leave out with empty texts.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|it| !it.trim().is_empty())
}

impl Server {
    pub(crate) async fn quote_music(&self, arguments: QuoteMusic) -> Output {
        let request = arguments.request(self);
        self.quote(request).await
    }

    pub(crate) async fn quote_speech(&self, arguments: QuoteSpeech) -> Output {
        let speaker = match given(arguments.voice) {
            Some(voice) => match self.find_voice(&voice).await {
                Ok(id) => Some(id),
                Err(refusal) => return *refusal,
            },
            None => None,
        };
        let style = |style| match style {
            Style::Expressive => SpeechStyle::Expressive,
            Style::Standard => SpeechStyle::Standard,
        };
        let mut request = Request::speech(arguments.text, self.settings().language);
        request.options = Some(Options::Speech(SpeechOptions {
            speaker,
            emotion: given(arguments.emotion),
            rate: arguments.rate,
            volume: arguments.volume,
            style: arguments.style.map(style),
            ..SpeechOptions::default()
        }));
        self.quote(request).await
    }

    async fn quote(&self, mut request: Request) -> Output {
        let settings = self.settings();
        if request.prompt.trim().is_empty() {
            return Output::refused(
                Retry::AfterChange,
                settings.say("The text is empty.", "文字是空的。"),
            );
        }
        request.user.clone_from(&settings.user);
        // What an agent chose is not what the person usually wants.
        request.remember_model = false;
        let quote = match self.runtime().quote(request.clone()).await {
            Ok(quote) => quote,
            Err(error) => return words::error(settings, &error, None),
        };
        let points = u64::from(quote.most_points);
        request.model_id = Some(quote.model_id.clone());
        request.version_id = Some(quote.version_id.clone());
        request.budget = Some(quote.most_points);
        let task = request.task;
        let offer = Offer {
            request,
            model_name: quote.model_name.clone(),
        };
        let id = self.keep(&offer, points).await;
        let (id, expires_at) = match id {
            Ok(kept) => kept,
            Err(error) => return words::error(settings, &error, None),
        };
        let (low, high) = (quote.estimate.min_seconds, quote.estimate.max_seconds);
        let name = &quote.model_name;
        let (en, zh) = match task {
            TaskType::TextToMusic => ("Music", "音乐"),
            TaskType::TextToSpeech => ("Speech", "语音"),
        };
        let most = quote.most_points;
        let message = settings.say(
            format!(
                "{en} with {name} costs {most} points and takes about {low} to {high} seconds."
            ),
            format!("用 {name} 生成{zh}需要 {most} 积分，大约 {low} 到 {high} 秒。"),
        );
        let mut output = Output::new(Status::Quoted, Charged::No, Retry::SameCall, message);
        output.points = Some(points);
        output.quote_id = Some(id);
        output.expires_at = expires_at;
        output.model = Some(quote.model_name);
        output.advise(settings.say(
            "Tell the user the price. If they agree, call create_audio with this quote_id and these \
             points.",
            "请先告知用户价格；同意后，用这个 quote_id 和积分调用 create_audio。",
        ))
    }

    /// Keeps an offer in the journal, under an id that nobody can guess; with it, when it ends.
    async fn keep(
        &self,
        offer: &Offer,
        points: u64,
    ) -> Result<(String, Option<String>), ima_host::Error> {
        let id = random_id().ok_or(ima_host::Error::Interrupted)?;
        let request = serde_json::to_string(offer).map_err(|_| ima_host::Error::RequestNotText)?;
        let valid_for: Duration = self.settings().quote_validity;
        let quote = NewQuote {
            id: id.clone(),
            request,
            points,
            valid_for,
        };
        self.journal().keep_quote(quote).await?;
        let kept = self.journal().quote(&id).await?;
        Ok((id, kept.and_then(|it| time(it.expires_at))))
    }
}

/// 128 random bits as hexadecimal digits.
pub(crate) fn random_id() -> Option<String> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).ok()?;
    Some(format!("{:032x}", u128::from_be_bytes(bits)))
}

/// Seconds since 1970 as a time of RFC 3339.
pub(crate) fn time(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.to_string())
}
