//! Whether a sentence asks for something to be made.
//!
//! Only what asks for it may cost the user points. A sentence is read clause by clause: a verb of
//! making or wishing with its object, or a description of music by itself, asks; a question, a
//! refusal or a statement before it in the clause takes the clause out. What remains in doubt is
//! [`Intent::Unclear`].

use super::Intent;
use super::normalize::{is_letter, normalize};
use super::scan::{Hit, hits};
use super::triggers::{Hint, Means};
use super::words::{Role, WORDS};
use crate::prelude::*;
use crate::request::TaskType;

/// What is known beside the words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    /// The text that was set off by quotes or a colon.
    pub(super) text: Option<&'a str>,
    /// The user answered whether it is music or speech.
    pub(super) settled: bool,
}

/// What a normalised text, without the one that was set off, is for.
pub(super) fn intent(text: &str, beside: Beside<'_>) -> Intent {
    let clauses: Vec<Clause> = clauses(text).iter().map(|it| Clause::read(it)).collect();
    let any = |holds: fn(&Clause) -> bool| clauses.iter().any(holds);
    let set_off = beside.text.is_some_and(|text| !is_model(text));
    let content = set_off || any(|it| it.content);
    let asked = any(|it| it.price || it.jobs || it.asks);
    let topic = if any(|it| it.price) {
        Intent::Price
    } else if any(|it| it.jobs) {
        Intent::Jobs
    } else {
        Intent::Unclear
    };
    let marked = text.trim_end_matches([' ', '"', '!']).ends_with('?');
    let question = marked || any(|it| it.can) || clauses.last().is_some_and(|it| it.ends_asking);
    let granted = !question || content && any(|it| it.can || it.please);

    let given = |it: &Clause| set_off && it.is_open() && it.names_something();
    let made = clauses.iter().position(|it| it.made() || given(it));
    if let Some(made) = made {
        let later = clauses.get(made + 1..).unwrap_or_default();
        return if later.iter().any(Clause::takes_back) {
            Intent::Decline
        } else if any(|it| it.price) || !granted {
            topic
        } else {
            Intent::Create
        };
    }
    let prefers = any(Clause::prefers);
    let among = any(|it| it.model && !it.refuses) || any(|it| it.cheap && it.always);
    let spare = |it: &Clause| it.content && !it.avoids();
    let described = any(Clause::describes_music);
    let polite = !question || any(|it| it.can || it.please);
    if prefers && among && !asked && !set_off && polite && !described {
        return match clauses.iter().any(spare) {
            false => Intent::Prefer,
            true => Intent::Unclear,
        };
    }
    if asked || question {
        topic
    } else if any(Clause::declines) {
        Intent::Decline
    } else if content && described && !any(|it| it.elsewhere)
        || beside.settled && any(|it| it.describes())
    {
        Intent::Create
    } else if any(Clause::avoids) || any(|it| it.withdraws) {
        Intent::Decline
    } else {
        Intent::Unclear
    }
}

/// Whether a text is nothing but a model's name.
fn is_model(text: &str) -> bool {
    let clauses = clauses(&normalize(text));
    let read: Vec<Clause> = clauses.iter().map(|it| Clause::read(it)).collect();
    read.iter().any(|it| it.model) && !read.iter().any(|it| it.content)
}

/// A phrase, or words that no table knows.
#[derive(Clone, Copy)]
enum Token {
    Phrase(Hint, Means, bool),
    Other,
}

/// The clauses of a text: punctuation ends one.
fn clauses(text: &str) -> Vec<Vec<Token>> {
    let mut clauses = vec![Vec::new()];
    let mut end = 0;
    for hit in hits(text, &[WORDS]).into_iter().chain([Hit::end(text)]) {
        let gap = text.get(end..hit.start).unwrap_or_default();
        let mut rest = gap;
        while let Some((part, after)) = split(rest, text.get(hit.start..).unwrap_or_default()) {
            push(&mut clauses, part);
            clauses.push(Vec::new());
            rest = after;
        }
        push(&mut clauses, rest);
        end = hit.end;
        if hit.means == Means::Word(Role::Break) {
            clauses.push(Vec::new());
        } else if hit.end > hit.start
            && let Some(last) = clauses.last_mut()
        {
            let phrase = text.get(hit.start..hit.end).unwrap_or_default();
            last.push(Token::Phrase(hit.hint, hit.means, phrase.is_ascii()));
        }
    }
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

/// Splits at the first mark that ends a clause. The point in a number does not.
fn split<'a>(gap: &'a str, after: &str) -> Option<(&'a str, &'a str)> {
    let ends = |(at, c): &(usize, char)| match c {
        ',' | ';' | '!' | '?' | '。' | '、' | '…' => true,
        '.' => {
            let rest = gap.get(at + 1..).unwrap_or_default();
            let next = rest.chars().chain(after.chars()).next();
            !next.is_some_and(|next| next.is_ascii_digit())
        }
        _ => false,
    };
    let (at, mark) = gap.char_indices().find(ends)?;
    Some((gap.get(..at)?, gap.get(at + mark.len_utf8()..)?))
}

fn push(clauses: &mut [Vec<Token>], gap: &str) {
    if gap.contains(is_letter)
        && let Some(last) = clauses.last_mut()
    {
        last.push(Token::Other);
    }
}

/// Whether music follows at once, which the thing before it describes: video background music.
fn modifies(rest: &[Token]) -> bool {
    let courtesy = |token: &&Token| {
        matches!(
            token,
            Token::Phrase(_, Means::Word(Role::Courtesy | Role::Measure), _)
        )
    };
    match rest.iter().find(|it| !courtesy(it)) {
        Some(Token::Phrase(Hint::Strong(_) | Hint::Weak(_), ..)) => true,
        Some(Token::Phrase(_, Means::Word(role), _)) => *role == Role::Make,
        _ => false,
    }
}

/// What a clause says.
#[derive(Debug, Default)]
struct Clause {
    asks: bool,
    jobs: bool,
    price: bool,
    ends_asking: bool,
    refuses: bool,
    withdraws: bool,
    states: bool,
    points: bool,
    can: bool,
    please: bool,
    /// A verb of making or wishing.
    verb: bool,
    /// One that has its object, with nothing before it that takes it back.
    object: bool,
    /// A verb that makes music whatever its object.
    composes: bool,
    noun: bool,
    genres: u8,
    /// Its noun is a measure: 一首.
    measured: bool,
    /// Something that is no music is to be made.
    elsewhere: bool,
    /// It speaks of models.
    setup: bool,
    speaks: bool,
    /// Speech is asked for.
    spoken: bool,
    described: bool,
    model: bool,
    cheap: bool,
    switches: bool,
    always: bool,
    /// Something beside the words of a request.
    content: bool,
}

impl Clause {
    fn read(tokens: &[Token]) -> Self {
        let mut it = Self::default();
        let mut article = false;
        for (index, token) in tokens.iter().enumerate() {
            let after_article = core::mem::take(&mut article);
            let rest = tokens.get(index + 1..).unwrap_or_default();
            let (hint, means, ascii) = match *token {
                Token::Other => {
                    it.content = true;
                    continue;
                }
                Token::Phrase(hint, means, ascii) => (hint, means, ascii),
            };
            it.ends_asking = false;
            let Means::Word(role) = means else {
                it.phrase(hint, means, after_article);
                continue;
            };
            match role {
                Role::The => article = true,
                Role::Thing if !modifies(rest) => it.elsewhere |= it.verb && !it.noun,
                Role::Measure => {
                    it.thing(false);
                    it.measured = true;
                }
                Role::About if it.noun => {
                    it.content |= !rest.is_empty();
                    break;
                }
                // "a song that", "a song my mother loves".
                Role::Point if it.noun && ascii => {
                    it.content |= !rest.is_empty();
                    break;
                }
                Role::About if !ascii => {
                    it.head_last(rest);
                    break;
                }
                // "Write a report about music."
                Role::About if it.verb && !it.composes => it.points = true,
                _ => it.word(role, ascii),
            }
        }
        it.content |= it.genres > 1;
        it
    }

    fn word(&mut self, role: Role, ascii: bool) {
        match role {
            // "People make music": nobody is told to.
            Role::Make | Role::Compose => {
                self.states |= ascii && self.content && !self.verb;
                self.verb = true;
                self.composes |= role == Role::Compose && self.is_open();
            }
            Role::Wish => self.verb = true,
            Role::Can => self.can = true,
            Role::CanHave => {
                self.can = true;
                self.verb = true;
            }
            Role::Please => self.please = true,
            Role::Choose => self.switches = true,
            Role::Always => self.always = true,
            Role::Withdraw => self.withdraws = true,
            Role::Price => self.price = true,
            Role::Plain => self.content = true,
            Role::Refuse => self.refuses |= !self.noun,
            Role::Ask => self.ask(|it| it.asks = true),
            Role::Jobs => self.ask(|it| it.jobs = true),
            Role::State => self.state(|it| it.states = true),
            Role::Done => {
                self.verb = true;
                self.state(|it| it.states = true);
            }
            Role::Praise if !self.verb => self.state(|it| it.states = true),
            // "Make a video with music."
            Role::Prep => self.points |= self.verb && self.content && !self.noun,
            Role::Setup => self.setup = true,
            Role::Thing => self.content = true,
            Role::Point => self.state(|it| it.points = true),
            Role::Praise
            | Role::Courtesy
            | Role::The
            | Role::About
            | Role::Break
            | Role::Measure => {}
        }
    }

    /// A question, unless it belongs to what is to be made.
    fn ask(&mut self, mark: fn(&mut Self)) {
        self.ends_asking = true;
        if !self.object {
            mark(self);
            self.described = false;
        }
    }

    fn state(&mut self, mark: fn(&mut Self)) {
        if !self.object {
            mark(self);
            self.described = false;
        }
    }

    /// 关于…的歌: the noun comes last.
    fn head_last(&mut self, rest: &[Token]) {
        const COURTESY: Means = Means::Word(Role::Courtesy);
        let carries = |token: &Token| match token {
            Token::Phrase(_, means, _) => {
                !matches!(means, Means::Word(Role::Courtesy | Role::Please))
            }
            Token::Other => true,
        };
        self.content = true;
        for token in rest {
            if let Token::Phrase(_, Means::Word(role), _) = token {
                self.jobs |= *role == Role::Jobs;
                self.price |= *role == Role::Price;
            }
        }
        let mut before = None;
        for (index, token) in rest.iter().enumerate() {
            let last = !rest.iter().skip(index + 1).any(carries);
            let after_particle = matches!(before, Some(Token::Phrase(_, COURTESY, _)));
            before = Some(*token);
            if let Token::Phrase(hint, means, _) = *token
                && (last || after_particle)
                && !matches!(means, Means::Word(_))
            {
                self.phrase(hint, means, false);
            }
        }
    }

    fn phrase(&mut self, hint: Hint, means: Means, definite: bool) {
        let music = matches!(
            hint,
            Hint::Strong(TaskType::TextToMusic) | Hint::Weak(TaskType::TextToMusic)
        );
        let speech = matches!(
            hint,
            Hint::Strong(TaskType::TextToSpeech) | Hint::Weak(TaskType::TextToSpeech)
        );
        match means {
            Means::Model(_) | Means::Engine(_) | Means::DouBao => self.model = true,
            Means::Use => self.switches = true,
            Means::Remember | Means::RememberThis | Means::Always => self.always = true,
            Means::Cheapest => self.cheap = true,
            Means::Bgm | Means::Song => self.thing(definite),
            Means::Nothing if hint == Hint::Strong(TaskType::TextToMusic) => self.thing(definite),
            Means::Nothing if music => {
                self.genres = self.genres.saturating_add(1);
                self.thing(false);
            }
            Means::AutoLyrics => {
                self.verb = true;
                self.content = true;
                self.thing(false);
            }
            _ if music => {
                self.content = true;
                self.thing(definite);
            }
            _ => {
                self.content |= !(speech && matches!(means, Means::Nothing));
                if speech {
                    self.speaks = true;
                    self.spoken |= !self.asks && !self.jobs && !self.refuses && !self.states;
                }
            }
        }
    }

    /// Music of some kind.
    fn thing(&mut self, definite: bool) {
        // What this clause lists beside the noun tells more.
        self.content |= self.noun && self.genres > 0;
        if self.noun {
            self.measured = false;
            return;
        }
        self.points |= definite && !self.verb;
        self.noun = true;
        self.object = self.verb && self.is_open() && !self.elsewhere;
        self.described = !self.verb && self.is_open();
    }

    /// Nothing in it takes it out.
    fn is_open(&self) -> bool {
        let asks = self.asks || self.jobs || self.price;
        !asks && !self.refuses && !self.states && !self.points
    }

    /// Describes a piece of music without a verb.
    fn describes_music(&self) -> bool {
        self.described && !self.always && !self.setup && !(self.switches && self.model)
    }

    /// Would do as an answer to what the music should be like.
    fn describes(&self) -> bool {
        self.content && self.is_open()
    }

    fn names_something(&self) -> bool {
        self.noun || self.verb || self.model || self.spoken
    }

    /// Asks for something to be made, now and not always.
    fn made(&self) -> bool {
        let composed = self.composes && self.content && self.is_open();
        let object = self.object && (!self.measured || self.content);
        (object || composed || self.spoken) && !self.always
    }

    /// Says which model is to be used.
    fn prefers(&self) -> bool {
        (self.switches || self.always) && !self.refuses
    }

    /// Says no to a generation.
    fn declines(&self) -> bool {
        self.refuses && (self.verb || self.noun && self.genres == 0 && !self.content || self.speaks)
    }

    /// Says no to a model.
    fn avoids(&self) -> bool {
        self.refuses && (self.model || self.switches || self.always)
    }

    /// Says no to what was asked for before.
    fn takes_back(&self) -> bool {
        !self.content && (self.withdraws || self.refuses && self.verb)
    }
}
