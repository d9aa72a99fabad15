//! Whether more than one piece is asked for.

use super::super::several::several;

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
