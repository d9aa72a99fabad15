//! What the words mean for the preferred model, and whether they ask for nothing else (music: "When
//! to Update (User Explicitly Changes Model)").

use super::interpret::Resolved;
use super::normalize::is_letter;
use super::scan::{Findings, hits, negated};
use super::triggers::{Hint, Means, Row, row};
use super::{About, PreferenceWish};

/// The words around a model's name that tell nothing of a piece. They count only if all of an
/// utterance consists of them and of names.
#[rustfmt::skip]
const AROUND: &[Row] = &[
    row(Hint::Either, Means::Courtesy, "请|麻烦|帮我|谢谢|谢谢你|多谢|你好|好的|好|吧|啦|呀|啊|吗|的|就|都|也|还|再|我|想|我想|我要|要|现在|直接|\
        来|时|为|成|把|很好|模型|音乐模型|语音模型|可以吗|好吗|行吗|能不能|可以|please|pls|thanks|thank you|ok|okay|hi|hey|hello|can you|\
        could you|would you|will you|i want to|i'd like to|i would like to|i|let's|let us|me|my|for|with|to|as|is|be|\
        should be|set|all|the|model|models|it|and|then|just|now|one|for songs|for music|for speech|for narration|instead"),
    row(Hint::Either, Means::Use, "换|换回|切回|切换|选|选择|选用|采用|改为|设为|设成|设置成|设置为|设定为|change|switch|switch from|change from|\
        go back to|switch back to|change back to|go with|choose|pick|select|stick with|stick to|move to|switch over to"),
    row(Hint::Either, Means::Always, "下次|下回|记住|记得|从此|往后|一直|常用|首选|更喜欢|remember|default|preferred|favorite|favourite|usual|next time|\
        each time|every time|in future|in the future|going forward|keep using"),
    row(Hint::Either, Means::Not, "不要|不要再|不用|不想用|别|别用|别再|don't|do not|don't want|instead of|rather than|not|never|stop|no"),
    row(Hint::Either, Means::Make, "写|做|生成|创作|make|making|write|generate|create"),
    row(Hint::Either, Means::One, "一首|一段|一个|首|段|a|an|some"),
];

/// What an utterance is if it consists of names and of [`AROUND`]; otherwise neither.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    /// It chooses a model and asks for no piece.
    pub(super) prefers: bool,
    /// It names a model or a kind of music, and neither describes a piece nor says to make one.
    pub(super) names_only: bool,
    /// The choice is to last.
    always: bool,
}

impl Around {
    /// Reads a normalised text from which no other text is set off.
    pub(super) fn read(text: &str) -> Self {
        let (mut model, mut cheapest, mut kind) = (false, false, false);
        let (mut chooses, mut always, mut makes, mut one) = (false, false, false, false);
        let mut end = 0;
        let mut takes_back = false;
        for hit in &hits(text, AROUND) {
            let negated = negated(text, hit);
            let gap = text.get(end..hit.start).unwrap_or_default();
            if gap.contains(is_letter) || takes_back && (!negated || hit.means == Means::Courtesy) {
                return Self::default();
            }
            end = hit.end;
            takes_back = hit.means == Means::Not;
            match hit.means {
                Means::Courtesy | Means::Not => {}
                Means::Model(_) | Means::Engine(_) | Means::DouBao => model |= !negated,
                Means::Cheapest => cheapest = true,
                Means::Use => chooses |= !negated,
                Means::Remember => {
                    chooses |= !negated;
                    always |= !negated;
                }
                Means::RememberThis | Means::Always => always |= !negated,
                Means::Bgm | Means::Song => kind = true,
                Means::Nothing if hit.hint != Hint::Either => kind = true,
                Means::Make => makes = true,
                Means::One => one = true,
                _ => return Self::default(),
            }
        }
        let rest = text.get(end..).unwrap_or_default();
        if rest.contains(is_letter) || takes_back {
            return Self::default();
        }
        let lasting = always && (model || cheapest);
        Self {
            prefers: !one && (lasting || chooses && model && !cheapest && !kind && !makes),
            names_only: !makes,
            always,
        }
    }
}

/// What the words mean for the preferred model. It has to be a model for the task, or asked for.
pub(super) fn wish(found: &Findings, resolved: &Resolved, around: Around) -> PreferenceWish {
    let settled = resolved.named || resolved.asks(About::Model);
    let prefers = around.prefers && (settled || resolved.asks(About::Task));
    let this = found.says(Means::RememberThis);
    let always = this || found.says(Means::Remember) || found.says(Means::Always);
    if found.says(Means::Cheapest) {
        PreferenceWish::Cheapest {
            remember: always || around.prefers,
            among: resolved.among,
        }
    } else if this || found.remember && settled || prefers && around.always {
        PreferenceWish::Remember
    } else if found.switch && settled || prefers {
        PreferenceWish::Switch
    } else {
        PreferenceWish::Keep
    }
}
