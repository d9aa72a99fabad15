//! The models that the service offers, found in its product tree and read one at a time.

mod engine;
#[cfg(test)]
pub(crate) mod fixtures;
mod leaf;
mod mapping;
mod rule;

pub use leaf::{Estimate, Field, Leaf};
pub use mapping::{Choice, Mapping};
pub use rule::Rule;

use crate::api::tree::{self, Part, Place};
use crate::prelude::*;
use crate::request::TaskType;

pub(crate) use engine::{ENGINE, newest as newest_engine};
pub(crate) use rule::same;

/// The models of one task type, in document order: the answer of the service, and where in it each
/// model stands.
///
/// The same `model_id` twice is two versions, the newest last. A model whose own part of the list
/// is damaged (unreadable, or a member there twice) has no price and cannot be chosen; it does not
/// give way to an older version of itself, and the others are not touched.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    task: TaskType,
    answer: Vec<u8>,
    places: Vec<Place>,
}

impl Catalogue {
    /// Reads the `data` of a product list.
    ///
    /// `None` where it is not a list of nodes, where they are nested deeper than 63 levels, or where
    /// it cannot be told which models there are: `type`, `model_id`, `id` or `children` of a node is
    /// unreadable or there twice.
    pub fn read(task: TaskType, data: impl Into<Vec<u8>>) -> Option<Self> {
        let answer = data.into();
        let places = tree::places(str::from_utf8(&answer).ok()?, &answer)?;
        Some(Self::new(task, answer, places))
    }

    /// The models at these places of an answer.
    pub(crate) fn new(task: TaskType, answer: Vec<u8>, places: Vec<Place>) -> Self {
        Self {
            task,
            answer,
            places,
        }
    }

    /// The models that can be asked for, read one at a time.
    pub fn leaves(&self) -> impl Iterator<Item = Leaf> {
        let read = |place| Leaf::read(self.task, place, &self.answer);
        self.places.iter().filter_map(read)
    }

    /// The leaf of a model, named by its id or its display name in any case: the pinned version, else
    /// the last in document order. `None` where there is none, or where it is damaged.
    pub fn find(&self, model_id: &str, version_id: Option<&str>) -> Option<Leaf> {
        let place = self.place(model_id, version_id)?;
        Leaf::read(self.task, place, &self.answer)
    }

    /// Whether the list has such a model, damaged or not.
    pub(crate) fn lists(&self, model_id: &str, version_id: Option<&str>) -> bool {
        self.place(model_id, version_id).is_some()
    }

    /// The catalogue with one model only, which takes little more memory than the model's text.
    pub(crate) fn only(&self, model_id: &str, version_id: Option<&str>) -> Self {
        let place = self.place(model_id, version_id);
        let (answer, places) = match place.map(|place| place.cut(&self.answer)) {
            Some((answer, place)) => (answer, vec![place]),
            None => (Vec::new(), Vec::new()),
        };
        Self::new(self.task, answer, places)
    }

    /// The ids of the models, each once, in document order; at most 100 of them, for a message.
    pub fn model_ids(&self) -> Vec<String> {
        const MOST: usize = 100;
        let mut ids: Vec<String> = Vec::new();
        for place in &self.places {
            if let Some(id) = place.scalar(Part::ModelId, &self.answer)
                && let Some(id) = id.word()
                && ids.iter().all(|known| *known != id)
                && ids.len() < MOST
            {
                ids.push(id.into_owned());
            }
        }
        ids
    }

    /// The id of the model that a person means: an id or a display name, in any case. `None` if there
    /// is none, or several that the words fit equally.
    pub(crate) fn meant(&self, model: &str) -> Option<String> {
        let is_exact = |place: &Place| {
            let id = place.scalar(Part::ModelId, &self.answer);
            id.as_ref()
                .and_then(|id| id.word())
                .is_some_and(|id| id == model)
        };
        if self.places.iter().any(is_exact) {
            return Some(model.to_owned());
        }
        let wanted = model.trim().to_lowercase();
        let any_case = |own: &str| own.to_lowercase() == wanted;
        self.only_id(Part::ModelId, any_case)
            .or_else(|| self.only_id(Part::Name, any_case))
    }

    /// The model id of the leaves with such a part, if they are all of one model.
    fn only_id(&self, part: Part, fits: impl Fn(&str) -> bool) -> Option<String> {
        let mut found: Option<String> = None;
        for place in &self.places {
            let own = place.scalar(part, &self.answer);
            if !own
                .as_ref()
                .and_then(|own| own.word())
                .is_some_and(|own| fits(&own))
            {
                continue;
            }
            let id = place.scalar(Part::ModelId, &self.answer)?.text()?;
            if found.as_ref().is_some_and(|found| *found != id) {
                return None;
            }
            found = Some(id);
        }
        found
    }

    fn place(&self, model: &str, version_id: Option<&str>) -> Option<&Place> {
        let model_id = self.meant(model)?;
        // A leaf without an id of its own has that of the model.
        let is = |place: &Place, part, expected: &str, absent| {
            let own = place.scalar(part, &self.answer);
            let own = own.as_ref().and_then(|own| own.word());
            own.map_or(absent, |own| own == expected)
        };
        self.places.iter().rev().find(|place| {
            is(place, Part::ModelId, &model_id, false)
                && version_id.is_none_or(|id| is(place, Part::Id, id, id == model_id))
        })
    }
}

#[cfg(test)]
mod tests;
