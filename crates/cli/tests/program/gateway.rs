//! `ima gateway`: what a sandbox can do through it, what pays once, and where the key is not.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use ima_simulator::{DEMO_KEY, Endpoint, Fault, Timeline};
use serde_json::{Value, json};

use crate::served::{Answer, Served, send};
use crate::stage::{Stage, ends, text};

/// A running gateway. It ends with the test.
struct Gateway {
    _served: Served,
    authority: String,
    /// The token, with a slash before it.
    token: String,
}

impl Gateway {
    fn start(stage: &Stage, options: &[&str]) -> Self {
        let options = [&["gateway", "--json", "--listen", "127.0.0.1:0"], options].concat();
        let served = Served::start(stage.command(&options));
        let told = &served.told;
        let origin = told["origin"].as_str().unwrap();
        let (authority, token) = origin
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let (authority, token) = (authority.to_owned(), format!("/{token}"));
        Self {
            _served: served,
            authority,
            token,
        }
    }

    /// Sends a request to a path behind the token.
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        self.send_to(&format!("{method} {}{path}", self.token), headers, body)
    }

    fn send_to(&self, line: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let Answer { status, body, .. } = send(&self.authority, line, headers, body);
        let value = serde_json::from_str(&body).unwrap_or_else(|_| Value::from(body));
        (status, value)
    }

    fn create(&self, key: &str, points: u32) -> (u16, Value) {
        self.send(
            "POST",
            "/open/v1/tasks/create",
            &[("idempotency-key", key), ("prefer", "wait=5")],
            &order(points),
        )
    }
}

/// A create request as a component puts it together.
fn order(points: u32) -> String {
    json!({
        "task_type": "text_to_music",
        "enable_multi_model": false,
        "src_img_url": [],
        "parameters": [{
            "attribute_id": 4399,
            "model_id": "GenBGM",
            "model_name": "DouBao - BGM",
            "model_version": "GenBGM",
            "app": "ima",
            "platform": "web",
            "category": "text_to_music",
            "credit": points,
            "parameters": {
                "prompt": "rain", "n": 1, "input_images": [],
                "cast": {"points": points, "attribute_id": 4399},
            },
        }],
    })
    .to_string()
}

const KEY: &str = "00112233445566778899aabbccddeeff";
const LIST: &str = "/open/v1/product/list?app=ima&platform=web&category=text_to_music";

/// The word for why there is no answer, and what was charged.
fn refusal(answer: &(u16, Value)) -> (&str, &str) {
    let refusal = &answer.1["refusal"];
    let text = |name: &str| refusal[name].as_str().unwrap_or_default();
    (text("name"), text("charge"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_goes_out_with_the_key_and_is_paid_once_however_often_it_comes() {
    let stage = Stage::new().await;
    let gateway = Gateway::start(&stage, &[]);
    let (status, list) = gateway.send("GET", LIST, &[], "");
    assert_eq!((status, &list["code"]), (200, &json!(0)));

    let (status, created) = gateway.create(KEY, 30);
    assert_eq!(status, 200, "{created}");
    let task = created["data"]["id"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        let again = gateway.create(KEY, 30).1;
        assert_eq!(again["data"]["id"], task.as_str());
    }
    assert_eq!(stage.charges(), 1);
    let asked = json!({"task_id": task}).to_string();
    let (status, detail) = gateway.send("POST", "/open/v1/tasks/detail", &[], &asked);
    assert_eq!((status, &detail["code"]), (200, &json!(0)), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_a_doubt_that_outlives_the_gateway() {
    let stage = Stage::new().await;
    stage.fault(Endpoint::Create, Fault::ResetAfter);
    let gateway = Gateway::start(&stage, &[]);
    let lost = gateway.create(KEY, 30);
    assert_eq!((lost.0, refusal(&lost)), (408, ("in_doubt", "unknown")));
    drop(gateway);

    stage.control.clear_faults();
    let gateway = Gateway::start(&stage, &[]);
    let again = gateway.create(KEY, 30);
    assert_eq!((again.0, refusal(&again)), (408, ("in_doubt", "unknown")));
    assert_eq!(stage.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_after_the_client_has_gone_is_kept() {
    let stage = Stage::new().await;
    let slow = Fault::Delay(Duration::from_secs(2));
    stage.fault(Endpoint::Create, slow);
    let gateway = Gateway::start(&stage, &[]);
    // Warm, so that the create request is what is waited for.
    gateway.create("ffffffffffffffffffffffffffffffff", 31);
    let headers = [("idempotency-key", KEY), ("prefer", "wait=0")];
    let early = gateway.send("POST", "/open/v1/tasks/create", &headers, &order(30));
    assert_eq!(refusal(&early), ("in_doubt", "unknown"));
    let later = loop {
        let later = gateway.create(KEY, 30);
        if later.0 == 200 {
            break later.1;
        }
        assert_eq!(refusal(&later), ("in_doubt", "unknown"));
    };
    assert!(later["data"]["id"].is_string(), "{later}");
    assert_eq!(stage.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_clients_at_once_with_one_purchase_one_pays_and_those_that_are_killed_lose_nothing()
{
    let stage = Stage::new().await;
    stage.fault(Endpoint::Create, Fault::Delay(Duration::from_secs(1)));
    let gateway = Gateway::start(&stage, &[]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let answer = gateway.create(KEY, 30);
                let known = answer.1["data"]["id"].is_string();
                assert!(known || refusal(&answer) == ("in_doubt", "unknown"));
            });
            scope.spawn(|| {
                // Sends the same and hangs up.
                let body = order(30);
                let head = format!(
                    "POST {}/open/v1/tasks/create HTTP/1.1\r\nhost: {}\r\nidempotency-key: {KEY}\r\ncontent-length: {}\r\n\r\n{body}",
                    gateway.token, gateway.authority, body.len()
                );
                let mut stream = TcpStream::connect(&gateway.authority).unwrap();
                stream.write_all(head.as_bytes()).unwrap();
            });
        }
    });
    let known = loop {
        let known = gateway.create(KEY, 30);
        if known.0 == 200 {
            break known.1;
        }
        assert_eq!(refusal(&known), ("in_doubt", "unknown"));
    };
    assert!(known["data"]["id"].is_string());
    assert_eq!(stage.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ceilings_and_wrong_prices_keep_a_purchase_back() {
    let stage = Stage::new().await;
    let gateway = Gateway::start(
        &stage,
        &["--max-points", "40", "--max-points-per-day", "50"],
    );
    for (points, name) in [(1, "wrong_price"), (9_999, "wrong_price")] {
        let refused = gateway.create(KEY, points);
        assert_eq!(refusal(&refused), (name, "no"), "{points}");
    }
    assert_eq!(gateway.create(KEY, 30).0, 200);
    let second = gateway.create("11112233445566778899aabbccddeeff", 30);
    assert_eq!(refusal(&second), ("over_budget", "no"));
    let message = second.1["refusal"]["message"].as_str().unwrap();
    assert!(message.contains("30 of 50 points are spent"), "{message}");
    drop(gateway);
    let strict = Gateway::start(&stage, &["--max-points", "20"]);
    let third = strict.create("22222233445566778899aabbccddeeff", 30);
    assert_eq!(refusal(&third), ("over_budget", "no"));
    assert_eq!(stage.charges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_knows_the_address_comes_in_and_no_web_page() {
    let stage = Stage::new().await;
    let gateway = Gateway::start(&stage, &[]);
    for line in [
        "GET /open/v1/product/list".to_owned(),
        "GET /ima_gateway_0000/open/v1/product/list".to_owned(),
        format!("GET {}", gateway.token),
        "GET /".to_owned(),
    ] {
        assert_eq!(gateway.send_to(&line, &[], "").0, 404, "{line}");
    }
    for headers in [
        [("origin", "https://evil.example")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-origin")],
        [("host", "evil.example")],
    ] {
        let answer = gateway.send("GET", LIST, &headers, "");
        assert_eq!(answer.0, 403, "{headers:?}");
    }
    for path in ["/open/v1/tasks/../tasks/create", "/open/v1/user", "/kept/7"] {
        let answer = gateway.send("POST", path, &[], "{}");
        assert_eq!((answer.0, refusal(&answer)), (404, ("no_such_path", "no")));
    }
    let without_key = gateway.send("POST", "/open/v1/tasks/create", &[], &order(30));
    assert_eq!(refusal(&without_key), ("denied", "no"));
    assert_eq!(stage.charges(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_bought_once_and_found_by_the_program() {
    let stage = Stage::new().await;
    stage
        .control
        .set_timeline("GenBGM", Timeline::lasting(60.0));
    let gateway = Gateway::start(&stage, &[]);
    let quoted = json!({"request": "rain", "points": 30}).to_string();
    let (status, named) = gateway.send("POST", "/kept", &[], &quoted);
    assert_eq!(status, 200, "{named}");
    let id = named["id"].as_str().unwrap();
    let path = format!("/kept/{id}");
    let kept = gateway.send("GET", &path, &[], "").1;
    assert_eq!(
        (&kept["request"], &kept["used"]),
        (&json!("rain"), &json!(false))
    );

    let job = format!("{path}/job");
    let creating = json!({
        "state": "creating", "task": "text_to_music", "model": "DouBao - BGM", "continuation": "c",
    });
    assert_eq!(
        gateway.send("POST", &job, &[], &creating.to_string()).0,
        200
    );
    let task = gateway.create(id, 30).1["data"]["id"].clone();
    // The component is gone before it could write anything.
    let standing = gateway.send("GET", &job, &[], "").1;
    assert_eq!(
        (&standing["state"], &standing["task_id"]),
        (&json!("waiting"), &task)
    );
    let kept = gateway.send("GET", &path, &[], "").1;
    assert_eq!(
        (&kept["request"], &kept["used"]),
        (&json!(""), &json!(true))
    );

    let jobs = stage.ima(&["jobs"]);
    assert!(
        text(&jobs.stdout).contains("DouBao - BGM"),
        "{}",
        text(&jobs.stdout)
    );
    let unknown = gateway.send("GET", "/kept/00000000000000000000000000000000", &[], "");
    assert_eq!(refusal(&unknown), ("nothing_kept", "no"));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_address_stays_until_it_is_renewed_and_is_told_to_hosts() {
    let stage = Stage::new().await;
    let first = Gateway::start(&stage, &[]).token.clone();
    assert_eq!(Gateway::start(&stage, &[]).token, first);
    for host in ["wassette", "jco", "python", "zeroclaw"] {
        let policy = stage.ima(&["gateway", "--policy", host]);
        ends(&policy, 0);
        let policy = text(&policy.stdout);
        assert!(
            policy.contains(&format!("127.0.0.1:8788{first}")),
            "{policy}"
        );
        assert!(!policy.contains(DEMO_KEY));
    }
    assert_ne!(Gateway::start(&stage, &["--renew"]).token, first);
    let elsewhere = stage.ima(&["gateway", "--listen", "0.0.0.0:0"]);
    ends(&elsewhere, 2);
}
