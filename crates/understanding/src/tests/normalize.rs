//! One spelling for what users type in several ways.

use super::super::normalize::normalize;

#[test]
fn what_is_typed_in_several_ways_reads_the_same() {
    for (typed, read) in [
        ("ＢＧＭ", "bgm"),
        ("豆包　BGM", "豆包bgm"),
        ("用 Suno 做", "用suno做"),
        ("  No \n Vocals ", "no vocals"),
        ("读出来：「好」", "读出来:\"好\""),
        ("don’t\u{200b}", "don't"),
    ] {
        assert_eq!(normalize(typed), read);
    }
}
