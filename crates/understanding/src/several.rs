//! Whether more than one piece is asked for.

use super::normalize::words;

const NUMBERS: &str =
    "two|three|four|five|six|seven|eight|nine|ten|several|few|couple|multiple|many";
const PIECES: &str = "songs|tracks|tunes|jingles|beats|melodies|pieces|versions|ballads|lullabies|\
    loops|anthems";
/// How many words may stand between the two.
const BETWEEN: u8 = 3;

/// Whether a normalised text asks for several pieces of music: "3 songs", 两首. What a piece is
/// about may be more than one.
pub(super) fn several(text: &str) -> bool {
    let one_of = |list: &str, word| list.split('|').any(|it| it == word);
    let mut left = 0;
    for word in words(text).take_while(|word| *word != "about") {
        if word.parse().is_ok_and(|number: u32| number > 1) || one_of(NUMBERS, word) {
            left = BETWEEN + 1;
        } else if left > 0 && one_of(PIECES, word) {
            return true;
        } else {
            left = left.saturating_sub(1);
        }
    }
    in_characters(text)
}

fn in_characters(text: &str) -> bool {
    let mut number = 0_u32;
    // What stands before the number: an ordinal counts nothing, a verb makes any measure one.
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '0'..='9' => number = number.saturating_mul(10).saturating_add(u32::from(c) - 48),
            '一' => number = number.saturating_add(1),
            _ if "二两三四五六七八九十百几".contains(c) => {
                number = number.saturating_add(2)
            }
            '首' if number > 1 && before != '第' => return true,
            '段' | '支' | '个' | '条' if number > 1 && "写做来作成要弄配".contains(before) =>
            {
                return true;
            }
            '于' if before == '关' => return false,
            _ => {
                number = 0;
                before = c;
            }
        }
    }
    false
}
