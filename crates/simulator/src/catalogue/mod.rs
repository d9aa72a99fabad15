//! What the service sells: one product tree for each task type.

mod form;
mod leaf;
mod music;
mod speech;

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) use leaf::{Leaf, Rule};

/// The task type and category of music.
pub(crate) const TEXT_TO_MUSIC: &str = "text_to_music";
/// The task type and category of speech.
pub(crate) const TEXT_TO_SPEECH: &str = "text_to_speech";

/// The product trees, by task type.
#[derive(Debug)]
pub(crate) struct Catalogue(BTreeMap<String, Value>);

impl Catalogue {
    /// The trees as the service listed them in spring 2026.
    pub(crate) fn new() -> Self {
        Self(BTreeMap::from([
            (TEXT_TO_MUSIC.to_owned(), music::products()),
            (TEXT_TO_SPEECH.to_owned(), speech::products()),
        ]))
    }

    /// The `data` of a product list; none for an unknown task type.
    pub(crate) fn tree(&self, task_type: &str) -> Option<&Value> {
        self.0.get(task_type)
    }

    /// Replaces the `data` of a product list.
    pub(crate) fn replace(&mut self, task_type: &str, tree: Value) {
        self.0.insert(task_type.to_owned(), tree);
    }

    /// Every leaf of a tree with this model id, in document order.
    pub(crate) fn leaves(&self, task_type: &str, model_id: &str) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        if let Some(tree) = self.tree(task_type) {
            leaf::collect(tree, &mut leaves);
        }
        leaves.retain(|leaf| leaf.model_id() == Some(model_id));
        leaves
    }
}
