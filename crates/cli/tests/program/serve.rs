//! `ima serve`: who may spend, what pays once, and where the key is not.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use ima_simulator::{Endpoint, Fault, NthRequest, Timeline};
use serde_json::{Value, json};

use crate::served::{Answer, Served, send};
use crate::stage::{Stage, ends, json as object, text};

/// The server's secret, the same in all tests, so that its component is compiled once.
const SECRET: &str = r#"{"secret":"of the tests","clients":{}}"#;

/// A running server. It ends with the test.
struct Serving {
    _served: Served,
    authority: String,
    page: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}{}", self.head, self.body))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl Serving {
    fn start(stage: &Stage, options: &[&str]) -> Self {
        std::fs::create_dir_all(stage.data()).unwrap();
        let file = stage.data().parent().unwrap().join("serve.json");
        if !file.exists() {
            std::fs::write(file, SECRET).unwrap();
        }
        let options = [&["serve", "--json", "--listen", "127.0.0.1:0"], options].concat();
        let served = Served::start(stage.command(&options));
        let told = &served.told;
        let base = told["base_url"].as_str().unwrap();
        let authority = base.strip_prefix("http://").unwrap();
        let authority = authority.strip_suffix("/v1").unwrap().to_owned();
        let page = told["page"].as_str().unwrap().to_owned();
        Self {
            _served: served,
            authority,
            page,
        }
    }

    /// Sends a request as it stands, but for what every request has.
    fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send(&self.authority, line, headers, body)
    }

    fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "")
    }

    /// Asks for a spoken text and doesn't wait for it.
    fn speech(&self, headers: &[(&str, &str)], input: &str) -> Answer {
        let body = json!({"input": input, "voice": "Tim"}).to_string();
        let headers = [&[("prefer", "respond-async")], headers].concat();
        self.send("POST /v1/audio/speech", &headers, &body)
    }
}

fn code(answer: &Answer) -> (u16, String, String) {
    let error = &answer.json()["error"];
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("code"), text("charge"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_openais_api_gets_its_audio() {
    let stage = Stage::new().await;
    stage
        .control
        .set_timeline("seed-tts-2.0", Timeline::lasting(20.0));
    let server = Serving::start(&stage, &[]);
    assert_eq!(server.get("/healthz").status, 200);
    assert!(server.get("/v1/models").body.contains("seed-tts-2.0"));
    assert!(server.get("/v1/voices").body.contains("Vivi"));
    let body = r#"{"model":"tts-1","input":"Hello.","voice":"alloy"}"#;
    let answer = server.send("POST /v1/audio/speech", &[], body);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let link = answer.header("location").unwrap();
    assert!(link.starts_with(&stage.origin), "{link}");

    let music = server.send("POST /v1/music", &[], r#"{"prompt":"rain"}"#);
    assert_eq!(music.status, 202, "{}", music.body);
    let job = music.json();
    assert_eq!(job["charge"], "yes");
    stage.control.advance(Duration::from_secs(400));
    let status = server.get(job["status_url"].as_str().unwrap());
    assert_eq!(status.json()["status"], "completed", "{}", status.body);
    let content = server.get(job["content_url"].as_str().unwrap());
    assert_eq!(content.status, 303);
    let forged = job["status_url"]
        .as_str()
        .unwrap()
        .replace("/v1/jobs/e", "/v1/jobs/f");
    assert_eq!(server.get(&forged).status, 404);
    assert_eq!(stage.charges(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_paid_once_also_after_a_kill_and_for_one_text() {
    let stage = Stage::new().await;
    let key = [("idempotency-key", "order 7")];
    let first = {
        let server = Serving::start(&stage, &[]);
        let first = server.speech(&key, "Hello.").json();
        assert_eq!(server.speech(&key, "Hello.").json()["charge"], "yes");
        let other = server.speech(&key, "Something else.");
        let reused = (422, "idempotency_key_reused".to_owned(), "no".to_owned());
        assert_eq!(code(&other), reused);
        first
    };
    // Killed, and started again.
    let server = Serving::start(&stage, &[]);
    let again = server.speech(&key, "Hello.").json();
    assert_eq!(again["charge"], "yes");
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
    let status = server.get(first["status_url"].as_str().unwrap());
    assert_eq!(status.status, 200, "the tokens outlive the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_doubt_is_never_sent_again() {
    let stage = Stage::new().await;
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Every, Fault::ResetAfter);
    let server = Serving::start(&stage, &[]);
    let doubt = (409, "outcome_unknown".to_owned(), "unknown".to_owned());
    let key = [("idempotency-key", "k")];
    let first = server.speech(&key, "Hello.");
    assert_eq!(code(&first), doubt);
    assert_eq!(first.header("x-should-retry"), Some("false"));
    for retried in ["1", "2"] {
        let headers = [
            ("x-stainless-retry-count", retried),
            ("idempotency-key", "k"),
        ];
        assert_eq!(code(&server.speech(&headers, "Hello.")), doubt);
    }
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_without_a_key_is_the_purchase_it_repeats_or_none() {
    let stage = Stage::new().await;
    let server = Serving::start(&stage, &[]);
    let retry = [("x-stainless-retry-count", "1")];
    let unknown = server.speech(&retry, "Hello.");
    assert_eq!((unknown.status, stage.charges()), (409, 0));
    assert_eq!(server.speech(&[], "Hello.").status, 202);
    assert_eq!(server.speech(&retry, "Hello.").status, 202);
    assert_eq!(stage.charges(), 1);
    // Its answer was had, and it doesn't say that it is a retry: a purchase of its own.
    assert_eq!(server.speech(&[], "Hello.").status, 202);
    assert_eq!(stage.charges(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_and_comes_back_pays_once() {
    let stage = Stage::new().await;
    let slow = Fault::Delay(Duration::from_millis(300));
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), slow);
    let server = Serving::start(&stage, &[]);
    let body = r#"{"input":"Hello.","voice":"Tim"}"#;
    let mut gone = TcpStream::connect(&server.authority).unwrap();
    let (host, length) = (&server.authority, body.len());
    let head = format!(
        "POST /v1/audio/speech HTTP/1.1\r\nhost: {host}\r\nprefer: respond-async\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    gone.write_all(head.as_bytes()).unwrap();
    crate::stage::until(|| stage.requests(Endpoint::Create) == 1).await;
    drop(gone);
    // Its turn comes when the first one is settled: it is answered with the task.
    let back = server.send(
        "POST /v1/audio/speech",
        &[("prefer", "respond-async")],
        body,
    );
    assert_eq!(back.status, 202, "{}", back.body);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_under_one_key_one_is_paid_and_all_get_its_task() {
    let stage = Stage::new().await;
    let slow = Fault::Delay(Duration::from_millis(300));
    stage
        .control
        .fault(Endpoint::Create, NthRequest::Number(1), slow);
    let server = Serving::start(&stage, &[]);
    let answers = std::thread::scope(|scope| {
        let ask = || {
            server
                .speech(&[("idempotency-key", "one")], "Hello.")
                .status
        };
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        let answers = asking.into_iter().map(|it| it.join().unwrap());
        answers.collect::<Vec<_>>()
    });
    assert_eq!(answers, [202; 8]);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn ceilings_hold_for_a_request_and_for_a_day() {
    let stage = Stage::new().await;
    let server = Serving::start(&stage, &["--max-points", "24", "--max-points-per-day", "5"]);
    let over = (402, "over_budget".to_owned(), "no".to_owned());
    let dear = server.send(
        "POST /v1/music",
        &[],
        r#"{"prompt":"rain","model":"sonic"}"#,
    );
    assert_eq!(code(&dear), over);
    for text in ["one", "two"] {
        assert_eq!(server.speech(&[], text).status, 202);
    }
    assert_eq!(code(&server.speech(&[], "three")), over);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_spend_nothing_and_the_own_page_does() {
    let stage = Stage::new().await;
    let server = Serving::start(&stage, &[]);
    let own = format!("http://{}", server.authority);
    let site = (403, "origin_not_allowed".to_owned(), "no".to_owned());
    let host = (421, "wrong_host".to_owned(), "no".to_owned());
    let token = (401, "missing_token".to_owned(), "no".to_owned());
    for (headers, expected) in [
        (&[("origin", "https://evil.example")][..], &site),
        (&[("origin", "null")], &site),
        (&[("sec-fetch-site", "cross-site")], &site),
        (&[("host", "evil.example")], &host),
        (&[("host", "127.0.0.1:1")], &host),
        (&[("origin", own.as_str())], &token),
        (
            &[
                ("sec-fetch-site", "same-origin"),
                ("cookie", "ima_serve=guess"),
            ],
            &token,
        ),
    ] {
        assert_eq!(
            code(&server.speech(headers, "Hello.")),
            *expected,
            "{headers:?}"
        );
    }
    assert_eq!(stage.control.requests().len(), 0);

    let address = server.page.strip_prefix(&own).unwrap();
    let entered = server.send(&format!("GET {address}"), &[("sec-fetch-site", "none")], "");
    assert_eq!(
        (entered.status, entered.header("location")),
        (303, Some("/"))
    );
    let cookie = entered.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let page = server.send(
        "GET /",
        &[("sec-fetch-site", "none"), ("cookie", cookie)],
        "",
    );
    assert!(page.body.contains("<!doctype html>"));
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("origin", own.as_str()),
        ("cookie", cookie),
    ];
    assert_eq!(server.speech(&headers, "Hello.").status, 202);
    assert_eq!(stage.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tokens_every_client_needs_one() {
    let stage = Stage::new().await;
    ends(&stage.ima(&["serve", "--listen", "0.0.0.0:0"]), 2);
    let add = ["serve", "token", "add", "radio", "--json"];
    let added = stage.ima(&[&add[..], &["--max-points-per-day", "3"]].concat());
    ends(&added, 0);
    let token = object(&added)["token"].as_str().unwrap().to_owned();
    assert_eq!(
        text(&stage.ima(&["serve", "token", "list"]).stdout),
        "radio\n"
    );
    let kept = std::fs::read_to_string(stage.data().parent().unwrap().join("serve.json")).unwrap();
    assert!(!kept.contains(&token));

    let server = Serving::start(&stage, &[]);
    let missing = (401, "missing_token".to_owned(), "no".to_owned());
    assert_eq!(code(&server.speech(&[], "Hello.")), missing);
    let guessed = [("authorization", "Bearer ima_serve_guess")];
    assert_eq!(code(&server.speech(&guessed, "Hello.")), missing);
    assert_eq!(server.get("/healthz").status, 200);
    let bearer = format!("Bearer {token}");
    let known = [("authorization", bearer.as_str())];
    assert_eq!(server.speech(&known, "Hello.").status, 202);
    // It has a day of its own.
    let over = (402, "over_budget".to_owned(), "no".to_owned());
    assert_eq!(code(&server.speech(&known, "More.")), over);
    assert_eq!(stage.charges(), 1);
    drop(server);
    ends(&stage.ima(&["serve", "token", "remove", "radio"]), 0);
    ends(&stage.ima(&["serve", "token", "remove", "radio"]), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_the_cookie_reads_which_address_to_open() {
    let stage = Stage::new().await;
    let server = Serving::start(&stage, &[]);
    let accept = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    let person = [accept, ("sec-fetch-site", "none")];
    let missing = (401, "missing_token".to_owned(), "no".to_owned());
    // A query of an earlier start is none of this one.
    for path in ["/", "/?page=guess"] {
        let answer = server.send(&format!("GET {path}"), &person, "");
        assert_eq!(answer.status, 401);
        let kind = answer.header("content-type").unwrap();
        assert!(kind.starts_with("text/html"), "{kind}");
        assert!(answer.body.contains("printed") && answer.body.contains("完整地址"));
        let secret = server.page.split_once("page=").unwrap().1;
        assert!(!answer.body.contains(secret) && answer.header("set-cookie").is_none());
    }
    assert_eq!(code(&server.send("GET /v1/models", &person, "")), missing);
    assert_eq!(code(&server.send("GET /", &person[1..], "")), missing);
    let forged = [accept, ("host", "evil.example")];
    assert_eq!(server.send("GET /", &forged, "").status, 421);
}
