//! The preferences file that other tools write too: what is ours is read and set, all else stays byte
//! for byte, and what is damaged is refused.

use crate::json::members;
use ima_core::preferences::{Damage, Preferences, PreferencesError, Preferred};
use ima_core::request::TaskType;
use serde_json::Value;

const TASKS: [TaskType; 2] = [TaskType::TextToMusic, TaskType::TextToSpeech];
const FIELDS: [&str; 4] = ["model_id", "model_name", "credit", "last_used"];

/// The users of the seeds: a plain one, one whose key is written with escapes, and one without a
/// name.
const USERS: [&str; 3] = ["1", "\"雨\"\n", ""];

/// A file.
pub fn preference_file(data: &[u8]) {
    let preferences = match Preferences::read(data) {
        Ok(preferences) => preferences,
        Err(PreferencesError::Damaged(damage)) => return refused(data, damage),
    };
    let text = str::from_utf8(data).expect("it was read as text");
    assert_eq!(preferences.write(), data, "reading changes nothing");
    let (_, root, _) = parts(text);
    assert!(root.is_empty() || members(root).is_some(), "no object");
    for user in USERS {
        for task in TASKS {
            remember(&preferences, user, task);
            for which in [Some(task), None] {
                forget(&preferences, user, which);
            }
        }
    }
}

fn refused(data: &[u8], damage: Damage) {
    let text = str::from_utf8(data);
    let root = text.map(|text| parts(text).1);
    let value = root.map(serde_json::from_str::<Value>);
    match (damage, value) {
        (Damage::Encoding, Err(_)) => {}
        (Damage::Encoding, Ok(_)) | (_, Err(_)) => panic!("{damage} of another encoding"),
        (Damage::NotAnObject, Ok(value)) => {
            assert!(!matches!(value, Ok(Value::Object(_))), "an object is one");
        }
        (Damage::Syntax | Damage::TooDeep, Ok(value)) => {
            assert!(value.is_err(), "good JSON is refused: {damage}");
        }
    }
}

fn remember(before: &Preferences, user: &str, task: TaskType) {
    let wish = Preferred {
        model_id: "sonic".to_owned(),
        model_name: "Suno \"v5\" 🎵".to_owned(),
        credit: u32::MAX,
        last_used: "2026-02-27 12:34:56".to_owned(),
    };
    let mut after = before.clone();
    after.remember(user, task, &wish);
    assert_eq!(after.preferred(user, task), Some(wish.clone()));
    let mut twice = after.clone();
    twice.remember(user, task, &wish);
    assert_eq!(twice, after, "remembering twice");
    others_stay(before, &after, user, Some(task));
    let text = String::from_utf8(after.write()).expect("text");
    let (root, key) = (parts(&text).1, format!("user_{user}"));
    let entry = last(last(root, &key), task.name());
    let count = |object, name: &str| {
        let members = members(object).unwrap_or_default();
        members.iter().filter(|(own, _)| own == name).count()
    };
    assert_eq!(count(root, &key), 1, "one entry for a user");
    assert_eq!(count(last(root, &key), task.name()), 1);
    assert!(FIELDS.iter().all(|field| count(entry, field) == 1));
}

fn forget(before: &Preferences, user: &str, which: Option<TaskType>) {
    let mut after = before.clone();
    if !after.forget(user, which) {
        assert_eq!(&after, before, "nothing to forget");
    }
    for task in TASKS {
        if which.is_none_or(|which| which == task) {
            assert_eq!(after.preferred(user, task), None);
        }
    }
    assert!(!after.clone().forget(user, which), "forgotten once");
    others_stay(before, &after, user, which);
}

/// Everything but the user's entry for the task (for both, where none is named) stays as it was
/// written.
fn others_stay(before: &Preferences, after: &Preferences, user: &str, which: Option<TaskType>) {
    let texts = [before, after].map(|it| String::from_utf8(it.write()).expect("text"));
    let after_again = Preferences::read(texts[1].as_bytes());
    assert_eq!(after_again.as_ref(), Ok(after), "what was written is read");
    for other in USERS {
        for task in TASKS {
            if other != user || which.is_some_and(|which| which != task) {
                assert_eq!(before.preferred(other, task), after.preferred(other, task));
            }
        }
    }
    let [before, after] = texts.each_ref().map(|text| parts(text));
    assert_eq!((before.0, before.2), (after.0, after.2), "what is around");
    let key = format!("user_{user}");
    assert_eq!(rest(before.1, &[&key]), rest(after.1, &[&key]));
    let own: Vec<&str> = match which {
        Some(task) => vec![task.name()],
        None => TASKS.map(TaskType::name).to_vec(),
    };
    let [before, after] = [before.1, after.1].map(|root| last(root, &key));
    assert_eq!(rest(before, &own), rest(after, &own));
    if let Some(task) = which {
        let [before, after] = [before, after].map(|tasks| last(tasks, task.name()));
        // Forgotten, or remembered with what other tools keep in the entry.
        if !after.is_empty() {
            assert_eq!(rest(before, &FIELDS), rest(after, &FIELDS));
        }
    }
}

/// The members of an object but those of some names, as they were written; none where it is no
/// object.
fn rest<'a>(object: &'a str, but: &[&str]) -> Vec<(String, &'a str)> {
    let mut members = members(object).unwrap_or_default();
    members.retain(|(name, _)| !but.contains(&name.as_str()));
    members
}

/// The last value under a name; empty where there is none.
fn last<'a>(object: &'a str, name: &str) -> &'a str {
    let members = members(object).unwrap_or_default();
    let found = members.iter().rfind(|(own, _)| own == name);
    found.map_or("", |(_, value)| *value)
}

/// What comes before the JSON, the JSON, and what comes after.
fn parts(text: &str) -> (&str, &str, &str) {
    let blank = [' ', '\t', '\n', '\r'];
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body = body.trim_start_matches(blank);
    let (before, _) = text.split_at(text.len() - body.len());
    let root = body.trim_end_matches(blank);
    let (_, after) = body.split_at(root.len());
    (before, root, after)
}
