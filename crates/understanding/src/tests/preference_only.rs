//! Whether the words only choose a model for the future.

use super::*;

/// Requests, questions and remarks: each says more than which model to use.
#[rustfmt::skip]
const SAYS_MORE: &[&str] = &[
    "帮我生成一段轻松的背景音乐", "背景音乐 轻松", "lo-fi beat for studying",
    "upbeat lo-fi hip hop, 90 BPM, no vocals", "calm ambient piano background music",
    "Calm piano background music", "upbeat jazz, 120 BPM", "写一首关于雨的歌，女声",
    "写一首关于雨的歌，女声演唱", "with a male voice, read aloud: Good evening, and welcome.",
    "用女声把这段文字读出来：「你好」", "帮我制作旁白", "做一段配音", "把这段文字读出来",
    "自定义歌词：「啦啦啦」", "A song, my lyrics \"la la\"",
    "a song with lyrics: roses are red, violets are blue", "我写歌词：玫瑰是红的",
    "以后都用豆包BGM，来一段轻松的背景音乐", "以后都用豆包 BGM：安静的钢琴", "用Suno写一首歌",
    "用便宜的做一段音乐", "用最便宜的做一首歌", "a song with female vocals, use Suno",
    "read 'no vocals please' aloud slowly", "用英文男声朗读：How are you",
    "read this aloud with a male voice: Good morning everyone", "来一首轻快的歌", "来一首歌",
    "给我来一段钢琴曲", "给我妈妈写一首生日歌", "为我的猫写一首歌", "公司需要一段宣传音乐",
    "我想听一首悲伤的歌", "我想要一首关于大海的歌", "我要一段BGM，轻松一点", "请帮我写首关于夏天的歌吧",
    "可以帮我写一首关于雨的歌吗？", "能不能给我做一段紧张的配乐？", "麻烦生成一段爵士乐，谢谢",
    "写个关于雨的歌", "一首关于夏天的歌曲", "关于妈妈的歌", "一首轻快的民谣", "唱一首关于月亮的歌",
    "做一首歌：轻快的民谣，女声", "给短片配乐", "给视频配音乐", "钢琴，无人声，轻音乐",
    "写一首歌，歌名叫「我的歌好了吗」", "写一首歌，主题是我不要离开你", "写一首关于取消婚礼的歌",
    "换成豆包BGM，来一段安静的钢琴曲", "不要男声，要女声的歌", "算了，写一首关于雨的歌",
    "朗读：「你好」，不要背景音乐", "用Vivi念：你好", "配音：欢迎光临", "用女声读出来：“Suno多少钱？”",
    "说：「不要停」", "用豆包写一首关于春天的歌", "用Suno，来一首摇滚", "make me a song about rain",
    "make a song", "Please write a song about my dog.", "write a song about why you don't love me",
    "write a song about how much I miss you", "I want a sad ballad about the sea",
    "I'd like some calm music for my yoga class", "I need background music for a podcast",
    "give me a happy jingle for a bakery", "can you make me a song about rain?",
    "could you please compose an orchestral theme tune, tense and dramatic?", "how about a song about the moon",
    "generate a dark ambient track, 60 seconds of music", "compose something calm", "sing about the rain",
    "a song about my dog", "music for my wedding", "dark ambient music", "lofi hip hop",
    "epic orchestral trailer music", "Suno: a song about rain", "always use DouBao BGM: calm piano",
    "switch to Suno and make a song about rain", "don't use Suno but make a song with DouBao",
    "make a lullaby, don't make it too loud", "no drums, calm piano music", "a song that makes me happy",
    "make a jazz tune without drums", "hey, quickly write a song about rain",
    "never mind, write a song about rain", "read \"what does it cost?\" aloud", "say: cancel the song",
    "read this: I don't want any music", "can I have a song about rain", "can you sing a song about rain",
    "will you make me a jingle for my shop?", "write a piece of music for strings", "a great song about rain",
    "let's make a song about rain", "don't ask me, just make a song about rain", "rap song with 808s",
    "8-bit game music", "BGM for my vlog", "looking for epic orchestral music", "写首好听的歌",
    "背景音乐：轻松愉快", "适合睡觉的轻音乐", "做一段视频配乐", "给公司年会做一首主题曲", "再来一首欢快的歌",
    "不满意，重新做一首歌", "最便宜的关于雨的歌", "随便写点音乐", "旁白：从前有座山", "请念：我的歌好了吗",
    "Use a cheap model, narrate: Hello", "text to speech: hello there", "upbeat jazz",
    "a song for my mother's birthday", "a sad song about losing a friend", "happy birthday song for my son Tom",
    "birthday song for Anna", "jazz music for a dinner party", "music to fall asleep to", "music for studying",
    "instrumental hip hop beat", "lofi hip hop beat to relax", "smooth jazz with saxophone",
    "an epic soundtrack for a trailer", "a 30 second jingle for a coffee shop",
    "30 second loop of dark ambient music", "orchestral cinematic",
    "orchestral cinematic music, tense and dramatic", "upbeat pop song", "slow ballad with female vocals",
    "heavy metal song about dragons", "Write a short jingle for toothpaste",
    "Compose a piano piece, music for a wedding", "Create background music for my video",
    "Create a theme song for my show", "Make some relaxing music please", "Make me some lofi beats",
    "make a beat", "I want music like Hans Zimmer", "I want to make a song about my cat",
    "I want to hear a song about the sea", "I need a song for my wedding", "I'd love a jazz tune",
    "could you write me a sad song", "can you generate some calm background music for my podcast?",
    "please create a song with my own lyrics \"la la la\"", "generate music: calm, slow, piano",
    "use Suno to write a song about the sea", "use DouBao BGM to make calm piano music",
    "with Suno, make a rock song", "write a rock song, male vocals, 120 BPM", "sing me a lullaby",
    "sing a song for my baby", "rock song", "make a rap song about coding", "make an anthem song for our team",
    "produce a techno track, music for a club", "read this aloud: hello",
    "read \"hello world\" in a female voice", "Say \"good morning\" in a cheerful voice, text to speech",
    "narrate this: once upon a time", "voice over: buy now", "please read the following text aloud: hello",
    "Read aloud slowly: hello", "generate speech: hello", "speech synthesis: hello",
    "convert to speech: \"hello\"", "我想做一首歌", "我想写一首关于家乡的歌", "我想要轻松的背景音乐",
    "我要一首生日歌", "来点轻音乐", "来段爵士", "来首情歌", "来一首情歌", "来一段lofi", "给我一首轻快的歌",
    "给我来点音乐", "帮我写歌，关于友情", "帮我写一首毕业歌，要有女声", "帮我做一段30秒的BGM",
    "做一段适合冥想的背景音乐", "做一个短视频的BGM", "为我的视频做背景音乐", "给我的视频配乐",
    "给我的短片做一段配乐", "生成一首摇滚歌曲", "生成一段紧张的背景音乐，60秒", "创作一首中国风的歌",
    "创作一段钢琴曲", "写一首古风歌曲，男声演唱", "写首情歌给我女朋友", "写歌：春天来了",
    "写一首关于我和你的歌", "写一首我爱你的歌", "写首不一样的歌", "唱一首生日快乐歌", "唱首歌给妈妈听",
    "悲伤的钢琴曲", "轻松愉快的背景音乐，适合vlog", "一段轻松的背景音乐", "一段紧张刺激的配乐", "中国风纯音乐",
    "女声的流行歌曲", "男声演唱的摇滚歌曲", "欢快的圣诞歌", "关于友情的歌", "关于我的家乡的歌曲",
    "适合跑步的电子音乐", "电影感的管弦乐配乐", "lo-fi 学习音乐", "背景音乐，轻松，钢琴", "Suno，写一首歌",
    "用Suno做一段无人声的音乐", "用苏诺来一首关于雨的歌", "用豆包做背景音乐", "最好的音乐，关于大海",
    "用女声朗读：今天天气很好", "读出来：你好", "把“你好”读出来", "帮我把这段话念出来：「大家好」",
    "请用男声读：大家好", "请朗读以下内容：大家好", "帮我配音：「大家好」", "把文字转成语音：大家好",
    "语音合成：大家好", "用 seed-tts-2.0 朗读：大家好", "朗读，语速快，内容：你好", "做一段语音，内容是：你好",
    "录一段旁白：「很久以前」", "jazz song got lost", "the background music never arrived", "BGM not working",
    "song not downloading", "song still processing", "empty song file", "that's not the song I wanted",
    "not what I wanted, the song is too slow", "a song should not take this long", "song length",
    "song format mp3", "convert the song to mp3", "give me the song", "give me the link to the song",
    "give me a list of songs", "give me information about songs", "I want to listen to my song",
    "I want to know more about Suno songs", "I need to talk about the song", "I need no music now",
    "make no song", "make music stop", "make the music stop", "produce no music",
    "write to support about the song", "create a playlist of jazz songs", "do I have songs",
    "do the thing with the song", "record the song", "sing along to the song", "songs", "number of songs",
    "song history", "music credits left", "Suno, please stop", "no Suno", "use anything but Suno",
    "there's no need for a song about rain", "songs about rain are awful", "nobody asked for a song about rain",
    "yesterday I asked for a song about rain", "got jazz instead of rock", "somebody made a song about rain",
    "maybe later make a song about rain", "not now", "wait, don't make the song",
    "what if I want a song about rain", "if I make a song about rain, what does it cost",
    "I'm not sure I want a song about rain", "my friend makes jazz music", "jazz festival tickets",
    "buy jazz records", "order a pizza with music", "歌曲生成失败退积分", "能不能取消刚才那首歌",
    "我不小心生成了一首歌", "我没有要生成音乐", "谁让你写歌的", "为什么扣了我30积分", "不要帮我写歌",
    "先不写歌", "暂时不需要背景音乐", "音乐不要了", "歌词不对，改一下", "修改歌词", "给我歌曲链接", "歌曲列表",
    "一首歌几分钟", "背景音乐多长时间", "音乐可以商用吗", "有轻松的背景音乐吗", "听说Suno能写歌",
    "我正在写一首歌", "他要写一首歌", "老师让我写一首歌", "那首关于雨的歌呢", "上一首歌太慢了", "太慢了，音乐",
    "这BGM太吵", "换个轻松点的音乐", "音乐声音小一点", "关闭音乐", "清除偏好", "忘记Suno", "以后再写歌",
    "明天再生成音乐", "停止朗读：「你好」", "为什么朗读：「你好」", "朗读「你好」多少钱",
    "what does Suno cost?", "Suno 多少钱", "how much is a song?", "写一首歌要多少积分？", "一首歌多少钱",
    "how many points does a song cost", "is GenBGM free?", "豆包BGM贵吗",
    "make a song about rain, how much does it cost?", "生成音乐收费吗", "Suno的价格",
    "the price of background music", "where is my song?", "我的歌好了吗", "cancel the song", "取消刚才的歌",
    "is my music ready", "how long will the song take?", "上次的背景音乐在哪里", "删除我的歌",
    "download my song", "play the song from yesterday", "I want my song", "I want to cancel the song",
    "帮我取消刚才的音乐", "歌做好了吗？", "play that jazz song again", "I want a refund for the song",
    "给我看看我的歌", "进度怎么样了，那首歌", "turn down the music", "play some jazz", "放一首歌",
    "音乐怎么还没好", "why is my song so short", "取消以后都用Suno", "I want to delete a jazz song",
    "delete the background music", "make my song louder", "把歌改短一点", "我昨天听了一首很棒的音乐",
    "don't make any music", "stop the song", "never make songs about rain again", "make sure not to make music",
    "let's not make a song", "请不要生成任何音乐", "以后别用Suno", "不想听歌", "别生成了", "不要这首歌",
    "stop using Suno", "never use Suno", "don't always use Suno", "别再用GenBGM", "不要换成 Suno",
    "please don't write a song about rain", "I don't want a song", "I do not want to use Suno", "不要生成音乐",
    "别写歌了", "我不想要背景音乐", "no more songs", "no music please", "stop making music", "不用Suno",
    "don’t use DouBao BGM anymore", "write a song about rain. never mind", "写一首关于雨的歌，算了，不要了",
    "make a song. no, don't make it", "never mind", "以后不要再用Suno", "别朗读：「你好」",
    "don't read \"hello\" aloud", "you must not generate songs about rain", "Suno", "GenBGM", "豆包 BGM",
    "DouBao Song", "Suno please", "BGM", "music", "a song", "歌", "I love this song", "this song is terrible",
    "我喜欢这首歌", "这首歌太难听了", "the music is too loud", "背景音乐太吵了", "music is my life",
    "people love jazz music", "people make music every day", "I write songs for a living", "我写了一首歌",
    "can you make songs?", "你会写歌吗", "Suno 会写歌吗", "is Suno better than DouBao?", "什么是背景音乐？",
    "怎么写歌", "how do I make a song about rain", "why does the song sound bad", "who sings this song",
    "should I use Suno?", "which model makes the best songs", "what is a jingle?",
    "recommend a song for running", "推荐一首适合跑步的歌", "I heard great music in a cafe", "make it louder",
    "switch to GenBGM for background music in podcasts", "write a report about music", "写一份关于音乐的报告",
    "do you like jazz music?", "Suno is a great model for songs", "always use Suno to write songs about cats",
    "songs: Suno", "来一首", "make a video with music", "帮我做个产品宣传MV,有背景音乐",
    "do you want a song about rain", "he wants to write a song about rain", "did you make a song about rain?",
    "thanks for the song about rain", "great song about rain!", "music generation failed", "turn the music off",
    "translate the lyrics", "这首BGM不错", "歌生成失败了", "Suno能做什么", "可以生成音乐吗",
    "我的默认模型是什么", "要不要用Suno？", "whenever I ask for music use Suno",
    "I wonder what a song about rain sounds like", "everyone needs music", "a song about rain?", "",
    "hello there", "你好",
];

#[test]
fn a_choice_of_a_model_and_nothing_else_is_a_preference_only() {
    for (model, utterances) in [
        (
            "sonic",
            &[
                "always use Suno",
                "always use Suno for songs",
                "以后音乐都用Suno",
                "以后都用 Suno",
                "换 Suno",
                "make Suno my default",
                "I prefer Suno",
                "switch to Suno",
                "please always use Suno, thank you",
                "use Suno from now on",
                "Suno from now on, please",
                "I'd like to use Suno from now on",
                "next time use Suno",
                "set Suno as the default model",
                "make all my songs with Suno from now on",
                "go back to Suno",
                "could you use Suno from now on?",
                "改用苏诺吧",
                "以后写歌都用Suno，谢谢",
                "请以后一直用 Suno",
                "把默认模型设为Suno",
                "默认用 Suno",
                "Suno很好，以后都用它",
                "我以后都想用Suno",
                "下次就用Suno吧",
                "for songs use Suno",
                "remember Suno",
                "my favorite model is Suno",
                "音乐模型设置成Suno",
                "我更喜欢用Suno",
                "以后都用Suno可以吗？",
                "换回Suno",
                "let's use Suno",
                "Suno should be my default model",
                "use Suno",
                "用Suno",
                "我想用Suno",
                "以后都用「Suno」",
                "always use \"Suno\"",
                "default to Suno",
            ][..],
        ),
        (
            "GenBGM",
            &[
                "always use GenBGM, thanks!",
                "以后都用 GenBGM，谢谢",
                "set my default model to GenBGM",
                "以后不要用Suno，用豆包BGM",
                "don't use Suno, use GenBGM",
                "switch from Suno to GenBGM",
                "把Suno换成豆包BGM",
                "switch to DouBao BGM",
                "use GenBGM instead",
                "instead of Suno use DouBao BGM",
                "从现在起都用豆包BGM",
                "麻烦帮我换成豆包 BGM 模型",
                "记住，以后用GenBGM",
            ],
        ),
        (
            "GenSong",
            &[
                "从现在开始都用豆包歌曲",
                "下次用 GenSong",
                "change to GenSong please",
                "from now on make songs with GenSong",
                "换成 DouBao Song",
                "不用Suno，换成豆包歌曲",
                "From now on use DouBao Song.",
                "今后生成歌曲都用GenSong",
                "by default use GenSong",
            ],
        ),
        (
            "seed-tts-2.0",
            &[
                "以后都用seed-tts-2.0",
                "switch to seed-tts-2.0",
                "always use seed-tts for narration",
                "换成 seed-tts-2.0",
            ],
        ),
    ] {
        for utterance in utterances {
            let read = interpret(utterance);
            assert!(read.preference_only, "{utterance}");
            assert_eq!(read.model_id, Some(model), "{utterance}");
            assert_ne!(read.preference, PreferenceWish::Keep, "{utterance}");
            assert_eq!(read.questions, [], "{utterance}");
        }
    }
    for utterance in [
        "always use the cheapest one",
        "以后都用便宜的",
        "以后都用最便宜的音乐",
        "always use DouBao",
        "以后都用豆包",
    ] {
        let read = interpret(utterance);
        assert!(read.preference_only, "{utterance}");
        let about_the_model = |it: &Question| matches!(it.about, About::Task | About::Model);
        assert!(read.questions.iter().all(about_the_model), "{utterance}");
    }
}

#[test]
fn the_answer_to_which_task_leaves_a_preference_alone() {
    for task in [TaskType::TextToMusic, TaskType::TextToSpeech] {
        let read = interpret_as(task, None, "always use DouBao");
        assert!(read.preference_only);
        assert_eq!(read.preference, PreferenceWish::Remember);
    }
}

#[test]
fn whatever_says_more_is_no_preference_only() {
    let only = |utterance: &&&str| interpret(utterance).preference_only;
    let wrong: Vec<_> = SAYS_MORE.iter().filter(only).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_bare_name_is_asked_what_the_music_should_be_like() {
    for utterance in [
        "Suno",
        "GenBGM",
        "豆包 BGM",
        "DouBao Song",
        "Suno please",
        "BGM",
        "music",
        "a song",
        "歌",
        "来一首",
        "don't always use Suno",
    ] {
        let read = interpret(utterance);
        let need = asks(&read, About::Text).map(|it| it.need);
        assert_eq!(need, Some(Need::Required), "{utterance}");
        assert_eq!(read.preference, PreferenceWish::Keep, "{utterance}");
    }
}

#[test]
fn a_refused_model_is_neither_switched_to_nor_remembered() {
    for utterance in [
        "以后不要再用Suno",
        "以后别用Suno",
        "never use Suno",
        "stop using Suno",
        "don't always use Suno",
        "不要换成 Suno",
    ] {
        let read = interpret(utterance);
        assert_eq!(read.preference, PreferenceWish::Keep, "{utterance}");
        assert!(!read.preference_only, "{utterance}");
    }
}
