//! What a create request would buy, read out of its body by someone who does not trust who wrote it.

use crate::json::{self, Object};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::value::RawValue;

/// The purchase in a create request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The model.
    pub model_id: String,
    /// The price it states, in points. The service takes it for the price of all outputs.
    pub credit: u32,
    /// How many outputs it asks for. At least 1.
    pub outputs: u32,
}

impl Order {
    /// Reads the body of a create request.
    ///
    /// `None` if any reader could take it for another purchase: it is not JSON, orders several things
    /// at once, states a price or a number of outputs that is no whole number in range, repeats the
    /// price differently (`cast.points`), or holds two names on the way to these values that are the
    /// same but for their case.
    pub fn read(body: &[u8]) -> Option<Self> {
        let order = unambiguous(str::from_utf8(body).ok()?)?;
        let items: Vec<&RawValue> = serde_json::from_str(order.get("parameters")?).ok()?;
        let [item] = items.as_slice() else {
            return None;
        };
        let item = unambiguous(item.get())?;
        let parameters = unambiguous(item.get("parameters")?)?;
        let credit = item.scalar("credit")?.unsigned()?;
        let repeated = match parameters.get("cast")? {
            "null" => credit,
            cast => unambiguous(cast)?.scalar("points")?.unsigned()?,
        };
        let outputs = match parameters.get("n")? {
            "null" => 1,
            _ => parameters.scalar("n")?.unsigned()?,
        };
        (repeated == credit && outputs >= 1).then_some(Self {
            model_id: json::text(item.get("model_id")?)?.into_owned(),
            credit,
            outputs,
        })
    }
}

/// An object, no two members of which could be taken for one another by any reader.
fn unambiguous(json: &str) -> Option<Object<'_>> {
    let members = json::members(json)?;
    let mut names = Vec::with_capacity(members.len());
    for member in &members {
        names.push(member.name()?.to_lowercase().to_string());
    }
    names.sort_unstable();
    let distinct = names.windows(2).all(|pair| pair.first() != pair.last());
    distinct.then(|| Object::of(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(item: &str, parameters: &str) -> String {
        format!(r#"{{"parameters":[{{"model_id":"sonic",{item},"parameters":{{{parameters}}}}}]}}"#)
    }

    fn read(item: &str, parameters: &str) -> Option<(u32, u32)> {
        let order = Order::read(body(item, parameters).as_bytes())?;
        assert_eq!(order.model_id, "sonic");
        Some((order.credit, order.outputs))
    }

    #[test]
    fn the_price_and_the_outputs_are_read() {
        let cast = r#""n":1,"cast":{"points":25,"attribute_id":1}"#;
        assert_eq!(read(r#""credit":25"#, cast), Some((25, 1)));
        assert_eq!(read(r#""credit":20"#, r#""prompt":"rain""#), Some((20, 1)));
        assert_eq!(read(r#""credit":"20""#, r#""n":2.0"#), Some((20, 2)));
        assert_eq!(read(r#""credit":0"#, r#""n":null"#), Some((0, 1)));
    }

    #[test]
    fn what_could_be_read_differently_is_not_read() {
        for (item, parameters) in [
            (r#""credit":25"#, r#""n":0"#),
            (r#""credit":25"#, r#""n":[2]"#),
            (r#""credit":25"#, r#""n":1.5"#),
            (r#""credit":-1"#, ""),
            (r#""credit":4294967296"#, ""),
            (r#""credit":25"#, r#""cast":{"points":250}"#),
            (r#""credit":25"#, r#""cast":{"points":25,"Points":250}"#),
            (r#""credit":25"#, r#""cast":[25]"#),
            (r#""credit":25,"Credit":250"#, ""),
            (r#""credit":25,"credit":25"#, ""),
            (r#""credit":25,"\ud800":1"#, ""),
            (r#""credit":25"#, r#""n":1,"\u006e":9"#),
            (r#""points":25"#, ""),
        ] {
            assert_eq!(read(item, parameters), None, "{item} {parameters}");
        }
    }

    #[test]
    fn an_order_is_for_one_thing() {
        let item = r#"{"model_id":"sonic","credit":5,"parameters":{}}"#;
        let order = |items: &str| Order::read(format!(r#"{{"parameters":{items}}}"#).as_bytes());
        assert!(order(&format!("[{item}]")).is_some());
        for items in ["[]", "null", item, &format!("[{item},{item}]")] {
            assert_eq!(order(items), None, "{items}");
        }
        let numbered = item.replace("\"sonic\"", "7");
        assert_eq!(order(&format!("[{numbered}]")), None);
        for body in ["", "{}", "[]", "null"] {
            assert_eq!(Order::read(body.as_bytes()), None, "{body}");
        }
    }
}
