//! Whether more than one piece is asked for.

use super::normalize::is_word;

/// Whether a normalised text asks for several pieces of music: "3 songs", 两首.
pub(super) fn several(text: &str) -> bool {
    // What a song is about may be more than one.
    let text = ["about", "关于"]
        .iter()
        .fold(text, |text, about| text.split(about).next().unwrap_or(text));
    in_words(text) || in_characters(text)
}

fn in_words(text: &str) -> bool {
    const NUMBERS: [&str; 14] = [
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "several", "few",
        "couple", "multiple", "many",
    ];
    const PIECES: [&str; 12] = [
        "songs",
        "tracks",
        "tunes",
        "jingles",
        "beats",
        "melodies",
        "pieces",
        "versions",
        "ballads",
        "lullabies",
        "loops",
        "anthems",
    ];
    const BETWEEN: usize = 3;
    let mut left = 0;
    for word in text.split(|c| !is_word(c)).filter(|word| !word.is_empty()) {
        let number = word.parse::<u32>().is_ok_and(|number| number > 1);
        if number || NUMBERS.contains(&word) {
            left = BETWEEN + 1;
        } else if left > 0 {
            if PIECES.contains(&word) {
                return true;
            }
            left -= 1;
        }
    }
    false
}

fn in_characters(text: &str) -> bool {
    const NUMBERS: &str = "二两三四五六七八九十百几多数";
    const VERBS: [&str; 9] = ["写", "做", "来", "作", "成", "要", "弄", "给我", "配"];
    text.char_indices().any(|(at, c)| {
        let before = text.get(..at).unwrap_or_default();
        let start = before.trim_end_matches(|c| NUMBERS.contains(c) || c == '一');
        let digits = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let digit = before
            .get(digits.len()..)
            .and_then(|number| number.parse::<u32>().ok());
        let several = before.ends_with(|c| NUMBERS.contains(c))
            || start.len() + '一'.len_utf8() < before.len()
            || digit.is_some_and(|number| number > 1);
        let head = if digit.is_some() { digits } else { start };
        let counted = match c {
            '首' => !head.ends_with('第'),
            '段' | '支' | '个' | '条' => VERBS.iter().any(|verb| head.ends_with(verb)),
            _ => false,
        };
        several && counted
    })
}

#[cfg(test)]
mod tests {
    use super::several;

    #[test]
    fn more_than_one_is_several() {
        for text in [
            "make 3 songs about cats",
            "two upbeat songs",
            "several short and happy jingles",
            "a couple of beats",
            "12 tracks",
            "写两首歌",
            "来3首歌",
            "写十一首歌",
            "给我几首轻松的歌",
            "做三段背景音乐",
            "生成5个铃声",
        ] {
            assert!(several(text), "{text}");
        }
        for text in [
            "make a song",
            "1 song",
            "a song about two songs",
            "90 bpm beat",
            "two minutes of piano",
            "song for 4 hands",
            "写一首歌",
            "来1首歌",
            "第三首歌",
            "一首有两个主题的歌",
            "一首关于两首诗的歌",
            "十分钟的音乐",
            "",
        ] {
            assert!(!several(text), "{text}");
        }
    }
}
