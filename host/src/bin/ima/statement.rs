//! Tells a statement about the model (以后都用 Suno) from a wish to generate with it.

use ima_host::types::{Interpretation, PreferenceWish};

/// What such a statement may consist of: the words of the wish (music: "When to Update"; speech:
/// "User Preference Memory") and the names of models. The longer ones come first.
const WORDS: [&str; 50] = [
    "seed-tts-2.0",
    "from now on",
    "for me",
    "seed-tts",
    "seed tts",
    "switch to",
    "cheapest",
    "default",
    "genbgm",
    "gensong",
    "doubao",
    "please",
    "always",
    "switch",
    "models",
    "model",
    "sonic",
    "cheap",
    "suno",
    "song",
    "bgm",
    "use",
    "the",
    "one",
    "从现在起",
    "最便宜",
    "最省钱",
    "以后",
    "换成",
    "换回",
    "改用",
    "改成",
    "默认",
    "便宜",
    "模型",
    "豆包",
    "歌曲",
    "苏诺",
    "都用",
    "请",
    "帮我",
    "给我",
    "都",
    "用",
    "把",
    "的",
    "歌",
    "吧",
    "了",
    "就",
];

/// Whether nothing is to be generated: the words are about the model alone.
pub(crate) fn is_only_about_the_model(utterance: &str, read: &Interpretation) -> bool {
    if read.prompt.is_some() || read.preference == PreferenceWish::Keep {
        return false;
    }
    let mut rest = utterance.to_lowercase();
    for word in WORDS {
        rest = rest.replace(word, " ");
    }
    !rest.contains(char::is_alphabetic)
}
