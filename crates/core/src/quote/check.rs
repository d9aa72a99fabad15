//! The user's parameters held against a model's form, before anything is spent: whatever
//! can be known to fail is refused here.

use super::speech;
use crate::catalogue::{Field, Leaf, same};
use crate::prelude::*;
use crate::request::{InvalidValue, Language, Request, TaskType, UnknownParameters, whole_number};
use serde_json::{Map, Value, json};

/// Parameters that the service takes beside what the form lists (music: "Music-specific
/// parameters"; speech: "Verified request parameters").
const BESIDE_THE_FORM: [(&str, &[&str]); 2] = [
    ("sonic", &["lyrics"]),
    ("seed-tts-2.0", &["audio_params", "additions"]),
];

/// The user's parameters as they will be sent, and those that were left out.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub parameters: Map<String, Value>,
    pub dropped: Vec<InvalidValue>,
}

/// Checks every parameter, resolves virtual fields and adds what a choice brings with it.
pub(super) fn check(request: &Request, leaf: &Leaf) -> Result<Checked, InvalidValue> {
    prompt(request, leaf)?;
    let mut checked = Checked::default();
    let mut controls = Map::new();
    for parameter in &request.parameters {
        let (name, value) = (parameter.name.as_str(), &parameter.value);
        if let Some(field) = leaf.fields.iter().find(|field| field.sets(name)) {
            let value = fits(field, value, request)?;
            checked.parameters.insert(name.to_owned(), value);
        } else if leaf.fields.iter().any(|field| field.shows(name)) {
            controls.insert(name.to_owned(), value.clone());
        } else if is_beside(leaf, name) || leaf.is_attribute(name) {
            let value = speech::fits(name, value, request.language)?;
            checked.parameters.insert(name.to_owned(), value);
        } else {
            let unknown = unknown(leaf, name, value, request.language);
            match request.unknown {
                UnknownParameters::Refuse => return Err(unknown),
                UnknownParameters::Drop => checked.dropped.push(unknown),
            }
        }
    }
    virtual_fields(leaf, &controls, &mut checked.parameters, request.language)?;
    custom_mode(leaf, &mut checked.parameters, request.language)?;
    Ok(checked)
}

/// The text to speak has the limits of the form's `text` field.
fn prompt(request: &Request, leaf: &Leaf) -> Result<(), InvalidValue> {
    if request.task != TaskType::TextToSpeech {
        return Ok(());
    }
    match leaf.fields.iter().find(|field| field.name == "text") {
        Some(text) => length("prompt", &request.prompt, text, request.language),
        None => Ok(()),
    }
}

fn is_beside(leaf: &Leaf, name: &str) -> bool {
    let mut beside = BESIDE_THE_FORM.iter();
    name == "n" || beside.any(|(model, names)| leaf.model_id == *model && names.contains(&name))
}

impl Field {
    /// Whether the field is sent under this name.
    fn sets(&self, name: &str) -> bool {
        self.mapping.is_none() && self.name == name
    }

    /// Whether the field is virtual and shows a control of this name. Its own name stands for the
    /// only control, where there is one.
    fn shows(&self, name: &str) -> bool {
        self.mapping.as_ref().is_some_and(|mapping| {
            mapping.controls.contains_key(name) || (self.name == name && mapping.controls.len() < 2)
        })
    }
}

fn unknown(leaf: &Leaf, name: &str, value: &Value, language: Language) -> InvalidValue {
    let mut known = leaf.known_parameters();
    for (model, names) in BESIDE_THE_FORM {
        if leaf.model_id == model {
            known.extend(names);
        }
    }
    let nearest = known
        .iter()
        .min_by_key(|known| distance(known, name))
        .copied();
    let near = nearest.filter(|near| distance(near, name) <= 1 + name.len() / 3);
    let none = known.is_empty();
    let known = known.join(", ");
    let allowed = match (language, near) {
        (Language::Zh, _) if none => "这个模型没有可设置的参数".to_owned(),
        (Language::En, _) if none => "this model takes no parameters".to_owned(),
        (Language::Zh, Some(near)) => format!("没有这个参数，是否指 {near}？可用：{known}"),
        (Language::Zh, None) => format!("没有这个参数，可用：{known}"),
        (Language::En, Some(near)) => {
            format!("no such parameter; did you mean {near}? known: {known}")
        }
        (Language::En, None) => format!("no such parameter; known: {known}"),
    };
    InvalidValue::new(name, &value.to_string(), &allowed)
}

/// A value in the form that the field takes.
fn fits(field: &Field, value: &Value, request: &Request) -> Result<Value, InvalidValue> {
    let language = request.language;
    let name = field.name.as_str();
    let number;
    let value = match name {
        "n" => {
            number = json!(whole_number(value));
            if field.options.is_empty() {
                return Ok(number);
            }
            &number
        }
        "speaker" => return speech::speaker(value, language),
        "vocal_gender" => gender(field, value),
        _ => value,
    };
    if !field.options.is_empty() {
        let found = field.options.iter().find(|option| same(option, value));
        return found.cloned().ok_or_else(|| {
            let options: Vec<String> = field.options.iter().map(Value::to_string).collect();
            InvalidValue::new(name, &value.to_string(), &options.join(", "))
        });
    }
    match field.kind.as_str() {
        "toggle" => [json!(true), json!(false)]
            .into_iter()
            .find(|option| same(option, value))
            .ok_or_else(|| InvalidValue::new(name, &value.to_string(), "true, false")),
        "textarea" | "input" | "text" => match value.as_str() {
            Some(text) => length(name, text, field, language).map(|()| value.clone()),
            None => {
                let allowed = match language {
                    Language::Zh => "一段文字",
                    Language::En => "a text",
                };
                Err(InvalidValue::new(name, &value.to_string(), allowed))
            }
        },
        _ => Ok(value.clone()),
    }
}

fn length(name: &str, text: &str, field: &Field, language: Language) -> Result<(), InvalidValue> {
    let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let min = field.minimum.unwrap_or(0);
    let max = field.maximum.unwrap_or(u32::MAX);
    if (min..=max).contains(&count) {
        return Ok(());
    }
    let allowed = match (language, field.maximum) {
        (Language::Zh, Some(max)) => format!("{min} 到 {max} 个字符（现有 {count} 个）"),
        (Language::Zh, None) => format!("至少 {min} 个字符（现有 {count} 个）"),
        (Language::En, Some(max)) => format!("{min} to {max} characters ({count} given)"),
        (Language::En, None) => format!("at least {min} characters ({count} given)"),
    };
    Err(InvalidValue::new(name, text, &allowed))
}

/// What the catalogue calls the voice that the user asked for: its option with the same initial.
fn gender<'a>(field: &'a Field, value: &'a Value) -> &'a Value {
    let initial = match value.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("female" | "f" | "女声" | "女") => 'f',
        Some("male" | "m" | "男声" | "男") => 'm',
        _ => return value,
    };
    let offered = field.options.iter().find(|option| {
        option
            .as_str()
            .is_some_and(|option| option.to_ascii_lowercase().starts_with(initial))
    });
    offered.unwrap_or(value)
}

/// Each virtual field sends what its controls stand for, unless the user set the parameter itself.
fn virtual_fields(
    leaf: &Leaf,
    controls: &Map<String, Value>,
    parameters: &mut Map<String, Value>,
    language: Language,
) -> Result<(), InvalidValue> {
    for field in &leaf.fields {
        let Some(mapping) = &field.mapping else {
            continue;
        };
        let mut chosen = mapping.controls.clone();
        let only = chosen
            .keys()
            .next()
            .cloned()
            .unwrap_or_else(|| field.name.clone());
        let mut given = None;
        for (name, value) in controls.iter().filter(|(name, _)| field.shows(name)) {
            let control = if mapping.controls.contains_key(name) {
                name
            } else {
                &only
            };
            chosen.insert(control.clone(), value.clone());
            given = Some((name, value));
        }
        let Some((name, value)) = given else { continue };
        let Some(choice) = mapping.choose(&chosen) else {
            let shown = |choice: &crate::catalogue::Choice| {
                Value::Object(choice.controls.clone()).to_string()
            };
            let choices: Vec<String> = mapping.choices.iter().map(shown).collect();
            let prefix = match language {
                Language::Zh => "可选组合：",
                Language::En => "one of ",
            };
            let allowed = format!("{prefix}{}", choices.join(", "));
            return Err(InvalidValue::new(name, &value.to_string(), &allowed));
        };
        if !parameters.contains_key(&choice.parameter) {
            parameters.insert(choice.parameter.clone(), choice.value.clone());
        }
    }
    Ok(())
}

/// Lyrics and a chosen voice need Suno's custom mode (music: "When using Suno with lyrics or vocal
/// control, set custom_mode: true").
fn custom_mode(
    leaf: &Leaf,
    parameters: &mut Map<String, Value>,
    language: Language,
) -> Result<(), InvalidValue> {
    let Some(cause) = ["vocal_gender", "lyrics"]
        .into_iter()
        .find(|it| parameters.contains_key(*it))
    else {
        return Ok(());
    };
    if !leaf.fields.iter().any(|field| field.sets("custom_mode")) {
        return Ok(());
    }
    if parameters.get("custom_mode") == Some(&json!(false)) {
        let allowed = match language {
            Language::Zh => format!("true（使用 {cause} 时需要）"),
            Language::En => format!("true, which {cause} needs"),
        };
        return Err(InvalidValue::new("custom_mode", "false", &allowed));
    }
    parameters.insert("custom_mode".to_owned(), json!(true));
    Ok(())
}

/// The number of single-character edits between two names.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = i;
        let mut previous = i + 1;
        let mut next = vec![previous];
        for (b, above) in right.iter().zip(row.iter().skip(1)) {
            let best = (diagonal + usize::from(a != *b))
                .min(previous + 1)
                .min(above + 1);
            diagonal = *above;
            previous = best;
            next.push(best);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn the_distance_counts_edits() {
        for (left, right, edits) in [
            ("", "", 0),
            ("tags", "tags", 0),
            ("tag", "tags", 1),
            ("vocal_gendre", "vocal_gender", 2),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), edits, "{left} {right}");
            assert_eq!(distance(right, left), edits);
        }
    }
}
