//! The program in random environments: whatever they are, it doesn't panic, dies of no signal that was
//! not sent, and what it says of the money is true. `cargo xtask soak --program` plays more of them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use ima_attack_kit::random::Random;
use ima_simulator::{Endpoint, Fault, NthRequest};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::stage::{Stage, ends, json};

/// How many are played in a usual run of the tests.
const RUNS: u64 = 40;

/// Any bytes that a file name or a variable can have.
fn bytes(random: &mut Random) -> OsString {
    let length = random.below(40);
    let byte = |random: &mut Random| match random.below(4) {
        0 => random.pick(b" -@~=.%\n\t\x1b\xff\xc3"),
        _ => random.below(255) as u8 + 1,
    };
    let bytes = (0..length).map(|_| byte(random)).filter(|it| *it != b'/');
    OsString::from_vec(bytes.collect())
}

/// What one seed is about.
struct Scene {
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, Option<OsString>)>,
    /// What the shell does before the program begins.
    shell: String,
    fault: Option<(Endpoint, NthRequest, Fault)>,
    /// The columns of a terminal; none without one.
    columns: Option<u16>,
    /// A signal, and after how many milliseconds.
    signal: Option<(Signal, u64)>,
}

impl Scene {
    fn draw(random: &mut Random, stage: &Stage) -> Self {
        let mut arguments: Vec<OsString> = random
            .pick(&[
                &["speech", "hello"][..],
                &["speech", "hello"],
                &["speech", "你好", "--json"],
                &["music", "rain", "--yes"],
                &["music", "rain", "--events", "--yes"],
                &["music", "rain", "--param", "n=2", "--yes"],
                &["quote", "speech", "hello"],
                &["say", "read this aloud: hello", "--yes"],
                &["models"],
                &["voices"],
                &["jobs"],
                &["doctor"],
                &["resume", "--all"],
                &["prefs", "get"],
            ])
            .iter()
            .map(OsString::from)
            .collect();
        let saves = matches!(arguments[0].to_str(), Some("speech" | "music" | "say"));
        if saves && random.chance(40) {
            let mut out = OsString::from("--out=");
            out.push(bytes(random));
            arguments.push(out);
        }
        let rate = ["--clock-rate".into(), "1000".into()];
        arguments.extend(rate);
        let mut variables = vec![("IMA_BASE_URL", Some(OsString::from(&stage.origin)))];
        for name in [
            "LANG",
            "LC_ALL",
            "TERM",
            "COLUMNS",
            "LINES",
            "NO_COLOR",
            "HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
            "IMA_LOG_DIR",
            "IMA_PREFS_FILE",
            "IMA_CONFIRM_ABOVE",
            "IMA_USER_ID",
            "ALL_PROXY",
            "https_proxy",
            "NO_PROXY",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "TMPDIR",
            "PATH",
            "RUST_LOG",
            "RUST_BACKTRACE",
        ] {
            if random.chance(20) {
                let value = match random.below(4) {
                    0 => None,
                    1 => Some(OsString::new()),
                    2 => Some(OsString::from(random.pick(&[
                        "/nonexistent",
                        "zh_CN.GBK",
                        "C",
                        "0",
                        "1",
                        "-1",
                        "99999999999",
                        "dumb",
                        "socks5://127.0.0.1:1",
                        "http://127.0.0.1:1",
                        "/dev/null",
                        "/dev/full",
                        ".",
                    ]))),
                    _ => Some(bytes(random)),
                };
                // Without one, the real home of whoever runs the tests would be used.
                let value = match (name, value) {
                    ("HOME", None) => Some(OsString::from("/nonexistent")),
                    ("HOME", Some(home)) if home.is_empty() => Some(OsString::from("/nonexistent")),
                    (_, value) => value,
                };
                variables.push((name, value));
            }
        }
        let mut shell = String::new();
        if random.chance(15) {
            let blocks = random.below(120);
            shell += &format!("trap '' XFSZ; ulimit -f {blocks}; ");
        }
        let columns = random.chance(25).then(|| random.below(500) as u16 + 1);
        let closed = [
            ">&-",
            "2>&-",
            ">/dev/full",
            "2>/dev/full",
            "<&-",
            ">&- 2>&-",
        ];
        let redirect = match columns.is_none() && random.chance(30) {
            true => random.pick(&closed),
            false => "",
        };
        shell += &format!("exec \"$@\" {redirect}");
        let endpoints = [
            Endpoint::ProductList,
            Endpoint::Create,
            Endpoint::Detail,
            Endpoint::Audio,
        ];
        let status = |code| Fault::Status {
            code,
            headers: Vec::new(),
            body: "oops".to_owned(),
        };
        let faults = [
            Fault::ResetBefore,
            Fault::ResetAfter,
            Fault::CutBody,
            Fault::Malformed,
            Fault::refusal(429),
            Fault::refusal(4008),
            Fault::refusal(6009),
            status(502),
            status(404),
            Fault::StatusAfter {
                code: 502,
                body: String::new(),
            },
        ];
        let fault = random.chance(40).then(|| {
            let nth = random.pick(&[
                NthRequest::Number(1),
                NthRequest::Number(2),
                NthRequest::Every,
            ]);
            (random.pick(&endpoints), nth, random.pick(&faults))
        });
        let signals = [
            Signal::INT,
            Signal::TERM,
            Signal::HUP,
            Signal::KILL,
            Signal::PIPE,
        ];
        let signal = random
            .chance(25)
            .then(|| (random.pick(&signals), random.below(400)));
        Self {
            arguments,
            variables,
            shell,
            fault,
            columns,
            signal,
        }
    }

    fn start(&self, stage: &Stage) -> (Child, Option<fs::File>) {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &self.shell, "sh", env!("CARGO_BIN_EXE_ima")])
            .args(&self.arguments)
            .env_clear()
            .env("HOME", stage.home.path())
            .env("IMA_API_KEY", ima_simulator::DEMO_KEY)
            .env("IMA_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"))
            .env("IMA_DATA_DIR", stage.home.path().join("data"))
            .current_dir(stage.here());
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let Some(columns) = self.columns else {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            return (command.spawn().unwrap(), None);
        };
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = fs::File::options()
            .read(true)
            .write(true)
            .open(name)
            .unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&slave, size).unwrap();
        let terminal = || -> Stdio { slave.try_clone().unwrap().into() };
        command
            .stdin(terminal())
            .stdout(terminal())
            .stderr(terminal());
        (command.spawn().unwrap(), Some(master.into()))
    }
}

/// Plays a seed, and says what is wrong, if anything is.
async fn play(seed: u64) -> Result<(), String> {
    let mut random = Random::of(seed);
    let stage = Stage::fast().await;
    let scene = Scene::draw(&mut random, &stage);
    if let Some((endpoint, nth, fault)) = &scene.fault {
        stage.control.fault(*endpoint, *nth, fault.clone());
    }
    let (child, terminal) = scene.start(&stage);
    let status = until_the_end(child, terminal, scene.signal).await;
    let told = || {
        format!(
            "{:?} {:?} {}",
            scene.arguments, scene.variables, scene.shell
        )
    };
    if let Some(signal) = status.signal() {
        let sent = scene.signal.map(|(signal, _)| signal.as_raw());
        return match sent == Some(signal) {
            true => charges_are_known(&stage, None),
            false => Err(format!("died of signal {signal}: {}", told())),
        };
    }
    match status.code() {
        // A result that could not be written is no success, whatever it cost.
        Some(6) if scene.shell.ends_with(" >/dev/full") => charges_are_known(&stage, None),
        Some(code @ (0 | 2..=10)) => charges_are_known(&stage, Some(code)),
        code => Err(format!("ended with {code:?}")),
    }
    .map_err(|error| format!("{error}: {}", told()))
}

async fn until_the_end(
    mut child: Child,
    terminal: Option<fs::File>,
    signal: Option<(Signal, u64)>,
) -> ExitStatus {
    if let Some((signal, after)) = signal {
        let pid = Pid::from_child(&child);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(after)).await;
            // It may have ended by itself; it is collected only after the end of this test.
            let _ = kill_process(pid, signal);
        });
    }
    let reading = tokio::task::spawn_blocking(move || {
        if let Some(mut terminal) = terminal {
            let mut bytes = [0; 4096];
            while terminal.read(&mut bytes).is_ok_and(|count| count > 0) {}
        }
        let status = child.wait().unwrap();
        // Its number must not be another's while a signal may be on its way.
        (child, status)
    });
    let limit = Duration::from_secs(120);
    let (_child, status) = tokio::time::timeout(limit, reading).await.unwrap().unwrap();
    status
}

/// Nothing is paid twice, nothing is denied, and what is paid is delivered or listed.
fn charges_are_known(stage: &Stage, code: Option<i32>) -> Result<(), String> {
    let charges = stage.charges();
    if charges > 1 {
        return Err(format!("{charges} charges"));
    }
    if charges == 0 {
        return match code {
            Some(6..=8) if stage.requests(Endpoint::Create) == 0 => {
                Err(format!("exit {code:?} though nothing was asked for"))
            }
            _ => Ok(()),
        };
    }
    if let Some(2 | 3 | 4 | 5 | 9) = code {
        return Err(format!("paid, and exit {code:?}"));
    }
    let mut jobs = stage.command(&["jobs", "--json"]);
    let output = jobs
        .env("IMA_DATA_DIR", stage.home.path().join("data"))
        .output()
        .unwrap();
    ends(&output, 0);
    match json(&output)["jobs"].as_array().map(Vec::len) {
        Some(1..) => Ok(()),
        _ => Err("paid, and no job is listed".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_environment_nothing_panics_and_the_money_is_known() {
    let number = |name| std::env::var(name).ok().and_then(|it| it.parse().ok());
    let first = number("IMA_TEST_SEED").unwrap_or(0);
    let runs = number("IMA_TEST_RUNS").unwrap_or(RUNS);
    let mut wrong = Vec::new();
    for seed in first..first + runs {
        if let Err(error) = play(seed).await {
            wrong.push(format!(
                "{error}\n  cargo xtask soak --program --seed {seed} --runs 1"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_seed_draws_the_same_bytes() {
    let bytes = || bytes(&mut Random::of(7));
    assert_eq!(bytes(), bytes());
    assert!(!OsStr::as_bytes(&bytes()).contains(&0));
}
