//! The words around a wish: what makes a sentence a request, a question, a refusal or a statement.
//!
//! As in `triggers`: to teach a word, add it to a row. These words say nothing about the music or
//! the speech; [`super::intent`] reads them beside the tables.

use super::triggers::{Hint, Means, Row};
use Role::{
    About, Always, An, Ask, Break, Can, CanHave, Choose, Compose, Courtesy, Done, Jobs, Make,
    Measure, Plain, Please, Point, Praise, Prep, Price, Refuse, Setup, State, The, Thing, Wish,
    Withdraw,
};

/// What a word does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// To make something.
    Make,
    /// To make music, whatever follows.
    Compose,
    /// To want something.
    Wish,
    /// Asks politely whether something can be made.
    Can,
    /// Asks politely for something.
    CanHave,
    /// Makes a request polite.
    Please,
    /// Carries nothing.
    Courtesy,
    /// To settle on a model.
    Choose,
    /// From now on.
    Always,
    /// Something new is named.
    An,
    /// Asks.
    Ask,
    /// Speaks of what was made before, or of what is being made.
    Jobs,
    /// Asks for a price.
    Price,
    /// Says no to what follows.
    Refuse,
    /// Takes back what was said.
    Withdraw,
    /// Someone who does or says something, or how something is.
    State,
    /// Something was made.
    Done,
    /// How something is, where nothing is to be made.
    Praise,
    /// What stands before it is no music.
    Prep,
    /// Speaks of models.
    Setup,
    /// Something else that can be made.
    Thing,
    /// One piece of something.
    Measure,
    /// A thing that is there already.
    Point,
    The,
    /// A description follows.
    About,
    /// A new thought follows.
    Break,
    /// A word of a description that holds one of the words above.
    Plain,
}

const fn word(role: Role, phrases: &'static str) -> Row {
    Row::new(Hint::Either, Means::Word(role), phrases)
}

/// Every word.
#[rustfmt::skip]
pub(super) const WORDS: &[Row] = &[
    word(Make, "写|做|作|来|编|弄|整|搞|谱|录|生成|创作|制作|合成|写作|产出|配|make|making|create|creating|\
        write|writing|generate|generating|produce|produce me|record|craft|do|come up with|perform"),
    word(Compose, "唱|演唱|作曲|编曲|谱曲|sing|compose|composing"),
    word(Wish, "要|想要|想听|想来|需要|求|我要|我想|我想要|我想听|我需要|我们要|我们想要|我们需要|给我|给我们|\
        为我|want|need|i want|i need|we want|we need|i would like|i'd like|we'd like|we would like|\
        i'd love|i would love|i wish for|would like|give me|give us|get me|let me have|let me hear|\
        let's have|let's make|looking for|i'm looking for|i am looking for|we're looking for|\
        we are looking for|how about"),
    word(Can, "能|能不能|可以|可不可以|能否|可否|你能|你可以|你能不能|你可以不可以|您能|您可以|can you|\
        could you|would you|will you|would you mind"),
    word(CanHave, "can we have|could we have|can i have|could i have|may i have|can i get|could i get|can we get|\
        could we get"),
    word(Please, "请|麻烦|帮我|帮忙|帮|拜托|替我|好吗|可以吗|行吗|好不好|行不行|能吗|please|pls|plz|kindly"),
    word(Courtesy, "谢谢|谢了|谢谢你|多谢|谢谢啦|感谢|辛苦了|你好|您好|嗨|好的|好|嗯|啦|吧|呀|啊|哦|喔|嘛|哈|的|地|\
        得|将|想|都|就|也|还|再|全|全都|全部|所有|一直|一律|统一|直接|作为|当|成|为|时|时候|一下|一点|\
        一个|一段|一些|个|段|首|点|份|些|来做|来写|里|上|现在|从|起|那|那就|那么|为了|时都|更|thanks|\
        thank you|thx|cheers|hi|hello|hey|ok|okay|yes|sure|so|well|just|now|then|any|to|and|\
        or|me|us|all|as|be|piece of|loop of|loops of|minute of|minutes of|seconds of|track of|pieces of|bit of|bits of|kind of|lots of|will|should|only|also|\
        really|quickly|quick|go ahead|more|every|each|set|instead of|rather than|new|\
        another|ima|new one|have|hear|let's|let us|start"),
    word(An, "a|an|some|one"),
    word(Prep, "without|of|in|on|at|by|with|for|from|into"),
    word(Setup, "模型|model|models"),
    word(Thing, "mv|视频|短视频|图片|图|海报|文章|报告|邮件|代码|网站|video|music video|image|picture|photo|\
        poster|logo|email|article|report|story|essay|website|code|app|playlist"),
    word(Measure, "一首"),
    word(Choose, "换|选|选择|选用|采用|设为|设成|设置为|改为|换用|换回|换回到|切回|切换回|设置成|设定为|设定成|\
        调成|change|switch|switch from|change from|choose|pick|select|go with|go back to|stick with|\
        stick to|switch back to|change back to|move to|switch over to"),
    word(Always, "以后|今后|从今以后|往后|之后|从现在开始|从现在起|从今天起|从今天开始|从此|下次|下回|每次|默认|\
        默认模型|就用|都用|一直用|常用|首选|记住|记得|next time|default|default model|by default|prefer|\
        preferred|preference|favorite|favourite|usual|usual model|each time|every time|in future|\
        in the future|going forward|henceforth|remember|remember to|keep using|from here on"),
    word(Ask, "多长|几分钟|几秒|多少秒|版权|商用|怎么用|吗|么|呢|什么|怎么|怎样|怎么样|为什么|为何|如何|哪个|哪些|哪种|谁|几个|是否|是不是|会不会|\
        要不要|有没有|有什么|有哪些|介绍|推荐|区别|对比|比较|我想知道|想知道|想问|我想问|讲讲|翻译|分析|\
        解释|测试|请问|告诉我|听说|支持|能用|帮助|使用方法|what|what's|whats|what is|when|who|who's|\
        whose|why|why not|how|how to|how do|which|whether|if|i want to know|i'd like to know|\
        i would like to know|i need to know|i wonder|tell me|translate|analyze|analyse|summarize|review|\
        test|testing|explain|is there|are there|do you|do i|do we|do they|does|did|can i|can it|\
        can suno|could i|should i|should we|may i|am i|is it|is that|is this|are you|are they|was it|\
        would it|will it|can we|has|help|i need help|support|supports|recommend|compare|difference|\
        better|versus|vs"),
    word(Jobs, "链接|列表|历史|改|修改|改一下|关闭|调低|调小|调大|声音小|声音大|静音|试听|发我|发给我|我的歌|我的歌曲|我的音乐|我的曲子|我的配音|我的旁白|我的任务|好了吗|好了没|好了没有|好没好|做好|\
        写好|生成好|完成了吗|完成了没|完了吗|完了没|做完|写完|进度|状态|取消|删除|删掉|撤销|撤回|刚才|\
        刚刚|上次|上一首|昨天|在哪|在哪里|哪里|哪儿|到哪|多久|退款|退钱|退积分|下载|暂停|播放|放一首|\
        放首|放歌|放音乐|放点|关掉|任务|没好|没收到|还没|怎么还|查看|查一下|查询|看看|找一下|重播|再放|\
        my song|my track|my job|my jobs|my audio|my file|my speech|my narration|my jingle|my beat|where|\
        where is|where's|where are|how long|status|progress|ready|finished|cancel|abort|delete|remove|\
        undo|yesterday|earlier|previous|last song|last one|refund|money back|download|resume|retry|\
        pause|turn off|turn down|turn up|turn on|mute|shut off|play|play back|replay|save|send|share|\
        export|upload|find|show|show me|list|open|check|the job|again"),
    word(Price, "多少钱|多少积分|多少点|几积分|几个积分|多少分|价格|价钱|价位|报价|收费|费用|花费|贵吗|贵不贵|\
        要钱|花钱|免费|花多少|积分|扣多少|余额|how much|how expensive|cost|costs|price|prices|pricing|\
        priced|expensive|points|credits|free|charge|fee|fees|balance|invoice|quote"),
    word(Refuse, "明天|稍后|晚点|等会|等会儿|等一下|待会|待会儿|改天|以后再|下次再|暂时不|暂时不要|暂时不需要|先不|later|maybe later|tomorrow|not now|not yet|不要|不要再|不用|不用再|不再|不想|不想要|不需要|不必|不准|不许|不能|不会|不可以|不做|不写|\
        不生成|不唱|不换|不选|别|别再|勿|请勿|停|停止|停下|禁止|拒绝|避免|我不要|我不想|我不想要|\
        我不需要|不希望|没让|没要|甭|no|not|don't|dont|do not|never|stop|quit|cease|won't|wont|wouldn't|\
        can't|cant|cannot|couldn't|shouldn't|should not|must not|mustn't|didn't|doesn't|isn't|aren't|\
        avoid|no longer|no more|refuse|hold off|skip|forget|neither|nor|unless|let's not|\
        i don't|i do not|we don't|please don't|ignore"),
    word(Withdraw, "算了|不用了|不要了|作罢|当我没说|never mind|nevermind|forget it|forget that|forget about it|\
        scratch that|on second thought|changed my mind"),
    word(State, "我|你|您|他|她|我们|你们|他们|大家|是|喜欢|讨厌|爱|觉得|感觉|认为|了|过|会|正在|已经|听|听了|\
        听过|失败|来了|卡住|出错|报错|不行|不好|不对|质量|i|i'm|im|i've|i'll|you|you're|your|he|she|\
        they|we|we're|his|her|their|our|is|are|was|were|am|be|been|it's|that's|this is|that is|had|love|\
        loves|loved|like|likes|liked|i like|i love|hate|hates|hated|enjoy|enjoyed|needs|wants|got|yourself|made|asked|gave|heard|\
        hearing|listening|listened|wrote|bought|broke|broken|failed|stopped|sounds|sounded|sucks|works|\
        worked|plays|played|playing|can|could|would|thinks|think|i think|i use|i used|isn't it|makes me|\
        seems"),
    word(Done, "写了|写的|写过|做了|做的|做过|生成了|生成的|生成过|唱了|唱的|唱过|写完了|做完了"),
    word(Praise, "很好|不错|好用|好听|难听|难用|太|坏|很棒|真棒|very good|very nice|too|wrong|bad|good|great|nice|\
        terrible|awful|boring|cool|awesome"),
    word(Point, "把|这|这个|这首|这段|这些|这种|那个|那首|那段|那些|它|它们|此|this|that|these|those|it|my|mine|\
        its"),
    word(The, "the"),
    word(About, "关于|about|called|titled|named|inspired by|in the style of"),
    word(Break, "但|但是|而是|然后|不过|but|instead|however|and then"),
    word(Plain, "改编|给|特别|告别|离别|分别|个别|性别|别致|别样|太阳|太空|太极|太平|未来|从来|起来|后来|原来|本来|\
        来自|带来|醒来|回来|到来|重要|主要|要是|动听|悦耳|作品|工作|写字|写意|编程|整个|整首|完整|调整|\
        恋爱|可爱|爱情|亲爱|是非|会议|聚会|晚会|舞会|年会|社会|音乐会|约会|机会|停车|过年|过节|难过|\
        不停|不断|不停歇|听众|转场|转折|了解|录音|小说|传说|说明|纪念|想念|思念|怀念|阅读|读者|听起来|\
        好奇|美好|友好|爱好|可以听|适合|a good|a great|a nice|a really good|a really nice|some good|\
        some great|some nice|good morning|good night|a cool|video game|video games|feel good|\
        a very good"),
];
