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

#[cfg(test)]
mod tests {
    use ima_host::types::Language;

    use super::*;

    fn switched(prompt: Option<&str>) -> Interpretation {
        Interpretation {
            language: Language::Zh,
            task: None,
            model_id: Some("sonic".to_owned()),
            model_named: true,
            parameters: Vec::new(),
            voice: None,
            preference: PreferenceWish::Switch,
            prompt: prompt.map(str::to_owned),
            questions: Vec::new(),
        }
    }

    #[test]
    fn a_model_alone_is_a_statement_and_anything_to_make_is_a_wish() {
        for statement in [
            "以后都用 Suno",
            "换成豆包 BGM",
            "把Suno换成豆包歌曲吧",
            "always use the cheapest one",
            "From now on use DouBao Song.",
            "switch to seed-tts-2.0",
        ] {
            assert!(
                is_only_about_the_model(statement, &switched(None)),
                "{statement}"
            );
        }
        for wish in [
            "用Suno写一首歌",
            "换成豆包的背景音乐",
            "use Suno for a rainy evening",
        ] {
            assert!(!is_only_about_the_model(wish, &switched(None)), "{wish}");
        }
        assert!(!is_only_about_the_model(
            "用Suno：雨",
            &switched(Some("雨"))
        ));
    }

    #[test]
    fn without_a_word_about_the_model_it_is_a_wish() {
        let read = Interpretation {
            preference: PreferenceWish::Keep,
            ..switched(None)
        };
        assert!(!is_only_about_the_model("song", &read));
    }
}
