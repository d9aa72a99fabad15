//! What a create request may cost: no more than the user was told, and no more than the budget
//! (money rule 8).

use ima_wire::order::Order;
use ima_wire::scalar::Scalar;

use crate::request::Request;

/// What was agreed with the user, as far as the host knows it.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    budget: Option<u32>,
    /// How many outputs were asked for; `None` if the request is inside a continuation.
    outputs: Option<u32>,
    /// The model and its price in points, as they were told.
    told: Option<(String, u32)>,
    /// Whether the host isn't told of prices: the budget alone counts.
    is_untold: bool,
}

impl Terms {
    /// The terms of a request.
    pub(crate) fn of(request: &Request) -> Self {
        let asked = request.parameters.get("n");
        Self {
            budget: request.budget,
            outputs: Some(asked.and_then(|it| Scalar::of(it).unsigned()).unwrap_or(1)),
            told: None,
            is_untold: false,
        }
    }

    /// The terms of a component whose prices the host doesn't see.
    #[cfg(any(feature = "edge", feature = "gateway"))]
    pub(super) fn untold(budget: Option<u32>) -> Self {
        Self {
            budget,
            is_untold: true,
            ..Self::default()
        }
    }

    /// The user was told the price of a model.
    pub(super) fn tell(&mut self, model_id: &str, points: u32) {
        self.told = Some((model_id.to_owned(), points));
    }

    /// What a create request with this body costs at the worst, in points: its price times its
    /// outputs. `None` if it doesn't keep to the terms, or can't be read.
    pub(super) fn worst_case(&self, body: &[u8]) -> Option<u32> {
        let order = Order::read(body)?;
        let cost = order.credit.checked_mul(order.outputs)?;
        let within = self.budget.is_none_or(|budget| cost <= budget);
        if self.is_untold {
            return within.then_some(cost);
        }
        let (model_id, price) = self.told.as_ref()?;
        let asked = self.outputs.is_none_or(|asked| {
            // The service takes the credit for the price of the whole. Should it ever count the
            // outputs too, those that were asked for are the user's own.
            u64::from(cost) <= u64::from(*price) * u64::from(asked)
        });
        let told = order.credit <= *price && order.model_id == *model_id;
        (asked && within && told).then_some(cost)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::types::{Language, TaskType};

    fn terms(budget: Option<u32>, outputs: Option<Value>) -> Terms {
        let mut request = Request::new(TaskType::TextToMusic, "rain", Language::En);
        request.budget = budget;
        if let Some(outputs) = outputs {
            request.parameters.insert("n".to_owned(), outputs);
        }
        let mut terms = Terms::of(&request);
        terms.tell("sonic", 25);
        terms
    }

    fn order(item: &str, inner: &str) -> String {
        format!(r#"{{"parameters":[{{"model_id":"sonic",{item},"parameters":{{{inner}}}}}]}}"#)
    }

    #[test]
    fn the_price_that_was_told_is_paid_and_no_more() {
        let terms = terms(Some(25), None);
        for (body, cost) in [
            (
                order(r#""credit":25"#, r#""n":1,"cast":{"points":25}"#),
                Some(25),
            ),
            (order(r#""credit":20"#, r#""prompt":"rain""#), Some(20)),
            (order(r#""credit":26"#, ""), None),
            (order(r#""credit":25"#, r#""n":2"#), None),
            (order(r#""credit":25"#, r#""n":0"#), None),
            (order(r#""credit":-1"#, ""), None),
            (order(r#""credit":25"#, r#""cast":{"points":250}"#), None),
            (order(r#""credit":25,"Credit":250"#, ""), None),
            (order(r#""credit":25"#, r#""n":1,"\u006e":9"#), None),
            (order(r#""points":25"#, ""), None),
            (order(r#""credit":25"#, "").replace("sonic", "other"), None),
            (r#"{"parameters":[]}"#.to_owned(), None),
            ("{}".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(terms.worst_case(body.as_bytes()), cost, "{body}");
        }
        let twice = r#"{"model_id":"sonic","credit":5,"parameters":{}}"#;
        let twice = format!(r#"{{"parameters":[{twice},{twice}]}}"#);
        assert_eq!(terms.worst_case(twice.as_bytes()), None);
    }

    #[test]
    fn a_budget_and_the_outputs_asked_for_count() {
        let whole = order(r#""credit":25"#, r#""n":2"#);
        let cost = |budget, outputs| terms(budget, Some(outputs)).worst_case(whole.as_bytes());
        assert_eq!(cost(None, json!(2)), Some(50));
        assert_eq!(cost(None, json!("2")), Some(50));
        assert_eq!(cost(Some(50), json!(2)), Some(50));
        assert_eq!(cost(Some(49), json!(2)), None);
    }

    #[test]
    fn without_a_price_nothing_is_paid() {
        let whole = order(r#""credit":0"#, "");
        assert_eq!(Terms::default().worst_case(whole.as_bytes()), None);
    }
}
