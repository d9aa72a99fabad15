//! Product lists of any length, of leaves as the live service writes them.

/// The leaves of the live music list, one a line; `@` stands where an id is to be told from others.
const LEAVES: &str = include_str!("leaves.jsonl");

/// How many leaves a group has.
const GROUP: usize = 10;

/// The answer with a list of so many leaves, the live ones in turn; the first three are the live
/// models, the others have ids of their own. The same length gives the same bytes.
pub fn answer(leaves: usize) -> Vec<u8> {
    let templates: Vec<&str> = LEAVES.lines().collect();
    let mut answer = String::from(r#"{"code":0,"message":"success","data":["#);
    for (number, template) in templates.iter().cycle().take(leaves).enumerate() {
        if number % GROUP == 0 {
            let close = if number == 0 { "" } else { "]}," };
            answer.push_str(close);
            answer.push_str(&format!(
                r#"{{"id":"group-{number}","type":"2","name":"group","children":["#
            ));
        } else {
            answer.push(',');
        }
        let suffix = match number {
            0..3 => String::new(),
            _ => format!("-{number}"),
        };
        answer.push_str(&template.replace('@', &suffix));
    }
    answer.push_str("]}]}");
    answer.into_bytes()
}
