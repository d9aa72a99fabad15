//! What a create request may cost: no more than the user was told, and no more than the budget.

use serde_json::Value;
use serde_json::value::RawValue;

use super::json::{Object, integer};
use crate::types::{Request, Started};

/// What was agreed with the user, as far as the host knows it.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    budget: Option<u32>,
    /// How many outputs were asked for; none where the request is inside a continuation.
    outputs: Option<i64>,
    /// The model and its price, as they were told.
    told: Option<(String, u32)>,
}

impl Terms {
    /// The terms of a request.
    pub(crate) fn of(request: &Request) -> Self {
        let asked = request.parameters.iter().find(|it| it.name == "n");
        let asked = asked.and_then(|it| serde_json::from_str::<Value>(&it.value).ok());
        Self {
            budget: request.budget,
            outputs: Some(asked.and_then(|value| integer(&value)).unwrap_or(1)),
            told: None,
        }
    }

    /// The user was told a price.
    pub(super) fn tell(&mut self, started: &Started) {
        self.told = Some((started.model_id.clone(), started.points));
    }

    /// Whether the body of a create request keeps to them.
    pub(super) fn allow(&self, body: &[u8]) -> bool {
        self.weigh(body).unwrap_or(false)
    }

    fn weigh(&self, body: &[u8]) -> Option<bool> {
        let (model_id, price) = self.told.as_ref()?;
        let most = i64::from(self.budget.map_or(*price, |budget| budget.min(*price)));
        let order = Object::read(str::from_utf8(body).ok()?)?.plain()?;
        let items: Vec<&RawValue> = serde_json::from_str(order.get("parameters")?).ok()?;
        let [item] = items.as_slice() else {
            return None;
        };
        let item = Object::read(item.get())?.plain()?;
        let inner = Object::read(item.get("parameters")?)?.plain()?;
        let credit = integer(&item.scalar("credit")?)?;
        let repeated = match inner.get("cast")? {
            "null" => credit,
            cast => integer(&Object::read(cast)?.plain()?.scalar("points")?)?,
        };
        let outputs = match inner.scalar("n")? {
            Value::Null => 1,
            outputs => integer(&outputs)?,
        };
        // The service takes the credit for the price of the whole; should it ever count the outputs
        // too, those that were asked for are the user's own.
        let (cost, most) = match self.outputs {
            Some(asked) => (credit.checked_mul(outputs)?, most.checked_mul(asked)?),
            None => (credit, most),
        };
        let kept = credit >= 0 && outputs >= 1 && cost <= most && repeated == credit;
        Some(kept && item.scalar("model_id")? == Value::String(model_id.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Estimate, Language, Parameter, TaskType};

    fn terms(budget: Option<u32>, outputs: Option<&str>) -> Terms {
        let mut request = Request::new(TaskType::TextToMusic, "rain", Language::En);
        request.budget = budget;
        request.parameters.extend(outputs.map(|value| Parameter {
            name: "n".to_owned(),
            value: value.to_owned(),
        }));
        let mut terms = Terms::of(&request);
        terms.tell(&Started {
            model_id: "sonic".to_owned(),
            model_name: "Suno".to_owned(),
            points: 25,
            estimate: Estimate {
                min_seconds: 1,
                max_seconds: 2,
            },
        });
        terms
    }

    fn order(item: &str, inner: &str) -> String {
        format!(r#"{{"parameters":[{{"model_id":"sonic",{item},"parameters":{{{inner}}}}}]}}"#)
    }

    #[test]
    fn the_price_that_was_told_is_paid_and_no_more() {
        let terms = terms(Some(25), None);
        for (body, allowed) in [
            (
                order(r#""credit":25"#, r#""n":1,"cast":{"points":25}"#),
                true,
            ),
            (order(r#""credit":20"#, r#""prompt":"rain""#), true),
            (order(r#""credit":26"#, ""), false),
            (order(r#""credit":25"#, r#""n":2"#), false),
            (order(r#""credit":25"#, r#""n":0"#), false),
            (order(r#""credit":-1"#, ""), false),
            (order(r#""credit":25"#, r#""cast":{"points":250}"#), false),
            (order(r#""credit":25,"Credit":250"#, ""), false),
            (order(r#""credit":25"#, r#""n":1,"\u006e":9"#), false),
            (order(r#""points":25"#, ""), false),
            (order(r#""credit":25"#, "").replace("sonic", "other"), false),
            (r#"{"parameters":[]}"#.to_owned(), false),
            ("{}".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(terms.allow(body.as_bytes()), allowed, "{body}");
        }
        let twice = r#"{"model_id":"sonic","credit":5,"parameters":{}}"#;
        let twice = format!(r#"{{"parameters":[{twice},{twice}]}}"#);
        assert!(!terms.allow(twice.as_bytes()));
    }

    #[test]
    fn a_budget_and_the_outputs_asked_for_count() {
        let whole = order(r#""credit":25"#, r#""n":2"#);
        assert!(terms(None, Some("2")).allow(whole.as_bytes()));
        assert!(terms(None, Some("\"2\"")).allow(whole.as_bytes()));
        assert!(!terms(Some(24), Some("2")).allow(whole.as_bytes()));
    }

    #[test]
    fn without_a_price_nothing_is_paid() {
        let whole = order(r#""credit":0"#, "");
        assert!(!Terms::default().allow(whole.as_bytes()));
    }
}
