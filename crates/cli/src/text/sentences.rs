//! Answers to sentences that ask for no generation.

use ima_host::types::{Language, TaskType};

use super::{Advice, advise, say, shortened};

pub(crate) fn asks_the_price(language: Language) -> Advice {
    advise!(
        language,
        "This asks for a price, and nothing was generated."
            => "`ima models` lists what the models cost, `ima quote music TEXT` says what a request would.",
        "这是在询问价格，没有生成任何内容。"
            => "用 `ima models` 查看各模型的积分，用 `ima quote music TEXT` 查看一次生成的积分。"
    )
}

pub(crate) fn is_about_jobs(language: Language) -> Advice {
    advise!(
        language,
        "This is about earlier generations, and nothing new was generated."
            => "`ima jobs` lists them, `ima resume ID` goes on with one. What has begun can't be cancelled.",
        "这说的是之前的生成，没有生成新的内容。"
            => "用 `ima jobs` 查看，用 `ima resume ID` 继续等待。已经开始的不能取消。"
    )
}

pub(crate) fn declined_in_words(language: Language) -> Advice {
    advise!(
        language,
        "Nothing was generated, and nothing was changed."
            => "`ima prefs get` shows the models that are usually taken, `ima prefs set` and `ima prefs clear` change them.",
        "没有生成任何内容，也没有更改任何设置。"
            => "用 `ima prefs get` 查看常用模型，用 `ima prefs set` 或 `ima prefs clear` 更改。"
    )
}

pub(crate) fn would_remember(language: Language, task: TaskType, model: &str) -> String {
    match task {
        TaskType::TextToMusic => say!(
            language,
            "Would be remembered: from now on {model} for music. Nothing would be generated.",
            "将会记住：以后音乐生成默认用 {model}。不会生成任何内容。"
        ),
        TaskType::TextToSpeech => say!(
            language,
            "Would be remembered: from now on {model} for speech. Nothing would be generated.",
            "将会记住：以后语音合成默认用 {model}。不会生成任何内容。"
        ),
    }
}

pub(crate) fn no_singer(language: Language, voice: &str) -> Advice {
    let voice = shortened(voice);
    advise!(
        language,
        "{voice} can't sing: a song has no voice of `ima voices`."
            => "Answer with --voice female, male, vocals or instrumental.",
        "{voice} 不能唱歌：歌曲不能用 `ima voices` 里的音色。"
            => "请用 --voice female、male、vocals 或 instrumental 回答。"
    )
}
