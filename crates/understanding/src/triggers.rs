//! The phrases that mean something, a row for each row of the requirements' tables.
//!
//! To teach a phrase, add it to a row. Phrases are lower-case; a space stands for a space, hyphen,
//! dot or underscore. Of all phrases that begin at a place the longest wins, so a longer one also
//! guards its words from a shorter one. ASCII words match whole words only.

use super::About;
use super::voices::Gender::{self, Female, Male};
use super::voices::{Scene, Spoken};
use Hint::{Either, Strong, Weak};
use ima_core::request::TaskType::{self, TextToMusic, TextToSpeech};

/// What a phrase says about the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// Nothing.
    Either,
    /// It decides if no strong phrase does.
    Weak(TaskType),
    /// It decides; two different ones are a question.
    Strong(TaskType),
}

/// What a phrase means beside its hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// Nothing: the hint is all, or the row guards longer words.
    Nothing,
    /// A model by its name.
    Model(&'static str),
    /// An engine of Suno by its name.
    Engine(&'static str),
    /// DouBao, which of its models depends.
    DouBao,
    /// Background music.
    Bgm,
    /// Music without vocals.
    Instrumental,
    /// A song.
    Song,
    /// Vocals or lyrics.
    Vocals,
    /// The best, or the most features.
    Best,
    /// A sung or spoken voice.
    Voice(Gender),
    /// A voice of the table, under another name.
    Named(&'static str),
    /// The user's own lyrics.
    Lyrics,
    /// Lyrics that the model writes.
    AutoLyrics,
    Emotion(&'static str),
    /// Relative speech rate.
    Rate(i16),
    /// Relative loudness.
    Volume(i16),
    Style(&'static str),
    /// A setting by its name alone; a number may follow.
    Setting(About),
    Scene(Scene),
    Speaks(Spoken),
    /// Use the model that follows.
    Use,
    /// Use the model that follows from now on.
    Remember,
    /// Use this one from now on.
    RememberThis,
    /// From now on.
    Always,
    Cheapest,
    /// Not the model or the wish that follows.
    Not,
    /// To make something.
    Make,
    /// One piece.
    One,
    /// Nothing, around other words.
    Courtesy,
}

/// Phrases of one meaning.
#[derive(Debug)]
pub(super) struct Row {
    phrases: &'static str,
    pub(super) hint: Hint,
    pub(super) means: Means,
}

impl Row {
    /// The phrases, with a bar between two.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &'static str> {
        self.phrases.split('|')
    }
}

pub(super) const fn row(hint: Hint, means: Means, phrases: &'static str) -> Row {
    Row {
        phrases,
        hint,
        means,
    }
}

const MUSIC: Hint = Strong(TextToMusic);
const SPEECH: Hint = Strong(TextToSpeech);
const MAYBE_MUSIC: Hint = Weak(TextToMusic);
const MAYBE_SPEECH: Hint = Weak(TextToSpeech);

/// How far "faster" and "louder" go: the requirements' example of a rate.
const STEP: i16 = 20;

/// Every table.
pub(super) const TABLES: [&[Row]; 7] = [TASKS, MODELS, SUNO, SPEAKING, VOICES, PREFERENCE, GUARDS];

/// Music: "What you can generate", "Supported Models & Search Terms"; speech: 「当用户说『帮我制作
/// 旁白/配音』时如何询问」, "Supported Models & Search Terms".
#[rustfmt::skip]
const TASKS: &[Row] = &[
    row(MUSIC, Means::Nothing, "音乐|乐曲|曲子|作曲|编曲|旋律|主题曲|片头曲|铃声|钢琴曲|music|jingle|melody|theme tune|compose|\
        music generation|text to music"),
    row(MAYBE_MUSIC, Means::Nothing, "一首|唱|摇滚|民谣|爵士|说唱|lo fi|lofi|hip hop|jazz|orchestral|ambient|ballad|bpm|beat|beats|\
        tune|sing|lullaby|cinematic|摇篮曲|techno"),
    row(SPEECH, Means::Scene(Scene::Video), "旁白|视频配音|narration|narrate|narrator|voiceover|voice over"),
    row(SPEECH, Means::Nothing, "配音|朗读|朗诵|诵读|播报|口播|读出来|读出|读一下|读一段|读一遍|读给我|念出来|念一下|念一段|\
        念一遍|读:|读\"|念:|念\"|说:|说\"|语音|语音合成|转成语音|文字转语音|tts|text to speech|speech|\
        speech synthesis|voice synthesis|voice generation|dub|dubbing|read aloud|read out|read this|\
        read it|read me|read to me|aloud|out loud|read the following|read the text|read:|read \"|recite|\
        say:|say \"|say this|speak:|speak \"|speak this"),
];

/// Music: "User phrasing → model selection (model_id)"; speech: "Supported Models & Search Terms".
#[rustfmt::skip]
const MODELS: &[Row] = &[
    row(MUSIC, Means::Bgm, "bgm|背景音乐|背景乐|配乐|配音乐|视频配音乐|background music|background track|soundtrack"),
    row(MUSIC, Means::Instrumental, "纯音乐|无人声|没有人声|不要人声|伴奏|轻音乐|instrumental|no vocals|no vocal|without vocals|\
        no singing"),
    row(MUSIC, Means::Song, "歌|歌曲|song|songs|theme song"),
    row(MAYBE_MUSIC, Means::Vocals, "人声|歌词|带歌词|有歌词|有唱|vocals|vocal|lyrics|with lyrics"),
    row(MUSIC, Means::Model("sonic"), "suno|苏诺|sonic"),
    row(MUSIC, Means::Engine("sonic-v5"), "sonic v5|suno v5|suno sonic v5"),
    row(MUSIC, Means::Engine("sonic-v4-5-plus"), "sonic v4 5 plus|suno v4 5 plus"),
    row(MUSIC, Means::Engine("sonic-v4-5"), "sonic v4 5|suno v4 5|suno sonic v4 5"),
    row(MUSIC, Means::Engine("sonic-v4"), "sonic v4|suno v4|suno sonic v4"),
    row(MUSIC, Means::Engine("sonic-v3-5"), "sonic v3 5|suno v3 5"),
    row(MUSIC, Means::Model("GenBGM"), "豆包bgm|豆包的bgm|豆包背景音乐|豆包配乐|豆包纯音乐|doubao bgm|genbgm"),
    row(MUSIC, Means::Model("GenSong"), "豆包歌|豆包歌曲|豆包的歌|doubao song|gensong"),
    row(Either, Means::DouBao, "豆包|doubao"),
    row(Either, Means::Best, "最好|最全功能|功能最全|best|full featured|most powerful"),
    row(MAYBE_MUSIC, Means::Best, "带歌词可调"),
    row(SPEECH, Means::Model("seed-tts-2.0"), "seed tts|seed tts 2 0|bytedance tts|豆包语音|豆包tts|doubao tts"),
    row(SPEECH, Means::Model("seed-tts-1.1"), "seed tts 1 1"),
];

/// Music: "Music-specific parameters (Suno)".
#[rustfmt::skip]
const SUNO: &[Row] = &[
    row(Either, Means::Voice(Female), "女声"),
    row(MUSIC, Means::Voice(Female), "女声演唱|女声唱|女歌手|female vocals|female vocal|female vocalist|female singer"),
    row(Either, Means::Voice(Male), "男声"),
    row(MUSIC, Means::Voice(Male), "男声演唱|男声唱|男歌手|male vocals|male vocal|male vocalist|male singer"),
    row(MUSIC, Means::Vocals, "男女对唱|男女声对唱|男女合唱|对唱|演唱|duet"),
    row(MUSIC, Means::Lyrics, "我写歌词|我来写歌词|我自己写歌词|我写的歌词|我的歌词|自定义歌词|歌词如下|歌词:|歌词\"|歌词是:|\
        歌词是\"|歌词为:|带歌词:|有歌词:|custom lyrics|my lyrics|my own lyrics|these lyrics|\
        following lyrics|lyrics:|lyrics \"|lyrics are:|lyrics are \"|lyrics are|with lyrics:|\
        with lyrics \"|with the lyrics|with the following lyrics|with these lyrics"),
    row(MUSIC, Means::AutoLyrics, "自动歌词|自动写词|自动生成歌词|帮我写歌词|帮我写词|auto lyrics|write the lyrics|\
        generate the lyrics"),
];

/// Speech: "User Input Parsing (Parameter Recognition)", "Verified request parameters". The
/// emotions are the examples of the table and the voice list's common one.
#[rustfmt::skip]
const SPEAKING: &[Row] = &[
    row(SPEECH, Means::Voice(Female), "女声朗读|女声配音|女声旁白"),
    row(MAYBE_SPEECH, Means::Voice(Female), "female voice|woman's voice|female speaker"),
    row(SPEECH, Means::Voice(Male), "男声朗读|男声配音|男声旁白"),
    row(MAYBE_SPEECH, Means::Voice(Male), "male voice|man's voice|male speaker"),
    row(MAYBE_SPEECH, Means::Setting(About::Voice), "发音人|音色|speaker|voice"),
    row(Either, Means::Setting(About::Emotion), "情感|情绪|emotion"),
    row(Either, Means::Emotion("neutral"), "中性|neutral"),
    row(Either, Means::Emotion("sad"), "悲伤|伤心|难过|忧伤|sad|sadly"),
    row(Either, Means::Emotion("angry"), "愤怒|生气|angry|angrily"),
    row(Either, Means::Emotion("happy"), "开心|高兴|快乐|happy|happily"),
    row(MAYBE_SPEECH, Means::Setting(About::Rate), "语速|speech rate|speaking rate"),
    row(Either, Means::Setting(About::Rate), "speed"),
    row(MAYBE_SPEECH, Means::Rate(STEP), "语速快|语速快一点|语速快点|语速快些|语速稍快|语速加快|加快语速|读快点|读快一点|说快点|\
        speak faster|speak fast|read faster"),
    row(Either, Means::Rate(STEP), "speed up|speed it up|faster"),
    row(MAYBE_SPEECH, Means::Rate(-STEP), "语速慢|语速慢一点|语速慢点|语速慢些|语速稍慢|语速放慢|放慢语速|读慢点|读慢一点|说慢点|\
        speak slower|speak slowly|read slower"),
    row(Either, Means::Rate(-STEP), "slow|slowly|slower|slow down|slow it down"),
    row(MAYBE_SPEECH, Means::Rate(0), "语速正常|正常语速|normal speed"),
    row(Either, Means::Setting(About::Volume), "音量|volume|loudness"),
    row(Either, Means::Volume(STEP), "大声|大点声|音量大|音量大一点|音量调大|音量调高|loud|loudly|louder|volume up|turn up the volume"),
    row(Either, Means::Volume(-STEP), "小声|小点声|轻声|音量小|音量小一点|音量调小|音量调低|quiet|quietly|quieter|softly|volume down|\
        turn down the volume"),
    row(Either, Means::Style("seed-tts-2.0-expressive"), "expressive|表现力|表现力强|seed tts 2 0 expressive"),
    row(Either, Means::Style("seed-tts-2.0-standard"), "standard|标准版|标准风格|更稳定|seed tts 2 0 standard"),
    // "If supported": no model's form has a field for it.
    row(MAYBE_SPEECH, Means::Nothing, "音调|pitch"),
];

/// Speech: 「建议问」; the voices.
#[rustfmt::skip]
const VOICES: &[Row] = &[
    row(Either, Means::Scene(Scene::Video), "纪录片|广告|视频|短视频|宣传片|documentary|commercial|advert|video"),
    row(MAYBE_SPEECH, Means::Scene(Scene::Video), "解说"),
    row(Either, Means::Scene(Scene::RolePlay), "角色|角色扮演|动画|卡通|role play|character|cartoon|animation"),
    row(Either, Means::Scene(Scene::General), "通用|助手|assistant"),
    row(MAYBE_SPEECH, Means::Scene(Scene::General), "读书|有声书|audiobook"),
    row(Either, Means::Scene(Scene::Multilingual), "多语种|multilingual"),
    row(Either, Means::Speaks(Spoken::Chinese), "中文|普通话|标准普通话|chinese|mandarin|standard mandarin"),
    row(Either, Means::Speaks(Spoken::English), "英文|英语|english|standard english"),
    row(Either, Means::Speaks(Spoken::Japanese), "日语|日文|japanese"),
    row(Either, Means::Speaks(Spoken::Indonesian), "印尼语|indonesian"),
    row(Either, Means::Speaks(Spoken::Spanish), "西班牙语|spanish"),
    row(Either, Means::Named("zh_male_sophie_uranus_bigtts"), "苏菲|sophie"),
    row(Either, Means::Named("zh_female_cancan_uranus_bigtts"), "灿灿"),
    row(Either, Means::Named("zh_male_sunwukong_uranus_bigtts"), "孙悟空"),
    row(Either, Means::Named("zh_female_peiqi_uranus_bigtts"), "佩奇|小猪佩奇"),
];

/// Music: "When to Update (User Explicitly Changes Model)"; speech: "User Preference Memory".
#[rustfmt::skip]
const PREFERENCE: &[Row] = &[
    row(Either, Means::Use, "用|使用|改用|换成|换到|换为|改成|切换到|切换成|use|using|switch to|change to"),
    row(Either, Means::Remember, "以后都用|以后都使用|以后用|以后一直用|以后默认用|以后都换成|以后音乐都用|以后语音都用|今后都用|\
        默认用|always use|from now on use|from now on, use"),
    row(Either, Means::RememberThis, "以后都用它|以后都用这个|今后都用它|今后都用这个|always use it|always use this|\
        always use this one"),
    row(Either, Means::Always, "以后|今后|以后都|今后都|每次都|从现在开始|从现在起|从今以后|从今天起|默认|always|from now on|\
        by default|as default|my default|the default|default model|prefer"),
    row(Either, Means::Cheapest, "便宜|最便宜|最省钱|省钱|cheapest|cheaper|cheap|budget"),
];

/// Longer words that hold a phrase and mean something else.
#[rustfmt::skip]
const GUARDS: &[Row] = &[
    row(Either, Means::Nothing, "谷歌|诗歌|一首诗|不便宜|有没有"),
];

/// Words before a phrase that take it back.
#[rustfmt::skip]
pub(super) const NEGATIONS: &[&str] = &["不要", "不要用", "不要再", "不要再用", "不用", "不想用", "不带", "不含", "不需要", "不加",
    "别", "别用", "别再", "别再用", "没有", "没", "无", "去掉", "而不是", "no", "not", "without", "don't use", "do not use",
    "don't want", "don't", "never", "never use", "stop", "stop using", "instead of", "rather than", "avoid", "switch from",
    "change from"];

/// Words that may stand between two phrases that belong together.
pub(super) const FILLERS: &[&str] = &["a", "an", "any", "the", "的", "模型", "任何"];

/// Words before a voice's name that make it a wish.
#[rustfmt::skip]
pub(super) const BEFORE_VOICE: &[&str] = &["用", "由", "让", "请", "选", "换成", "音色", "音色是", "发音人", "声音", "use",
    "using", "with", "by", "as", "voice", "speaker", "voice of", "voice to"];

/// Words after a voice's name that make it a wish.
#[rustfmt::skip]
pub(super) const AFTER_VOICE: &[&str] = &["的声音", "的音色", "音色", "声音", "来读", "来念", "读", "念", "配音", "'s voice",
    "voice"];

/// Labels whose colon introduces the text, whatever stands before.
#[rustfmt::skip]
pub(super) const TEXT_LABELS: &[&str] = &["内容", "内容是", "内容如下", "文案", "文案是", "文案如下", "文本", "台词",
    "content", "text", "words"];

/// Labels whose colon introduces a setting and not a text.
#[rustfmt::skip]
pub(super) const SETTING_LABELS: &[&str] = &["语速", "音量", "情感", "情绪", "音色", "发音人", "声音", "模型", "风格", "速度",
    "节奏", "时长", "要求", "标题", "歌名", "voice", "speaker", "speed", "rate", "volume", "emotion", "mood", "style", "model",
    "genre", "tempo", "duration", "requirements",
    "title", "name"];

/// Words before a quotation that make it a name and not a description.
#[rustfmt::skip]
pub(super) const NAMING: &[&str] = &["叫", "叫做", "名为", "名叫", "题为", "歌名是", "标题是", "像", "called", "titled",
    "entitled", "named", "like"];
