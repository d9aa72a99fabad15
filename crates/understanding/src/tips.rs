//! Hints on how to word a prompt.

use ima_core::request::{Language, TaskType};

/// Hints to show beside an input, in the user's language (music: "Prompt writing tips", "Prompt
/// tips for music generation", and "Best Practices" for the lengths and the lyrics; speech: the
/// form's limits and 「可选问」).
pub const fn tips(task: TaskType, language: Language) -> &'static [&'static str] {
    match (task, language) {
        (TaskType::TextToMusic, Language::Zh) => &[
            "长度：建议20-100字",
            "风格：例如「lo-fi hip hop」「管弦电影感」「欢快流行」「暗色氛围」",
            "速度：例如「80 BPM」「快节奏」「慢板抒情」",
            "人声：写明「无人声」「女声」或「男声」",
            "情绪：例如「欢快有活力」「忧郁」「紧张而戏剧化」",
            "排除：写明不想要的风格，例如「不要重金属、失真」",
            "时长：例如「60秒」「30秒循环」",
            "歌词：尽量简单；没有歌词时可以让模型自动写词",
        ],
        (TaskType::TextToMusic, Language::En) => &[
            "Length: 20 to 100 characters in Chinese, a sentence or two in English",
            "Genre: for example \"lo-fi hip hop\", \"orchestral cinematic\", \"upbeat pop\", \"dark ambient\"",
            "Tempo: for example \"80 BPM\", \"fast tempo\", \"slow ballad\"",
            "Vocals: say \"no vocals\", \"female vocals\" or \"male vocals\"",
            "Mood: for example \"happy and energetic\", \"melancholic\", \"tense and dramatic\"",
            "To leave out: name the styles you do not want, such as heavy metal or distortion",
            "Duration: for example \"60 seconds\", \"30 second loop\"",
            "Lyrics: keep them simple, or let the model write them",
        ],
        (TaskType::TextToSpeech, Language::Zh) => &[
            "长度：1 到 10000 字；失败时缩短文本再试",
            "只写要读出来的内容，可以用引号或冒号标出",
            "音色：说明男声或女声，以及用途，例如解说、读书、助手",
        ],
        (TaskType::TextToSpeech, Language::En) => &[
            "Length: 1 to 10,000 characters; if it fails, try a shorter text",
            "Give only the words to be spoken, set off by quotes or a colon",
            "Voice: say whether male or female, and what for: narration, audiobook, assistant",
        ],
    }
}
