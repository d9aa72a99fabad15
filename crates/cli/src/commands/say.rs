//! `ima say`: understands a wish in Chinese or English, shows what it understood and the price, and
//! generates after a yes.

mod equivalent;
mod questions;
mod understood;

use clap::Args;
use clap_complete::ArgValueCandidates;
use ima_host::types::{
    About, Cheapest, Interpretation, Need, PreferenceWish, Started, TaskType, Voice, VoiceWish,
};
use ima_host::{Request, Runtime};
use serde::Serialize;
use serde_json::{Map, Value};

use super::create::task_of;
use super::{completions, models, music, prefs, voices};
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::{self, Batch, OptionNames, OptionSet, Prompts, RunOptions, with_prompt};
use crate::options::{Common, Delivery, Spending, Task, service_word};
use crate::preferences::AfterSuccess;
use crate::ui::confirm;
use crate::ui::out;
use crate::ui::text::{command_error, say, shortened};
use crate::{prompts, report, setup};
use understood::Understood;

/// `ima say`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima say \"写一首关于雨的歌，女声\"
  ima say \"with a male voice, read aloud: Good evening, and welcome.\" --play
  ima say \"以后都用 Suno\"
  ima say \"something for the evening\" --task music --dry-run

Shows what it understood and the price, and asks before spending. Off a terminal it spends only with
--yes; without it, it prints the equivalent `ima music` or `ima speech` command and ends with 2. What
is ambiguous is asked back, and ends with 2 too. A wish about the model alone is remembered.
¦
显示理解到的内容和价格，并在花费前询问。不在终端里时，只有加上 --yes 才会花费；否则输出等价的
`ima music` 或 `ima speech` 命令，退出码为 2。不明确的会反问，退出码也是 2。只说模型的话会被记住。")]
// It always asks.
#[command(mut_arg("confirm_above", |it| it.hide(true)))]
pub(crate) struct SayArgs {
    /// What you would like, in Chinese or English; `-` is standard input
    /// ¦ 想要什么，中文或英文；`-` 是标准输入
    #[arg(value_name = "TEXT", required = true, num_args = 1..)]
    utterance: Vec<String>,
    /// Answers whether it is music or speech
    /// ¦ 回答是音乐还是语音
    #[arg(long, value_enum)]
    task: Option<Task>,
    /// Answers which model
    /// ¦ 回答用哪个模型
    #[arg(long, value_name = "ID", add = ArgValueCandidates::new(completions::models))]
    model: Option<String>,
    /// Answers which voice: a name or id of `ima voices`; for music female, male, vocals or
    /// instrumental
    /// ¦ 回答用哪个音色：`ima voices` 里的名称或编号；音乐则是 female、male、vocals 或 instrumental
    #[arg(long, value_name = "NAME|ID", add = ArgValueCandidates::new(completions::voices))]
    voice: Option<String>,
    /// Answers which text to speak, or what the music should be like
    /// ¦ 回答要朗读什么，或想要什么样的音乐
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Answers which lyrics
    /// ¦ 回答用哪段歌词
    #[arg(long, value_name = "TEXT|@FILE")]
    lyrics: Option<String>,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}

pub(crate) async fn run(common: &Common, args: &SayArgs) -> Result<Exit, CommandError> {
    let utterance = prompts::typed(&args.utterance)?;
    let utterance = utterance.trim_end();
    // Without a person and without --yes, nothing is spent.
    let spends = !args.spending.dry_run && (args.spending.yes || confirm::is_possible());
    let runtime = if spends {
        setup::spending(common, None).await?
    } else {
        setup::asking(common, None).await?
    };
    let read = interpret(&runtime, args, utterance).await?;
    // Whoever speaks Chinese is answered in Chinese.
    let common = Common {
        language: Some(common.language.unwrap_or(read.language.into())),
        ..common.clone()
    };
    let done = answer(&common, &runtime, args, utterance, read).await;
    done.map_err(|error| CommandError {
        language: Some(common.language()),
        ..error
    })
}

async fn interpret(
    runtime: &Runtime,
    args: &SayArgs,
    utterance: &str,
) -> Result<Interpretation, CommandError> {
    let task = args.task.map(TaskType::from);
    let model = args.model.as_deref();
    Ok(match task.or_else(|| model.map(task_of)) {
        None => runtime.interpret(utterance).await?,
        Some(task) => runtime.interpret_as(task, model, utterance).await?,
    })
}

async fn answer(
    common: &Common,
    runtime: &Runtime,
    args: &SayArgs,
    utterance: &str,
    read: Interpretation,
) -> Result<Exit, CommandError> {
    let mut questions = read.questions.iter();
    let open = questions.any(|it| it.need == Need::Required && !is_answered(it.about, args));
    let Some(task) = read.task.filter(|_| !open) else {
        return ask(common, &read, args);
    };
    let model_id = model(common, runtime, task, &read, args).await?;
    // Whoever says what to generate wants it generated.
    if read.preference_only && args.text.is_none() {
        return match &model_id {
            None => ask(common, &read, args),
            Some(id) if args.spending.dry_run => would_remember(common, runtime, task, id).await,
            Some(id) => prefs::set(common, runtime, task, id).await,
        };
    }
    let mut request = common.request(task);
    request.model_id = model_id;
    request.parameters = parameters(common, runtime, task, &read, args).await?;
    let prompt = args.text.clone().or(read.prompt);
    let prompt = prompt.unwrap_or_else(|| utterance.to_owned());
    let after_success = match &read.preference {
        PreferenceWish::Keep | PreferenceWish::Switch => AfterSuccess::Remember,
        PreferenceWish::Remember => AfterSuccess::RememberAndSay,
        PreferenceWish::Cheapest(Cheapest { remember: true, .. }) => AfterSuccess::RememberAndSay,
        PreferenceWish::Cheapest(_) => AfterSuccess::Leave,
    };
    let spending = &args.spending;
    let voices = match request.parameters.contains_key("speaker") {
        true if !spending.dry_run => voices::all(runtime, common.language()).await?,
        _ => Vec::new(),
    };
    let whole = with_prompt(&request, &prompt);
    if !spending.dry_run && !spending.yes && !confirm::is_possible() {
        let once = after_success == AfterSuccess::Leave;
        let understood = understand(runtime, whole, &voices).await?;
        let command = equivalent::command(common, args, &understood, once);
        return Ok(leave(common, &understood, &command, args.delivery.events));
    }
    let announce = |started: &Started| {
        if !common.quiet || !spending.yes {
            Understood::of(&whole, started, &voices).show(common.language());
        }
    };
    let batch = Batch {
        request,
        prompts: Prompts::One(prompt),
        after_success,
    };
    let options = RunOptions {
        spending,
        delivery: &args.delivery,
        announce: Some(&announce),
        options: OptionSet::Sentence,
    };
    generate::run(common, runtime, batch, options).await
}

/// What a request comes to, and what it costs today.
async fn understand(
    runtime: &Runtime,
    request: Request,
    voices: &[Voice],
) -> Result<Understood, CommandError> {
    let names = OptionNames::of(&request, OptionSet::Sentence);
    let quote = runtime.quote(request.clone()).await;
    let quote = quote.map_err(|error| CommandError::of_request(&error, &names))?;
    let started = Started {
        model_id: quote.model_id,
        model_name: quote.model_name,
        points: quote.points,
        most_points: quote.most_points,
        estimate: quote.estimate,
    };
    Ok(Understood::of(&request, &started, voices))
}

/// Nobody is there to say yes: the command that does it is the result.
fn leave(common: &Common, understood: &Understood, command: &str, events: bool) -> Exit {
    #[derive(Serialize)]
    struct Unconfirmed<'a> {
        understood: &'a Understood,
        command: &'a str,
    }
    if common.json || events {
        let unconfirmed = Unconfirmed {
            understood,
            command,
        };
        report::print(&unconfirmed, common.json, events);
        return Exit::Usage;
    }
    if !common.quiet {
        let language = common.language();
        understood.show(language);
        let next = say!(
            "Nothing was spent. To generate it, add --yes, or run:",
            "没有扣除积分。要生成，请加上 --yes，或运行："
        );
        out::error(next.get(language));
    }
    out::line(command);
    Exit::Usage
}

/// Asks what is open.
fn ask(common: &Common, read: &Interpretation, args: &SayArgs) -> Result<Exit, CommandError> {
    let mut open = read.questions.clone();
    open.retain(|it| it.need != Need::Optional && !is_answered(it.about, args));
    if open.is_empty() {
        return Err(command_error!(
            Usage,
            "It is not clear what to generate."
                => "Describe it with `ima music TEXT`, or write what to speak with `ima speech TEXT`.",
            "不清楚要生成什么。"
                => "请用 `ima music TEXT` 描述音乐，或用 `ima speech TEXT` 写下要朗读的内容。"
        ));
    }
    questions::show(common, &open, args.delivery.events);
    Ok(Exit::Usage)
}

/// What a preference would come to.
async fn would_remember(
    common: &Common,
    runtime: &Runtime,
    task: TaskType,
    id: &str,
) -> Result<Exit, CommandError> {
    let (_, model) = models::find(common, runtime, Some(task), id).await?;
    if common.json {
        #[derive(Serialize)]
        struct Preview<'a> {
            would_remember: Remembered<'a>,
        }
        #[derive(Serialize)]
        struct Remembered<'a> {
            task: &'a str,
            model_id: &'a str,
            model_name: &'a str,
        }
        out::json(&Preview {
            would_remember: Remembered {
                task: service_word(task),
                model_id: &model.model_id,
                model_name: &model.name,
            },
        });
        return Ok(Exit::Done);
    }
    let model = &model.name;
    let words = match task {
        TaskType::TextToMusic => say!(
            "This would be remembered: from now on {model} for music. Nothing would be generated.",
            "将会记住：以后音乐生成默认用 {model}。不会生成任何内容。"
        ),
        TaskType::TextToSpeech => say!(
            "This would be remembered: from now on {model} for speech. Nothing would be generated.",
            "将会记住：以后语音合成默认用 {model}。不会生成任何内容。"
        ),
    };
    out::line(words.get(common.language()));
    Ok(Exit::Done)
}

/// Whether an option answers a question.
fn is_answered(about: About, args: &SayArgs) -> bool {
    match about {
        About::Task => args.task.is_some() || args.model.is_some(),
        About::Model => args.model.is_some(),
        About::Voice => args.voice.is_some(),
        About::Text => args.text.is_some(),
        About::Lyrics => args.lyrics.is_some(),
        About::Emotion | About::Rate | About::Volume | About::Style => false,
    }
}

/// The model that was asked for, by name, by kind or by price.
async fn model(
    common: &Common,
    runtime: &Runtime,
    task: TaskType,
    read: &Interpretation,
    args: &SayArgs,
) -> Result<Option<String>, CommandError> {
    let named = args.model.clone().or_else(|| read.model_id.clone());
    let PreferenceWish::Cheapest(Cheapest { among, .. }) = &read.preference else {
        return Ok(named);
    };
    if named.is_some() {
        return Ok(named);
    }
    let models = models::all(common, runtime, Some(task)).await?;
    let cheapest = models
        .into_iter()
        .map(|(_, model)| model)
        .filter(|model| among.contains(&model.model_id))
        .filter_map(|model| Some((model.points_min?, model.model_id)))
        .min_by_key(|(points, _)| *points);
    Ok(cheapest.map(|(_, id)| id))
}

/// The parameters that the words lead to, with the answers to questions.
async fn parameters(
    common: &Common,
    runtime: &Runtime,
    task: TaskType,
    read: &Interpretation,
    args: &SayArgs,
) -> Result<Map<String, Value>, CommandError> {
    let read_out = read.parameters.iter().map(|it| {
        let value = serde_json::from_str(&it.value).unwrap_or_default();
        (it.name.clone(), value)
    });
    let mut parameters: Map<String, Value> = read_out.collect();
    let mut set = |name: &str, value: Value| {
        parameters.insert(name.to_owned(), value);
    };
    if let Some(lyrics) = args.lyrics.clone() {
        set("lyrics", music::lyrics(lyrics)?.into());
    }
    match (task, args.voice.as_deref(), &read.voice) {
        (TaskType::TextToMusic, Some(gender @ ("female" | "male")), _) => {
            set("vocal_gender", gender.into());
        }
        (TaskType::TextToMusic, Some("instrumental"), _) => set("make_instrumental", true.into()),
        (TaskType::TextToMusic, Some("vocals") | None, _)
        | (TaskType::TextToSpeech, None, None) => {}
        (TaskType::TextToMusic, Some(voice), _) => {
            let voice = shortened(voice);
            return Err(command_error!(
                Usage,
                "{voice} can't sing: the voices of `ima voices` are for speech."
                    => "Answer with --voice female, male, vocals or instrumental.",
                "{voice} 不能唱歌：歌曲不能用 `ima voices` 里的音色。"
                    => "请用 --voice female、male、vocals 或 instrumental 回答。"
            ));
        }
        (TaskType::TextToSpeech, Some(voice), _) => {
            set(
                "speaker",
                voices::find(common, runtime, voice).await?.into(),
            );
        }
        (TaskType::TextToSpeech, None, Some(VoiceWish::Named(id))) => {
            set("speaker", id.as_str().into());
        }
        (TaskType::TextToSpeech, None, Some(VoiceWish::Sounds(_))) => {
            // The first of those that would be suggested.
            let mut questions = read.questions.iter();
            let question = questions.find(|it| it.about == About::Voice);
            if let Some(voice) = question.and_then(|it| it.options.first()) {
                set("speaker", voice.value.as_str().into());
            }
        }
    }
    Ok(parameters)
}
