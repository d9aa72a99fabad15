//! Every answer to a create request that a service, a proxy or an attacker was thought to give.

use super::Verdict;

/// What an answer means.
#[derive(Debug, PartialEq)]
enum Money {
    Accepted(&'static str),
    Refused,
    Unknown,
    /// Unknown, with the id of a task to ask for.
    Named(&'static str),
}
use Money::{Accepted, Named, Refused, Unknown};

#[test]
fn an_answer_means_one_thing_for_the_money() {
    for (status, body, expected) in answers() {
        let shown: String = body.chars().take(60).collect();
        let is_expected = match (Verdict::of(status, body.as_bytes()), &expected) {
            (Verdict::Accepted(id), Accepted(expected)) => id == *expected,
            (Verdict::Refused(_), Refused) => true,
            (Verdict::Unknown { candidate: None }, Unknown) => true,
            (
                Verdict::Unknown {
                    candidate: Some(id),
                },
                Named(expected),
            ) => id == *expected,
            _ => false,
        };
        assert!(is_expected, "{expected:?}: {status} {shown}");
    }
}

#[test]
fn broken_text_hides_no_task_and_is_no_task() {
    let beside = b"{\"code\":0,\"message\":\"\xe9\",\"data\":{\"id\":\"t\"}}";
    assert_eq!(Verdict::of(200, beside), Verdict::Accepted("t".to_owned()));
    let inside = b"{\"code\":0,\"data\":{\"id\":\"t\xe9\"}}";
    let unknown = Verdict::Unknown { candidate: None };
    assert_eq!(Verdict::of(200, inside), unknown);
    let between = b"{\"code\":0,\xff\"data\":{\"id\":\"t\"}}";
    assert_eq!(Verdict::of(200, between), unknown);
}

fn answers() -> Vec<(u16, String, Money)> {
    let deep = format!(r#"{{"code":0,"data":{}"#, "[".repeat(100_000));
    let aside = format!(
        r#"{{"code":0,"data":{{"id":"t"}},"x":{}1{}}}"#,
        "[".repeat(9_000),
        "]".repeat(9_000)
    );
    let cases = [
        (200, r#"{"code":0,"data":{"id":"t"}}"#, Accepted("t")),
        (200, r#"{"code":200,"data":{"id":"t"}}"#, Accepted("t")),
        (200, r#"{"code":"0","data":{"id":"t"}}"#, Accepted("t")),
        (200, r#"{"code":0.0,"data":{"id":7.0}}"#, Accepted("7.0")),
        (
            200,
            r#"{"code":0,"data":{"id":123456789012345678901234567890}}"#,
            Accepted("123456789012345678901234567890"),
        ),
        (200, r#"{"code":0,"data":{"id":7.5}}"#, Accepted("7.5")),
        (
            200,
            r#"{"co\u0064e":0,"data":{"id":"\u0074"}}"#,
            Accepted("t"),
        ),
        (500, r#"{"code":0,"data":{"id":"t"}}"#, Accepted("t")),
        (
            200,
            r#"{"code":0,"message":"\ud800","data":{"id":"t"}}"#,
            Accepted("t"),
        ),
        (
            200,
            r#"{"code":0,"message":1,"message":2,"data":{"id":"t"}}"#,
            Accepted("t"),
        ),
        (
            200,
            r#"{"\ud800":1,"code":0,"data":{"id":"t"}}"#,
            Accepted("t"),
        ),
        (
            200,
            r#"{"code":0,"data":{"id":"t"},"x":1e999}"#,
            Accepted("t"),
        ),
        (
            200,
            "\u{feff}{\"code\":0,\"data\":{\"id\":\"t\"}}",
            Accepted("t"),
        ),
        (200, r#"{"code":0}"#, Unknown),
        (200, r#"{"code":0,"data":null}"#, Unknown),
        (200, r#"{"code":0,"data":[{"id":"t"}]}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":" "}}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":true}}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":["t"]}}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":"t","id":"u"}}"#, Unknown),
        (
            200,
            r#"{"code":0,"code":6009,"data":{"id":"t"}}"#,
            Named("t"),
        ),
        (200, r#"{"code":6009,"data":{"id":"t"}}"#, Named("t")),
        (401, r#"{"data":{"id":"t"}}"#, Named("t")),
        (200, r#"{"data":{"id":"t"}}"#, Named("t")),
        (200, r#"{"code":500,"data":{"id":"t"}}"#, Named("t")),
        (
            200,
            r#"{"code":0,"data":{"id":"t"}} HTTP/1.1 200 OK"#,
            Named("t"),
        ),
        (502, "\u{feff}{\"data\":{\"id\":\"t\"}}", Named("t")),
        (200, r#"{"code":408}"#, Unknown),
        (200, r#"{"code":409}"#, Unknown),
        (200, r#"{"code":499}"#, Unknown),
        (409, "", Unknown),
        (499, "", Unknown),
        (200, r#"{"code":0,"data":1,"data":{"id":"t"}}"#, Unknown),
        (200, r#"{"code":6009}"#, Refused),
        (200, r#"{"code":6009.0}"#, Refused),
        (200, r#"{"code":" 6009 "}"#, Refused),
        (500, r#"{"code":4008}"#, Refused),
        (200, r#"{"code":-1}"#, Refused),
        (200, r#"{"code":6009.5}"#, Unknown),
        (400, r#"{"code":6009.5}"#, Refused),
        (200, r#"{"code":1e999}"#, Unknown),
        (200, r#"{"code":{}}"#, Unknown),
        (200, r#"{"code":true}"#, Unknown),
        (200, r#"{"code":500}"#, Unknown),
        (200, r#"{"code":"503"}"#, Unknown),
        (200, "[0]", Unknown),
        (200, r#"[0,"",{"id":"t"}]"#, Unknown),
        (200, "", Unknown),
        (200, "<html>", Unknown),
        (401, "<html>", Refused),
        (404, "", Refused),
        (408, "", Unknown),
        (429, "{}", Refused),
        (302, "", Unknown),
        (502, "", Unknown),
        (200, &deep, Unknown),
        (200, &aside, Accepted("t")),
    ];
    cases
        .into_iter()
        .map(|(status, body, money)| (status, body.to_owned(), money))
        .collect()
}
