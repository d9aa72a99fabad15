//! What the component tries, and what it saw.

use wasi::http::outgoing_handler;
use wasi::http::types::{ErrorCode, Fields, Method, OutgoingBody, OutgoingRequest, Scheme};

const DETAIL: &str = "/open/v1/tasks/detail";
const CREATE: &str = "/open/v1/tasks/create";
const LIST: &str = "/open/v1/product/list?app=ima&platform=web&category=text_to_music";

/// Whether a crime is about a create request that the host permits.
pub(crate) fn creates(crime: &str) -> bool {
    let name = crime.split(' ').next().unwrap_or_default();
    ["keyed", "keyless", "order", "pay-twice"].contains(&name)
}

/// A create request for the announced price.
const ORDER: &str = r#"{"parameters":[{"model_id":"sonic","credit":25,"parameters":{"n":1}}]}"#;

/// Commits a crime and reports its end, where there is one.
pub(crate) fn commit(crime: &str, authority: &str) -> String {
    let here = |method: Method, path: &str| send(&method, Scheme::Http, authority, path, &[]);
    match crime {
        "behave" => here(Method::Get, LIST),
        "other-host" => {
            let port = authority.split(':').next_back().unwrap_or_default();
            let authority = format!("127.0.0.2:{port}");
            send(&Method::Get, Scheme::Http, &authority, LIST, &[])
        }
        "other-name" => send(&Method::Get, Scheme::Http, "example.com", LIST, &[]),
        "other-port" => {
            let host = authority.split(':').next().unwrap_or_default();
            send(&Method::Get, Scheme::Http, &format!("{host}:9"), LIST, &[])
        }
        "user-name" => {
            let authority = format!("root@{authority}");
            send(&Method::Get, Scheme::Http, &authority, LIST, &[])
        }
        "other-scheme" => send(&Method::Get, Scheme::Https, authority, LIST, &[]),
        // `here` is it, where the origin is https.
        "downgrade" => here(Method::Get, LIST),
        "other-path" => here(Method::Get, "/open/v1/account"),
        "other-method" => here(Method::Delete, LIST),
        "climb" => here(Method::Get, "/open/v1/product/list/../../tasks/create"),
        "create-unasked" => create(authority, ORDER),
        "pay-twice" => format!(
            "{} then {}",
            create(authority, ORDER),
            create(authority, ORDER)
        ),
        "keyless" => post(authority, CREATE, &[], ORDER.as_bytes()),
        "own-key" => {
            let forged: &[u8] = b"Bearer ima_forged";
            send(
                &Method::Get,
                Scheme::Http,
                authority,
                LIST,
                &[("authorization", forged)],
            )
        }
        "many-requests" => loop {
            let report = here(Method::Get, LIST);
            if report.starts_with("refused") {
                return report;
            }
        },
        "many-refused" => loop {
            here(Method::Get, "/open/v1/account");
        },
        "loop" => {
            let mut spins = 0_u64;
            loop {
                spins = std::hint::black_box(spins.wrapping_add(1));
            }
        }
        "allocate" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            loop {
                hoard.push(vec![1; 1 << 20]);
                std::hint::black_box(&hoard);
            }
        }
        "hoard-handles" => loop {
            std::mem::forget(Fields::new());
        },
        "recurse" => format!("{}", recurse(1)),
        "trap" => panic!("on purpose"),
        "tell" => tell(authority, &words(1 << 20)),
        "look-around" => look_around(),
        other => match other.split_once(' ') {
            // A request that holds the key never comes in here: it is told in two parts.
            Some(("tell", parts)) => tell(authority, parts.replace('|', "").as_bytes()),
            Some(("order", order)) => create(authority, order),
            Some(("keyed", key)) => create_named(authority, key, ORDER),
            _ => format!("no such crime: {other}"),
        },
    }
}

/// As many bytes of nothing in particular, and one more.
fn words(count: usize) -> Vec<u8> {
    vec![b'w'; count + 1]
}

fn create(authority: &str, order: &str) -> String {
    let bits = || wasi::random::random::get_random_u64();
    create_named(authority, &format!("{:016x}{:016x}", bits(), bits()), order)
}

/// A create request with an idempotency key.
fn create_named(authority: &str, key: &str, order: &str) -> String {
    let named = [("idempotency-key", key.as_bytes())];
    post(authority, CREATE, &named, order.as_bytes())
}

/// Sends a text to where a body may go.
fn tell(authority: &str, text: &[u8]) -> String {
    post(authority, DETAIL, &[], text)
}

fn post(authority: &str, path: &str, headers: &[(&str, &[u8])], text: &[u8]) -> String {
    match exchange(&Method::Post, Scheme::Http, authority, path, headers, text) {
        Ok(status) => format!("answered {status}"),
        Err(code) => format!("refused {code:?}"),
    }
}

fn send(
    method: &Method,
    scheme: Scheme,
    authority: &str,
    path: &str,
    headers: &[(&str, &[u8])],
) -> String {
    match exchange(method, scheme, authority, path, headers, &[]) {
        Ok(status) => format!("answered {status}"),
        Err(code) => format!("refused {code:?}"),
    }
}

fn exchange(
    method: &Method,
    scheme: Scheme,
    authority: &str,
    path: &str,
    headers: &[(&str, &[u8])],
    text: &[u8],
) -> Result<u16, ErrorCode> {
    let fields = Fields::new();
    for (name, value) in headers {
        fields.append(name, value).unwrap();
    }
    let request = OutgoingRequest::new(fields);
    request.set_method(method).unwrap();
    request.set_scheme(Some(&scheme)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(path)).unwrap();
    let body = request.body().unwrap();
    let pending = outgoing_handler::handle(request, None)?;
    let stream = body.write().unwrap();
    for piece in text.chunks(4096) {
        if stream.blocking_write_and_flush(piece).is_err() {
            break;
        }
    }
    drop(stream);
    let _ = OutgoingBody::finish(body, None);
    pending.subscribe().block();
    let answer = pending.get().unwrap().unwrap()?;
    Ok(answer.status())
}

#[expect(unconditional_recursion, reason = "until the stack ends")]
fn recurse(depth: u64) -> u64 {
    recurse(std::hint::black_box(depth) + 1).wrapping_mul(3) + depth
}

/// Everything that a component could see of the machine; empty where the sandbox holds.
fn look_around() -> String {
    let mut seen = Vec::new();
    seen.extend(std::env::vars().map(|(name, _)| format!("variable {name}")));
    seen.extend(std::env::args().map(|argument| format!("argument {argument}")));
    for path in ["/", ".", "/etc/passwd", "/proc/self/environ"] {
        if std::fs::metadata(path).is_ok() || std::fs::read_dir(path).is_ok() {
            seen.push(format!("path {path}"));
        }
    }
    let mut line = String::new();
    if std::io::stdin()
        .read_line(&mut line)
        .is_ok_and(|read| read > 0)
    {
        seen.push("stdin".to_owned());
    }
    if std::net::TcpStream::connect("127.0.0.1:9").is_ok_and(|_| true) {
        seen.push("a socket".to_owned());
    }
    format!("saw {}", seen.join(", "))
}
