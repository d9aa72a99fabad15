//! What one clause of a sentence says, read phrase by phrase.

use super::normalize::is_letter;
use super::scan::hits;
use super::triggers::{Hint, Means};
use super::words::{Role, WORDS};
use crate::prelude::*;
use crate::request::TaskType;

/// The clauses of a normalised text: punctuation ends one.
pub(super) fn read(text: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut now = Clause::default();
    let mut end = 0;
    for hit in hits(text, &[WORDS]) {
        unknown(text, end, hit.start, &mut now, &mut clauses);
        end = hit.end;
        if hit.means == Means::Word(Role::Break) {
            clauses.push(core::mem::take(&mut now).end());
        } else {
            let phrase = text.get(hit.start..hit.end).unwrap_or_default();
            now.hear(hit.hint, hit.means, phrase.is_ascii());
        }
    }
    unknown(text, end, text.len(), &mut now, &mut clauses);
    clauses.push(now.end());
    clauses
}

/// Reads what stands between two phrases. The point in a number ends nothing.
fn unknown(text: &str, from: usize, to: usize, now: &mut Clause, clauses: &mut Vec<Clause>) {
    let mut rest = text.get(from..).unwrap_or_default().chars();
    while text.len() - rest.as_str().len() < to
        && let Some(c) = rest.next()
    {
        let ends = match c {
            ',' | ';' | '!' | '?' | '。' | '、' | '…' => true,
            '.' => !rest.as_str().starts_with(|c: char| c.is_ascii_digit()),
            _ => false,
        };
        if ends {
            clauses.push(core::mem::take(now).end());
        } else if is_letter(c) {
            now.hear_other(c);
        }
    }
}

/// How the rest of a clause is to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Rest {
    #[default]
    Open,
    /// It describes what was named.
    Describes,
    /// It describes what is named last: 关于…的歌.
    HeadLast,
}

/// What a clause says.
#[derive(Debug, Default)]
pub(super) struct Clause {
    pub(super) asks: bool,
    pub(super) jobs: bool,
    pub(super) price: bool,
    pub(super) ends_asking: bool,
    pub(super) refuses: bool,
    pub(super) withdraws: bool,
    states: bool,
    points: bool,
    pub(super) can: bool,
    pub(super) please: bool,
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
    pub(super) elsewhere: bool,
    /// It speaks of models.
    setup: bool,
    speaks: bool,
    /// Speech is asked for.
    spoken: bool,
    described: bool,
    pub(super) model: bool,
    pub(super) cheap: bool,
    switches: bool,
    pub(super) always: bool,
    /// Something beside the words of a request.
    pub(super) content: bool,
    rest: Rest,
    /// The last word was music of some kind.
    fresh: bool,
    /// Something was named first that is not the music: tickets for a jazz festival.
    aside: bool,
    /// It is a certain piece, and nothing says how it should be.
    certain: bool,
    /// It is a new piece.
    indefinite: bool,
    /// More is said of the music.
    tail: bool,
    ends_refusing: bool,
    /// The last word was an article.
    article: bool,
    /// The last word was a thing that may describe the music: video background music.
    thing: bool,
    /// The last word was a particle, or the like.
    particle: bool,
    /// What was named last.
    last: Option<(Hint, Means)>,
}

impl Clause {
    fn hear_other(&mut self, c: char) {
        // "Song history": what it is about is no music.
        let another = core::mem::take(&mut self.fresh) && c.is_ascii_alphabetic();
        self.described &= !another || self.rest != Rest::Open;
        self.elsewhere |= core::mem::take(&mut self.thing);
        self.content = true;
        self.last = None;
        self.particle = false;
    }

    fn hear(&mut self, hint: Hint, means: Means, ascii: bool) {
        let definite = core::mem::take(&mut self.article);
        self.fresh = false;
        let after_particle = core::mem::take(&mut self.particle);
        self.particle = means == Means::Word(Role::Courtesy);
        if self.thing && !self.particle && means != Means::Word(Role::Measure) {
            self.thing = false;
            self.elsewhere |= hint == Hint::Either && means != Means::Word(Role::Make);
        }
        self.ends_asking = false;
        self.ends_refusing = false;
        match (self.rest, means) {
            (Rest::Describes, _) => {
                // "Songs about rain are boring."
                self.described &= self.indefinite || means != Means::Word(Role::State);
                self.content = true;
            }
            (Rest::HeadLast, Means::Word(Role::Courtesy | Role::Please)) => {}
            (Rest::HeadLast, Means::Word(role)) => {
                self.jobs |= role == Role::Jobs;
                self.price |= role == Role::Price;
                self.last = None;
            }
            (Rest::HeadLast, _) if !after_particle => self.last = Some((hint, means)),
            (Rest::Open, Means::Word(role)) => self.word(role, ascii),
            _ => self.phrase(hint, means, definite),
        }
    }

    fn end(mut self) -> Self {
        self.elsewhere |= self.thing;
        if let Some((hint, means)) = self.last {
            self.phrase(hint, means, false);
        }
        self.content |= self.genres > 1;
        self
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
            Role::Choose => {
                self.switches = true;
                self.setup = true;
            }
            Role::Always => self.always = true,
            Role::Withdraw => self.withdraws = true,
            Role::Price => self.price = true,
            Role::Plain => self.content = true,
            Role::Refuse => {
                self.ends_refusing = true;
                self.refuses |= !self.noun;
                self.described &= self.tail;
            }
            Role::Ask => self.ask(|it| it.asks = true),
            Role::Jobs => self.ask(|it| it.jobs = true),
            Role::State => self.state(|it| it.states = true),
            Role::Done => {
                self.verb = true;
                self.state(|it| it.states = true);
            }
            Role::Praise if !self.verb => self.state(|it| it.states = true),
            // "Make a video with music."
            Role::Prep => {
                self.aside |= self.content && !self.noun;
                self.tail |= self.noun;
                self.certain = false;
            }
            // "Somebody played a song."
            Role::An => {
                self.aside |= self.content && !self.noun && !self.verb;
                self.indefinite |= !self.noun;
            }
            Role::Setup => self.setup = true,
            Role::Thing => {
                self.content = true;
                self.thing = self.verb && !self.noun;
            }
            Role::The => {
                self.article = true;
                self.aside |= self.content && !self.noun && !self.verb;
            }
            Role::Measure => {
                self.thing(false);
                self.measured = true;
            }
            Role::About if self.noun => {
                self.rest = Rest::Describes;
                self.certain = false;
            }
            Role::About if !ascii => {
                self.rest = Rest::HeadLast;
                self.content = true;
            }
            // "Write a report about music."
            Role::About => self.points |= self.verb && !self.composes,
            // "a song that", "a song my mother loves".
            Role::Point if self.noun && ascii => self.rest = Rest::Describes,
            Role::Point => self.state(|it| it.points = true),
            Role::Praise | Role::Courtesy | Role::Break => {}
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
            // Lyrics alone are no music.
            Means::Vocals => self.content = true,
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
        self.fresh = true;
        self.described |= self.noun && !self.verb && self.is_open() && !self.aside;
        if self.noun {
            self.measured = false;
            return;
        }
        self.points |= definite && !self.verb;
        self.certain = definite;
        self.noun = true;
        let open = self.is_open() && !self.aside;
        self.object = self.verb && open && !self.elsewhere;
        self.described = !self.verb && open;
    }

    /// Nothing in it takes it out.
    pub(super) fn is_open(&self) -> bool {
        let asks = self.asks || self.jobs || self.price;
        !asks && !self.refuses && !self.states && !self.points
    }

    /// Describes a piece of music without a verb.
    pub(super) fn describes_music(&self) -> bool {
        let about_models = self.setup || self.always || self.switches && self.model;
        self.described && !about_models
    }

    /// Would do as an answer to what the music should be like.
    pub(super) fn describes(&self) -> bool {
        self.content && self.is_open()
    }

    pub(super) fn names_something(&self) -> bool {
        self.noun || self.verb || self.model || self.spoken
    }

    /// Asks for something to be made, now and not always.
    pub(super) fn made(&self) -> bool {
        let composed = self.composes && self.content && self.is_open() && !self.certain;
        let object =
            self.object && !self.certain && !self.ends_refusing && (!self.measured || self.content);
        (object || composed || self.spoken) && !self.always
    }

    /// Says which model is to be used.
    pub(super) fn prefers(&self) -> bool {
        (self.switches || self.always) && !self.refuses
    }

    /// Says no to a generation.
    pub(super) fn declines(&self) -> bool {
        self.refuses && (self.verb || self.noun && self.genres == 0 && !self.content || self.speaks)
    }

    /// Says no to a model.
    pub(super) fn avoids(&self) -> bool {
        self.refuses && (self.model || self.switches || self.always)
    }

    /// Says no to what was asked for before.
    pub(super) fn takes_back(&self) -> bool {
        !self.content && (self.withdraws || self.refuses && self.verb)
    }
}
