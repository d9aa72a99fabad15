//! What is said while a generation runs.

use std::path::Path;

use super::{Text, say};

pub(crate) fn stopping() -> Text {
    say!("Stopping…", "正在停止……")
}

/// A length of time, roughly.
pub(crate) fn duration(seconds: u64) -> Text {
    match seconds {
        0..120 => say!("{seconds} s", "{seconds} 秒"),
        120..7_200 => {
            let minutes = seconds / 60;
            say!("{minutes} min", "{minutes} 分钟")
        }
        _ => {
            let hours = seconds / 3_600;
            say!("{hours} h", "{hours} 小时")
        }
    }
}

pub(crate) fn no_player() -> Text {
    say!(
        "No audio player found. One of these will do: ffplay, mpv, afplay, paplay, aplay",
        "没有找到播放器。可以安装其中之一：ffplay、mpv、afplay、paplay、aplay"
    )
}

pub(crate) fn not_played(file: &Path, player: &str) -> Text {
    let file = file.display();
    say!(
        "{file} is saved, but {player} could not play it.",
        "{file} 已保存，但 {player} 无法播放。"
    )
}

pub(crate) fn answer_awaited() -> Text {
    say!(
        "The request has left, and there is no answer yet. Waiting up to 5 minutes: it is never sent twice.",
        "请求已发出，还没有答复。最多等待 5 分钟：不会重复发送。"
    )
}

pub(crate) fn task_unrecorded(task_id: &str) -> Text {
    say!(
        "The journal could not be written. The paid task is {task_id}; its id is kept beside the journal, and `ima jobs` lists it as soon as there is room. Don't create it again.",
        "任务记录无法写入。已付费的任务是 {task_id}，编号已保存在任务记录旁边，可以写入后 `ima jobs` 会列出它。请不要重新生成。"
    )
}

pub(crate) fn slow_down(seconds: u64) -> Text {
    say!(
        "The service asks to slow down. Going on in {seconds} s.",
        "服务要求放慢速度，{seconds} 秒后继续。"
    )
}

pub(crate) fn dropped(field: &str) -> Text {
    say!(
        "Ignored, because the model doesn't know it: {field}",
        "已忽略模型不支持的参数：{field}"
    )
}

pub(crate) fn set_aside(path: &std::path::Path) -> Text {
    let path = path.display();
    say!(
        "A file was damaged. It is kept as {path}, and a new one was started.",
        "文件已损坏，已另存为 {path}，并新建了一份。"
    )
}
