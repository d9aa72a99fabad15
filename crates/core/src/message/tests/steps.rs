//! Every line of steps 0 to 4 as the requirements word it (music and speech: "User Experience
//! Protocol").

use super::*;

fn started(model: &str, points: u32, min_seconds: u32, max_seconds: u32) -> Started {
    Started {
        model_id: String::new(),
        model_name: model.to_owned(),
        points,
        most_points: points,
        estimate: Estimate {
            min_seconds,
            max_seconds,
        },
    }
}

fn song() -> Started {
    started("Suno", 25, 20, 45)
}

fn narration() -> Started {
    started("seed-tts-2.0", 2, 5, 30)
}

fn progress(percent: u8, elapsed: Millis, estimated_max: Millis) -> Progress {
    Progress {
        percent,
        elapsed,
        estimated_max,
    }
}

fn success(started: &Started, elapsed: Millis, urls: &[&str]) -> Success {
    let media = |url: &&str| Media {
        url: (*url).to_owned(),
        duration: None,
        format: None,
    };
    Success {
        task_id: "task_abc".to_owned(),
        medias: urls.iter().map(media).collect(),
        model_id: String::new(),
        model_name: started.model_name.clone(),
        points: started.points,
        elapsed,
    }
}

#[test]
fn step_0_is_a_short_warm_reply_in_the_users_language() {
    let reply = |task, language| {
        let message = Messages::new(task, language).acknowledged();
        assert_eq!((message.kind, message.step), (MessageKind::Reply, 0));
        message.text
    };
    let zh = reply(TextToMusic, Zh);
    assert!(zh.starts_with("好的！") && zh.contains("音乐"), "{zh}");
    let en = reply(TextToMusic, En);
    assert!(en.starts_with("OK!") && en.contains("music"), "{en}");
    for text in [&zh, &en] {
        assert!(text.contains(['🎵', '🎶', '🎸', '🎹']), "{text}");
    }
    assert!(zh.chars().count() < 15, "{zh}");
    assert!(en.split_whitespace().count() < 15, "{en}");
    assert_eq!(
        reply(TextToSpeech, Zh),
        "好的，正在帮你把这段文字转成语音。"
    );
    assert_eq!(
        reply(TextToSpeech, En),
        "OK, converting this text to speech."
    );
}

#[test]
fn step_1_names_model_time_and_points() {
    for (task, language, started, habitual, text) in [
        (
            TextToMusic,
            Zh,
            song(),
            false,
            "🎵 开始生成音乐，请稍候…\n• 模型：Suno\n• 预计耗时：20 ~ 45 秒\n• 消耗积分：25 pts",
        ),
        (
            TextToMusic,
            Zh,
            song(),
            true,
            "🎵 根据你的使用习惯，将用 Suno 帮你生成音乐…\n• 模型：Suno（你的常用模型）\n• 预计耗时：20 ~ 45 秒\n• 消耗积分：25 pts",
        ),
        (
            TextToSpeech,
            Zh,
            narration(),
            false,
            "🔊 开始语音合成，请稍候…\n• 模型：seed-tts-2.0\n• 预计耗时：5 ~ 30 秒\n• 消耗积分：2 pts",
        ),
        (
            TextToMusic,
            En,
            song(),
            false,
            "🎵 Starting music generation, please wait 20~45 seconds…\n• Model: Suno\n• Credits: 25 pts",
        ),
    ] {
        let message = Messages::new(task, language).started(&started, habitual);
        assert_eq!((message.kind, message.step), (MessageKind::Push, 1));
        assert_eq!(message.text, text);
    }
    // The words in English are ours; the facts are not.
    for habitual in [false, true] {
        let text = Messages::new(TextToSpeech, En).started(&narration(), habitual);
        for fact in ["🔊", "5~30 seconds", "seed-tts-2.0", "2 pts"] {
            assert!(text.text.contains(fact), "{}", text.text);
        }
        assert_eq!(text.text.contains("usual"), habitual);
    }
}

/// Music: "Cost transparency".
#[test]
fn the_cost_in_words_is_that_of_the_requirements() {
    let messages = Messages::new(TextToMusic, Zh);
    for (model_id, name, points, text) in [
        ("sonic", "Suno", 25, "使用 Suno（25 积分，功能最全）"),
        ("GenBGM", "DouBao BGM", 30, "使用 DouBao BGM（30 积分）"),
        ("GenSong", "DouBao Song", 30, "使用 DouBao Song（30 积分）"),
    ] {
        assert_eq!(messages.cost(model_id, name, points), text);
    }
}

#[test]
fn step_2_has_percent_times_and_beyond_the_estimate_a_phrase() {
    for (task, language, progress, text) in [
        (
            TextToMusic,
            Zh,
            progress(66, 30_000, 45_000),
            "⏳ 音乐生成中… 66%\n已等待 30s，预计最长 45s",
        ),
        (
            TextToMusic,
            Zh,
            progress(95, 45_000, 45_000),
            "⏳ 音乐生成中… 95%\n已等待 45s，预计最长 45s",
        ),
        (
            TextToMusic,
            Zh,
            progress(95, 60_000, 45_000),
            "⏳ 音乐生成中… 95%\n已等待 60s，预计最长 45s\n快好了，稍等…",
        ),
        (
            TextToSpeech,
            Zh,
            progress(33, 10_000, 30_000),
            "⏳ 语音合成中… 33%\n已等待 10s，预计最长 30s",
        ),
    ] {
        let message = Messages::new(task, language).progress(progress);
        assert_eq!((message.kind, message.step), (MessageKind::Push, 2));
        assert_eq!(message.text, text);
    }
    for task in [TextToMusic, TextToSpeech] {
        let text = |elapsed| {
            let messages = Messages::new(task, En);
            messages.progress(progress(95, elapsed, 45_000)).text
        };
        for fact in ["⏳", "95%", "44s", "45s"] {
            assert!(text(44_000).contains(fact), "{}", text(44_000));
        }
        assert_eq!(text(44_000).lines().count(), 2);
        assert_eq!(text(46_000).lines().count(), 3, "{}", text(46_000));
    }
}

#[test]
fn step_3_carries_the_audio_and_its_links() {
    let urls = ["https://cdn.example/1.mp3", "https://cdn.example/2.mp3"];
    for (task, started, took, text) in [
        (
            TextToMusic,
            song(),
            33_000,
            "✅ 音乐生成成功！\n• 模型：Suno\n• 耗时：预计 20~45s，实际 33s\n• 消耗积分：25 pts\n🔗 原始链接：https://cdn.example/1.mp3\n🔗 原始链接：https://cdn.example/2.mp3",
        ),
        (
            TextToSpeech,
            narration(),
            9_000,
            "✅ 语音合成成功！\n• 模型：seed-tts-2.0\n• 耗时：9s\n• 消耗积分：2 pts\n🔗 原始链接：https://cdn.example/1.mp3\n🔗 原始链接：https://cdn.example/2.mp3",
        ),
    ] {
        let success = success(&started, took, &urls);
        let message = Messages::new(task, Zh).succeeded(&success, started.estimate);
        assert_eq!((message.kind, message.step), (MessageKind::Push, 3));
        assert_eq!(message.text, text);
        assert_eq!(message.media, urls);
        let english = Messages::new(task, En).succeeded(&success, started.estimate);
        assert_eq!(english.media, urls);
        let actual = format!("{}s", took / 1_000);
        let points = format!("{} pts", started.points);
        for fact in [&started.model_name, &actual, &points, urls[0], urls[1]] {
            assert!(english.text.contains(fact), "{}", english.text);
        }
        assert!(english.text.starts_with("✅"));
        assert_eq!(english.text.contains("20~45s"), task == TextToMusic);
    }
}

#[test]
fn step_4_says_why_and_what_else_could_be_tried() {
    let alternative = |model_id: &str, model_name: &str, points| Alternative {
        model_id: model_id.to_owned(),
        model_name: model_name.to_owned(),
        points,
    };
    let others = [
        alternative("GenBGM", "DouBao BGM", 30),
        alternative("sonic", "Suno", 25),
    ];
    let failed = |task, language, alternatives: &[Alternative]| {
        let cause = Cause::TaskFailed(TaskFault::Resource);
        let messages = Messages::new(task, language);
        let (message, _) = messages.failed(&cause, Charge::Yes, alternatives);
        assert_eq!((message.kind, message.step), (MessageKind::Push, 4));
        message.text
    };
    let has = |text: String, lines: &[&str]| {
        let mut all = text.lines();
        for line in lines {
            assert!(all.any(|it| it == *line), "{line} in {text}");
        }
        assert_eq!(all.next(), None, "{text}");
    };
    has(
        failed(TextToMusic, Zh, &others),
        &[
            "❌ 音乐生成失败",
            "• 原因：音乐生成遇到问题，建议换个模型试试",
            "• 建议改用：",
            "  - DouBao BGM（背景音乐，30 pts）",
            "  - Suno（功能最强，25 pts）",
            "需要我帮你用其他模型重试吗？",
        ],
    );
    has(
        failed(TextToSpeech, Zh, &[]),
        &[
            "❌ 语音合成失败",
            "• 原因：合成失败，建议换模型或缩短文本",
            "• 建议：换个模型重试或检查文本长度/内容",
            "需要我帮你用其他模型重试吗？",
        ],
    );
    for (task, reason) in [
        (TextToMusic, "Music generation failed, try another model"),
        (
            TextToSpeech,
            "Synthesis failed, try another model or shorter text",
        ),
    ] {
        let text = failed(task, En, &others);
        assert!(text.starts_with("❌"), "{text}");
        for fact in [reason, "DouBao BGM", "30 pts", "Suno", "25 pts"] {
            assert!(text.contains(fact), "{text}");
        }
        assert!(text.ends_with("another model?"), "{text}");
    }
}
