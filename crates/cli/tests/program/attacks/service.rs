//! What a hostile service, or something in front of it, does to a generation.

use std::time::Duration;

use ima_attack_kit::front::{Answer, Move};
use ima_attack_kit::raw::{Reply, ok, status};

/// One attack on one operation.
pub(super) struct Attack {
    pub(super) name: &'static str,
    /// `list`, `create`, `detail` or `audio`.
    pub(super) at: &'static str,
    /// The codes that the program may end with.
    pub(super) ends: &'static [i32],
    /// What is done to the request of this number, which counts from 0.
    pub(super) moves: fn(usize) -> Move,
}

const fn attack(
    at: &'static str,
    name: &'static str,
    ends: &'static [i32],
    moves: fn(usize) -> Move,
) -> Attack {
    Attack {
        name,
        at,
        ends,
        moves,
    }
}

/// Headers that begin as an answer's do, and then others.
fn headed(lines: &str, body: &str) -> Reply {
    Reply::Cut(format!("HTTP/1.1 200 OK\r\n{lines}\r\n{body}").into())
}

/// The first of something is attacked, the rest passes.
fn first(number: usize, attack: impl FnOnce() -> Move) -> Move {
    match number {
        0 => attack(),
        _ => Move::Pass,
    }
}

/// The value of a field of text in JSON, as it stands there.
fn field(body: &str, name: &str) -> String {
    let (_, rest) = body.split_once(&format!("\"{name}\":\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn to_another_place(status_line: &str) -> Reply {
    status(
        status_line,
        "location: http://127.0.0.1:1/open/v1/tasks/create\r\n",
        "",
    )
}

/// A link in place of that of the audio.
fn linked(link: &'static str) -> Move {
    Move::body(move |body| match body.contains("\"url\":\"http") {
        true => body.replace(&field(&body, "url"), link),
        false => body,
    })
}

fn cut_by(bytes: usize, answer: &Answer) -> Reply {
    let mut all = answer.bytes();
    all.truncate(all.len() - bytes);
    Reply::Cut(all)
}

/// A terminal is told to clear itself, to take a title, to write from right to left; a line is forged.
const LOUD: &str = r"\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u200b\r\nPrice: 0 points";

pub(super) const ATTACKS: &[Attack] = &[
    // The list.
    attack("list", "a page of HTML", &[9], |_| {
        Move::Instead(ok("<html>no</html>"))
    }),
    attack("list", "nothing at all", &[9], |_| {
        Move::Instead(Reply::Cut(Vec::new()))
    }),
    attack("list", "an endless head", &[9], |_| {
        let line = b"x-more: and more\r\n".repeat(64);
        Move::Instead(Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), line))
    }),
    attack("list", "an endless body", &[9], |_| {
        let head = b"HTTP/1.1 200 OK\r\n\r\n{\"code\":0,\"data\":[".to_vec();
        Move::Instead(Reply::Endless(head, b"{},".repeat(4096)))
    }),
    attack("list", "a body that drips", &[9], |_| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n{".to_vec();
        Move::Instead(Reply::Drip(head))
    }),
    attack("list", "a list that leads elsewhere", &[9], |_| {
        Move::Instead(to_another_place("302 Found"))
    }),
    attack("list", "names that act on the screen", &[0], |_| {
        Move::body(|body| {
            let name = field(&body, "name");
            body.replace(
                &format!("\"name\":\"{name}\""),
                &format!("\"name\":\"{LOUD}\""),
            )
        })
    }),
    attack("list", "a price beyond all bounds", &[3, 5, 6, 9], |_| {
        Move::body(|body| body.replace("\"points\":", "\"points\":99999999999999999999"))
    }),
    attack("list", "another protocol", &[9], |_| {
        Move::Instead(Reply::Cut(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"
                .to_vec(),
        ))
    }),
    // The create request.
    attack("create", "the answer is cut", &[7, 0], |_| {
        Move::answer(|it| cut_by(10, &it))
    }),
    attack("create", "the head is cut", &[7], |_| {
        Move::answer(|it| Reply::Cut(it.bytes()[..20].to_vec()))
    }),
    attack("create", "a reset after the charge", &[7], |_| {
        Move::answer(|_| Reply::Reset(Vec::new()))
    }),
    attack("create", "a reset before the service", &[7], |_| {
        Move::Instead(Reply::Reset(Vec::new()))
    }),
    attack("create", "a refusal that names a task", &[7], |_| {
        Move::body(|body| {
            let task = field(&body, "id");
            format!(r#"{{"code":6009,"message":"no rule","data":{{"id":"{task}"}}}}"#)
        })
    }),
    attack("create", "a timeout in the body", &[7], |_| {
        Move::body(|_| r#"{"code":408,"message":"timeout"}"#.to_owned())
    }),
    attack("create", "no code", &[7], |_| {
        Move::body(|body| format!(r#"{{"data":{{"id":"{}"}}}}"#, field(&body, "id")))
    }),
    attack("create", "bytes after the answer", &[0, 7], |_| {
        Move::body(|body| body + "trailing")
    }),
    attack("create", "a byte order mark", &[0], |_| {
        Move::body(|body| format!("\u{feff}{body}"))
    }),
    attack("create", "two answers", &[0], |_| {
        Move::answer(|it| Reply::Answer([it.bytes(), it.bytes()].concat()))
    }),
    attack("create", "a gateway's error after the charge", &[7], |_| {
        Move::answer(|_| status("502 Bad Gateway", "", "oops"))
    }),
    attack("create", "a redirect after the charge", &[7], |_| {
        Move::answer(|_| to_another_place("307 Temporary Redirect"))
    }),
    attack("create", "a thousand interim answers", &[0, 7], |_| {
        Move::answer(|it| {
            let interim = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(1000);
            Reply::Answer([interim, it.bytes()].concat())
        })
    }),
    attack("create", "two lengths", &[7], |_| {
        Move::answer(|it| {
            let body = String::from_utf8_lossy(&it.body).into_owned();
            headed("content-length: 3\r\ncontent-length: 4000\r\n", &body)
        })
    }),
    attack("create", "chunks that are none", &[7], |_| {
        Move::answer(|_| headed("transfer-encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"))
    }),
    attack("create", "an older protocol", &[7], |_| {
        Move::answer(|it| Reply::Cut(it.body))
    }),
    attack("create", "half a second of silence", &[0], |_| {
        Move::answer(|it| Reply::Pieces(vec![(Duration::from_millis(500), it.bytes())]))
    }),
    attack(
        "create",
        "a number that no program can hold",
        &[6, 7, 8],
        |_| {
            Move::body(|body| {
                let task = field(&body, "id");
                body.replace(&format!("\"{task}\""), "123456789012345678901234567890.5e3")
            })
        },
    ),
    // The polls.
    attack("detail", "another task's answer, once", &[0], |number| {
        first(number, || {
            Move::body(|body| body.replace(&field(&body, "id"), "another-task"))
        })
    }),
    attack(
        "detail",
        "a page of HTML, twice",
        &[0],
        |number| match number {
            0 | 1 => Move::Instead(ok("<html>no</html>")),
            _ => Move::Pass,
        },
    ),
    attack("detail", "a stall", &[0, 8], |number| {
        first(number, || {
            Move::Instead(Reply::Stall(b"HTTP/1.1 200 OK\r\n".to_vec()))
        })
    }),
    attack("detail", "a body that drips", &[8], |_| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n{".to_vec();
        Move::Instead(Reply::Drip(head))
    }),
    attack("detail", "words that act on the screen", &[6], |_| {
        Move::body(|body| {
            let task = field(&body, "id");
            format!(
                r#"{{"code":0,"message":"{LOUD}","data":{{"id":"{task}","medias":[{{"resource_status":2,"status":"{LOUD}","error_msg":"{LOUD}"}}]}}}}"#
            )
        })
    }),
    attack("detail", "a file of this machine", &[6, 8], |_| {
        linked("file:///etc/passwd")
    }),
    attack("detail", "an address of the network", &[6, 8], |_| {
        linked("http://169.254.169.254/latest/meta-data")
    }),
    attack("detail", "an address with a user", &[6, 8], |_| {
        linked("https://ima:secret@127.0.0.1/audio")
    }),
    attack("detail", "a link that acts on the screen", &[6, 8], |_| {
        linked(LOUD)
    }),
    // The audio.
    attack("audio", "the connection ends early, once", &[0], |number| {
        first(number, || Move::answer(|it| cut_by(1000, &it)))
    }),
    attack("audio", "cut without a length", &[6], |_| {
        Move::answer(|it| {
            let half = it.body.len() / 2;
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\n\r\n".to_vec();
            Reply::Cut([&head[..], &it.body[..half]].concat())
        })
    }),
    attack("audio", "a part that nobody asked for", &[6], |_| {
        Move::answer(|it| {
            let length = it.body.len();
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-99/{length}\r\ncontent-length: 100\r\n\r\n"
            );
            Reply::Answer([head.as_bytes(), &it.body[..100]].concat())
        })
    }),
    attack("audio", "a page of HTML", &[6], |_| {
        Move::Instead(ok("<html>no</html>"))
    }),
    attack("audio", "audio without end", &[6, 8], |_| {
        Move::answer(|it| {
            let head =
                b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\n\r\n\xff\xfb\x90\x64".to_vec();
            Reply::Endless(head, it.body)
        })
    }),
    attack("audio", "a redirect into this machine", &[6], |_| {
        Move::Instead(status(
            "302 Found",
            "location: http://127.0.0.1:1/x.wav\r\n",
            "",
        ))
    }),
    attack("audio", "a circle of redirects", &[6], |_| {
        Move::Instead(status("302 Found", "location: /audio/x/0.wav\r\n", ""))
    }),
];
