//! Whether more than one piece is asked for.

use super::normalize::words;

/// Whether a normalised text asks for several pieces of music: "3 songs", 两首. What a piece is
/// about may be more than one.
pub(super) fn several(text: &str) -> bool {
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
    const BETWEEN: u8 = 3;
    let mut left = 0;
    for word in words(text) {
        if word == "about" {
            return false;
        } else if word.parse().is_ok_and(|number: u32| number > 1) || NUMBERS.contains(&word) {
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
    let mut number = 0_u32;
    // What stands before the number: an ordinal counts nothing, a verb makes any measure one.
    let mut before = ' ';
    for c in text.chars() {
        match (c, c.to_digit(10)) {
            (_, Some(digit)) => number = number.saturating_mul(10).saturating_add(digit),
            ('一', _) => number = number.saturating_add(1),
            (
                '二' | '两' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '几',
                _,
            ) => {
                number = number.saturating_add(2);
            }
            ('首', _) if number > 1 && before != '第' => return true,
            ('段' | '支' | '个' | '条', _)
                if number > 1
                    && matches!(
                        before,
                        '写' | '做' | '来' | '作' | '成' | '要' | '弄' | '配'
                    ) =>
            {
                return true;
            }
            ('于', _) if before == '关' => return false,
            _ => {
                number = 0;
                before = c;
            }
        }
    }
    false
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
