//! Models, prices and quotes, between the types of `wit/types.wit` and those of `ima-core`.

/// A part of [`conversions`](macro@crate::conversions).
#[doc(hidden)]
#[macro_export]
macro_rules! catalogue_conversions {
    ($($types:tt)+) => {
        use $crate::macro_support::serde_json;
        use $($types)+ as wit;
        use $crate::macro_support::alloc::borrow::ToOwned;
        use $crate::macro_support::alloc::string::{String, ToString};
        use $crate::macro_support::alloc::vec::Vec;
        use $crate::macro_support::ima_core::{catalogue, quote, request};

        impl From<catalogue::Estimate> for wit::Estimate {
            fn from(estimate: catalogue::Estimate) -> Self {
                Self {
                    min_seconds: estimate.min_seconds,
                    max_seconds: estimate.max_seconds,
                }
            }
        }

        /// A quote in the language of its phrase.
        pub(crate) fn quote(quote: &quote::Quote, language: request::Language) -> wit::Quote {
            wit::Quote {
                model_id: quote.model_id().to_owned(),
                version_id: quote.version_id().to_owned(),
                model_name: quote.model_name().to_owned(),
                points: quote.points(),
                most_points: quote.most_points(),
                attribute_id: quote.attribute_id().get(),
                estimate: quote.estimate().into(),
                body: quote.body(),
                phrase: quote.phrase(language),
                dropped: quote.dropped().iter().cloned().map(Into::into).collect(),
            }
        }

        /// A model of the list.
        pub(crate) fn model(task: request::TaskType, leaf: &catalogue::Leaf) -> wit::Model {
            let points = || leaf.rules.iter().map(|rule| rule.points);
            wit::Model {
                model_id: leaf.model_id.clone(),
                version_id: leaf.version_id.clone(),
                name: $crate::macro_support::ima_wire::untrusted::name(&leaf.name),
                points_min: points().min(),
                points_max: points().max(),
                prices: leaf.rules.iter().map(wit::Price::from).collect(),
                estimate: leaf.estimate.into(),
                engines: leaf.engines(),
                recommended: leaf.model_id == task.recommended_model(),
                fields: leaf
                    .fields
                    .iter()
                    .map(|it| field(leaf, it))
                    .chain(price_only(leaf))
                    .collect(),
            }
        }

        impl From<&catalogue::Rule> for wit::Price {
            fn from(rule: &catalogue::Rule) -> Self {
                let mut attributes = serde_json::Map::new();
                for (name, value) in rule.parameters() {
                    attributes.insert(name.clone(), value.clone());
                }
                Self {
                    points: rule.points,
                    attribute_id: rule.attribute_id,
                    attributes: serde_json::Value::Object(attributes).to_string(),
                }
            }
        }

        fn field(leaf: &catalogue::Leaf, field: &catalogue::Field) -> wit::FormField {
            let choices = field.mapping.iter().flat_map(|mapping| &mapping.choices);
            let choice =
                |choice: &catalogue::Choice| serde_json::Value::Object(choice.controls.clone()).to_string();
            wit::FormField {
                name: field.name.clone(),
                label: field.label.clone(),
                kind: field.kind.clone(),
                default: (!field.default.is_null()).then(|| field.default.to_string()),
                options: field.options.iter().map(ToString::to_string).collect(),
                minimum: field.minimum,
                maximum: field.maximum,
                choices: choices.map(choice).collect(),
                known_by: if leaf.is_attribute(&field.name) {
                    wit::KnownBy::FormAndPrice
                } else {
                    wit::KnownBy::Form
                },
            }
        }

        /// The parameters that only the prices know, with the values that they know.
        fn price_only(leaf: &catalogue::Leaf) -> impl Iterator<Item = wit::FormField> {
            let names = leaf.known_parameters().into_iter();
            names
                .filter(|name| leaf.fields.iter().all(|field| field.name != *name))
                .map(|name| {
                    let mut options: Vec<String> = Vec::new();
                    for (attribute, value) in leaf.rules.iter().flat_map(catalogue::Rule::parameters) {
                        if attribute == name && !options.contains(&value.to_string()) {
                            options.push(value.to_string());
                        }
                    }
                    wit::FormField {
                        name: name.to_owned(),
                        label: name.to_owned(),
                        kind: String::new(),
                        default: None,
                        options,
                        minimum: None,
                        maximum: None,
                        choices: Vec::new(),
                        known_by: wit::KnownBy::Price,
                    }
                })
        }
    };
}
