//! A small product list, as the service writes it at a given time.

use super::plan::Plan;
use ima_core::Millis;

/// A price that is good at the moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Price {
    pub(crate) model: &'static str,
    pub(crate) points: u32,
    pub(crate) attribute: u64,
    /// Whether it is the price for two songs at once.
    pub(crate) pair: bool,
}

const MODELS: [(&str, &str, u32); 3] = [
    ("sonic", "text_to_music", 25),
    ("GenBGM", "text_to_music", 30),
    ("seed-tts-2.0", "text_to_speech", 5),
];

impl Plan {
    /// The prices at this time. Every change gives them new ids.
    pub(crate) fn prices(&self, now: Millis) -> Vec<Price> {
        let mut change = 0;
        let mut revision = 0;
        for repricing in self.repriced.iter().filter(|change| change.at <= now) {
            change += repricing.by;
            revision += 10;
        }
        let mut prices = Vec::new();
        for (index, (model, _, base)) in (0_u64..).zip(MODELS) {
            let attribute = 1_000 * (index + 1) + revision;
            let points = base.saturating_add_signed(change);
            prices.push(Price {
                model,
                points,
                attribute,
                pair: false,
            });
            if model == "sonic" {
                prices.push(Price {
                    model,
                    points: points + 15,
                    attribute: attribute + 1,
                    pair: true,
                });
            }
        }
        prices
    }

    /// The data of the product list of a category.
    pub(crate) fn list(&self, category: &str, now: Millis, echo: &str) -> String {
        let prices = self.prices(now);
        let mut leaves = Vec::new();
        for (model, own, _) in MODELS.iter().filter(|(_, own, _)| *own == category) {
            let of_model = prices.iter().filter(|price| price.model == *model);
            let rules: Vec<String> = of_model.map(|price| self.rule(*price, now)).collect();
            let rules = rules.join(",");
            let form = match *model {
                "sonic" => {
                    r#"{"type":"textarea","field":"tags","value":null,"config":{"maximum":1000}},{"type":"tags","field":"n","value":"1","options":[{"value":"1"},{"value":"2"}]}"#
                }
                _ => "",
            };
            let tags = match *own {
                "text_to_music" => r#"{"tag_type":"EET","tag_value":"20~40s"}"#,
                _ => "",
            };
            leaves.push(format!(
                r#"{{"id":"{model}-v1","type":"3","name":"{model}{echo}","model_id":"{model}","tags":[{tags}],"form_config":[{form}],"credit_rules":[{rules}]}}"#
            ));
        }
        let leaves = leaves.join(",");
        format!(r#"[{{"id":"group","type":"2","name":"group","children":[{leaves}]}}]"#)
    }

    fn rule(&self, price: Price, now: Millis) -> String {
        let priceless = self.priceless.is_some_and(|from| from <= now);
        let attribute = if priceless { 0 } else { price.attribute };
        let attributes = if price.pair {
            r#"{"n":"2"}"#
        } else {
            r#"{"default":"enabled"}"#
        };
        let points = price.points;
        format!(r#"{{"points":{points},"attribute_id":{attribute},"attributes":{attributes}}}"#)
    }
}
