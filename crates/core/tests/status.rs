//! The status of a task against an oracle: the table of the requirements, written down once more
//! and searched from the top.

#![allow(missing_docs, reason = "tests")]

use ima_core::status::TaskStatus;
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    Pending,
    Ready,
    Failed,
}
use Expected::{Failed, Pending, Ready};

/// `resource_status`, `status`, whether there is a link, and what it means. `*` is anything. The
/// first row that fits counts (music: "Detail API status values"; speech: "Task Detail API").
const TABLE: [(&str, &str, &str, Expected); 7] = [
    ("2", "*", "*", Failed),
    ("3", "*", "*", Failed),
    ("*", "failed", "*", Failed),
    ("1", "*", "no", Pending),
    ("1", "*", "yes", Ready),
    ("0", "*", "*", Pending),
    ("*", "*", "*", Pending),
];

#[derive(Clone, Debug)]
struct Media {
    resource: &'static str,
    status: &'static str,
    url: Value,
    watermark: Value,
}

impl Media {
    fn linked(&self) -> bool {
        [&self.url, &self.watermark]
            .iter()
            .any(|link| link.as_str().is_some_and(|l| !l.is_empty()))
    }

    fn expected(&self) -> Expected {
        let link = if self.linked() { "yes" } else { "no" };
        let fits = |cell: &str, value: &str| cell == "*" || cell == value;
        let row = TABLE.iter().find(|(resource, status, linked, _)| {
            fits(resource, self.resource) && fits(status, self.status) && fits(linked, link)
        });
        row.map_or(Pending, |(.., expected)| *expected)
    }

    fn json(&self, number_as_text: bool) -> Value {
        let resource = match self.resource {
            "null" => Value::Null,
            number if number_as_text => json!(number),
            number => number
                .parse::<i64>()
                .map_or(Value::Null, |number| json!(number)),
        };
        let status = match self.status {
            "absent" => Value::Null,
            status => json!(status),
        };
        json!({"resource_status": resource, "status": status, "url": self.url,
               "watermark_url": self.watermark, "unknown": {"deep": [1]}})
    }
}

fn medias() -> impl Strategy<Value = Vec<Media>> {
    let link =
        || prop::sample::select(vec![json!(null), json!(""), json!("https://cdn.example/a")]);
    let resource =
        prop::sample::select(vec!["null", "0", "1", "1", "1", "2", "3", "4", "-1", "99"]);
    let statuses = vec![
        "absent",
        "pending",
        "processing",
        "success",
        "completed",
        "failed",
        "new",
    ];
    let media = (resource, prop::sample::select(statuses), link(), link());
    let media = media.prop_map(|(resource, status, url, watermark)| Media {
        resource,
        status,
        url,
        watermark,
    });
    prop::collection::vec(media, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn a_task_is_what_the_table_says(medias in medias(), number_as_text: bool) {
        let list: Vec<Value> = medias.iter().map(|media| media.json(number_as_text)).collect();
        let data = json!({"id": "t", "medias": list}).to_string();
        let each: Vec<Expected> = medias.iter().map(Media::expected).collect();
        let ready = each.iter().filter(|media| **media == Ready).count();
        match TaskStatus::read(&data, "t").unwrap() {
            TaskStatus::Failed(_, kept) => {
                prop_assert!(each.contains(&Failed));
                prop_assert_eq!(kept.len(), ready);
            }
            TaskStatus::Ready(all) => {
                prop_assert!(!each.is_empty() && ready == each.len());
                prop_assert_eq!(all.len(), ready);
            }
            TaskStatus::Pending(_) => {
                prop_assert!(!each.contains(&Failed) && (each.is_empty() || ready < each.len()));
            }
        }
    }
}
