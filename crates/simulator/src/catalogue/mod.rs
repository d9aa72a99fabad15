//! What the service sells: one product tree for each task type.

pub(crate) mod demanding;
mod form;
mod leaf;
mod music;
mod reprice;
mod speech;

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) use leaf::{Leaf, Rule};

/// The task type and category of music.
pub(crate) const TEXT_TO_MUSIC: &str = "text_to_music";
/// The task type and category of speech.
pub(crate) const TEXT_TO_SPEECH: &str = "text_to_speech";

/// The `data` of every product list, by task type.
type Trees = BTreeMap<String, Value>;

/// What the service sells, and what it lists.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// Create requests are checked against these.
    trees: Trees,
    /// The trees before they were repriced, until a stale list is asked for.
    before: Option<Trees>,
    /// The trees that are listed instead, and how many times more.
    stale: Option<(u32, Trees)>,
}

impl Catalogue {
    /// The trees as the service listed them in spring 2026.
    pub(crate) fn new() -> Self {
        Self {
            trees: BTreeMap::from([
                (TEXT_TO_MUSIC.to_owned(), music::products()),
                (TEXT_TO_SPEECH.to_owned(), speech::products()),
            ]),
            before: None,
            stale: None,
        }
    }

    /// Whether this task type is known.
    pub(crate) fn sells(&self, task_type: &str) -> bool {
        self.trees.contains_key(task_type)
    }

    /// Answers one product list; none for an unknown task type.
    pub(crate) fn list(&mut self, task_type: &str) -> Option<Value> {
        if let Some((times, trees)) = &mut self.stale
            && *times > 0
        {
            *times -= 1;
            return trees.get(task_type).cloned();
        }
        self.trees.get(task_type).cloned()
    }

    /// Replaces the `data` of a product list.
    pub(crate) fn replace(&mut self, task_type: &str, tree: Value) {
        if let Some(before) = &mut self.before {
            before.insert(task_type.to_owned(), tree.clone());
        }
        self.trees.insert(task_type.to_owned(), tree);
    }

    /// Changes the price of every version of a model. `false` where there is no such model.
    pub(crate) fn reprice(&mut self, model_id: &str, points: u64, attribute_id: u64) -> bool {
        let before = self.trees.clone();
        let mut found = false;
        for tree in self.trees.values_mut() {
            found |= reprice::reprice(tree, model_id, points, attribute_id);
        }
        if found {
            self.before.get_or_insert(before);
        }
        found
    }

    /// Answers the next lists from the trees before they were repriced, or, where they were not,
    /// from those of now.
    pub(crate) fn serve_stale(&mut self, count: u32) {
        let before = self.before.take();
        self.stale = Some((count, before.unwrap_or_else(|| self.trees.clone())));
    }

    /// Every leaf of a tree with this model id, in document order.
    pub(crate) fn leaves(&self, task_type: &str, model_id: &str) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        if let Some(tree) = self.trees.get(task_type) {
            leaf::collect(tree, &mut leaves);
        }
        leaves.retain(|leaf| leaf.model_id() == Some(model_id));
        leaves
    }
}
