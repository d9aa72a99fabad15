//! The program attacked: by a service that lies, and by what was planted where it writes. Whatever is
//! done to it, it pays once at most, says the truth about that, ends, and harms no file of its user.
//! `cargo xtask soak --attacks` repeats them with random timing and kills.

mod service;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use ima_attack_kit::front::Front;
use ima_attack_kit::planted::{Trap, Treasure};
use ima_attack_kit::random::Random;
use ima_attack_kit::raw::Received;
use ima_simulator::TaskRecord;
use serde_json::Value;

use crate::stage::{Stage, json};
use service::{ATTACKS, Attack};

/// Names beside and under which the program writes.
const NAMES: [&str; 3] = [".ima-a.wav.lock", "a.wav", "a-2.wav"];

/// What one run is about.
struct Scene {
    attack: Option<&'static Attack>,
    trap: Option<(&'static str, Trap)>,
    /// Answers come in random pieces.
    in_pieces: bool,
    /// SIGKILL, after how many milliseconds.
    killed_after: Option<u64>,
}

fn operation(request: &Received) -> &str {
    match request.head.contains("/audio/") {
        true => "audio",
        false => request.operation(),
    }
}

/// A front that attacks.
async fn front(stage: &Stage, scene: &Scene, random: &Random) -> Front {
    let (attack, in_pieces) = (scene.attack, scene.in_pieces);
    let state = Mutex::new((random.clone(), 0));
    Front::before(&stage.origin, move |request| {
        let mut state = state.lock().unwrap();
        let (random, number) = &mut *state;
        let moves = match attack {
            Some(attack) if attack.at == operation(request) => {
                *number += 1;
                (attack.moves)(*number - 1)
            }
            _ => ima_attack_kit::front::Move::Pass,
        };
        match in_pieces {
            true => moves.in_pieces(Random::of(random.bits())),
            false => moves,
        }
    })
    .await
}

async fn output(child: Child, killed_after: Option<u64>) -> Result<Output, String> {
    let pid = rustix::process::Pid::from_child(&child);
    let mut waiting = tokio::task::spawn_blocking(|| child.wait_with_output());
    if let Some(after) = killed_after {
        let patience = Duration::from_millis(after);
        match tokio::time::timeout(patience, &mut waiting).await {
            Ok(output) => return Ok(output.unwrap().unwrap()),
            Err(_) => {
                // It is collected by the task above only, so its number is still its own.
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
    match tokio::time::timeout(Duration::from_secs(120), &mut waiting).await {
        Ok(output) => Ok(output.unwrap().unwrap()),
        Err(_) => {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            Err("it hangs".to_owned())
        }
    }
}

/// Plays a scene, and says what is wrong, if anything is.
async fn play(scene: &Scene, random: &Random) -> Result<(), String> {
    let stage = Stage::fast().await;
    let treasure = Treasure::new();
    if let Some((name, trap)) = scene.trap {
        treasure.plant(&stage.here().join(name), trap);
    }
    let front = front(&stage, scene, random).await;
    let asked = [
        "speech",
        "hello",
        "--json",
        "--language",
        "en",
        "--out",
        "a.wav",
    ];
    let run = |arguments: &[&str], origin: &str| {
        let mut command = stage.plain(arguments);
        command.args([
            "--clock-rate",
            "1000",
            "--base-url",
            origin,
            "--deadline",
            "3600",
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).spawn().unwrap()
    };
    let ended = output(run(&asked, &front.origin()), scene.killed_after).await?;
    check(&stage, &treasure, scene, &ended)?;
    if scene.killed_after.is_none() {
        let expected = match (scene.attack, scene.trap) {
            (Some(attack), _) => attack.ends,
            (None, Some(_)) => &[0, 3],
            (None, None) => &[0],
        };
        let code = ended.status.code().unwrap_or(-1);
        // A pause of a hundredth of a second is ten of the program's.
        let is_late = scene.in_pieces && code == 8;
        if !expected.contains(&code) && !is_late {
            return Err(format!("ended with {:?}: {}", ended.status, said(&ended)));
        }
    }

    // The attack is over: what was paid arrives, or its outcome is said to be unknown.
    if let Some((name, _)) = scene.trap {
        let path = stage.here().join(name);
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
    }
    let jobs = output(run_listing(&stage), None).await?;
    let jobs = json(&jobs);
    let jobs = jobs["jobs"].as_array().cloned().unwrap_or_default();
    if jobs.is_empty() && stage.charges() > 0 {
        return Err("paid, and no job is listed".to_owned());
    }
    for job in &jobs {
        if job["open"] != true && ended.status.success() {
            continue;
        }
        let id = job["job"].as_str().unwrap();
        let resume = ["resume", id, "--json", "--language", "en", "--out", "a.wav"];
        let resumed = output(run(&resume, &stage.origin), None).await?;
        check(&stage, &treasure, scene, &resumed)?;
        let knows = |it: &TaskRecord| job["task_id"] == *it.id;
        let is_known = stage.control.tasks().iter().any(knows);
        match resumed.status.code() {
            Some(0) => {}
            Some(7 | 8) if !is_known => {}
            _ => return Err(format!("not resumed: {job} {}", said(&resumed))),
        }
    }
    Ok(())
}

fn run_listing(stage: &Stage) -> Child {
    let mut command = stage.command(&["jobs", "--json"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// What holds after every run.
fn check(stage: &Stage, treasure: &Treasure, scene: &Scene, ended: &Output) -> Result<(), String> {
    let said = said(ended);
    let wrong = |what: &str| Err(format!("{what}: {said}"));
    let charges = stage.charges();
    if charges > 1 {
        return wrong(&format!("{charges} charges"));
    }
    if let Some(damage) = treasure.damage() {
        return wrong(&damage);
    }
    let mut bytes = ended.stdout.clone();
    bytes.extend(&ended.stderr);
    if treasure.is_in(&bytes) {
        return wrong("a secret was shown");
    }
    let raw = |it: char| it.is_control() && it != '\n' || matches!(it, '\u{200b}' | '\u{202e}');
    if said.contains(raw) {
        return wrong("something acts on the screen");
    }
    if said.contains("panicked") {
        return wrong("a panic");
    }
    stage.holds_no_key(ended);
    if ended.status.signal().is_some() {
        return match scene.killed_after {
            Some(_) => Ok(()),
            None => wrong("it died"),
        };
    }
    let object: Value = match serde_json::from_slice(&ended.stdout) {
        Ok(object) => object,
        Err(error) => return wrong(&format!("no JSON, {error}")),
    };
    if ended.status.success() {
        let path = object["medias"][0]["file"].as_str().unwrap_or_default();
        if hound::WavReader::open(stage.here().join(path)).is_err() {
            return wrong("a success without audio");
        }
    }
    match object["error"]["charge"].as_str() {
        Some("no") if charges > 0 => wrong("it denies what was paid"),
        _ => Ok(()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_service_does_the_money_is_known_and_nothing_is_harmed() {
    let mut wrong = Vec::new();
    for attack in ATTACKS {
        let scene = Scene {
            attack: Some(attack),
            trap: None,
            in_pieces: false,
            killed_after: None,
        };
        if let Err(error) = play(&scene, &Random::of(0)).await {
            wrong.push(format!("{} ({}): {error}", attack.name, attack.at));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_planted_is_followed_read_written_or_waited_for() {
    let mut wrong = Vec::new();
    for name in NAMES {
        for trap in Trap::ALL {
            let scene = Scene {
                attack: None,
                trap: Some((name, trap)),
                in_pieces: false,
                killed_after: None,
            };
            if let Err(error) = play(&scene, &Random::of(0)).await {
                wrong.push(format!("{trap:?} under {name}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A few from a seed; `cargo xtask soak --attacks` plays more.
#[tokio::test(flavor = "multi_thread")]
async fn attacks_at_random_times_change_nothing_about_that() {
    let number = |name| std::env::var(name).ok().and_then(|it| it.parse().ok());
    let first: u64 = number("IMA_TEST_SEED").unwrap_or(0);
    let runs: u64 = number("IMA_TEST_RUNS").unwrap_or(20);
    let mut wrong = Vec::new();
    for seed in first..first + runs {
        let mut random = Random::of(seed);
        let attack = &ATTACKS[usize::try_from(random.below(ATTACKS.len() as u64)).unwrap()];
        let scene = Scene {
            attack: random.chance(80).then_some(attack),
            trap: random
                .chance(30)
                .then(|| (random.pick(&NAMES), random.pick(&Trap::ALL))),
            in_pieces: random.chance(70),
            killed_after: random.chance(40).then(|| random.below(600)),
        };
        let mut scene = scene;
        if scene.trap.is_some() && scene.attack.is_some() {
            // Which of the two ends it is a matter of chance.
            scene.killed_after = Some(60_000);
        }
        if let Err(error) = play(&scene, &random).await {
            let attack = scene.attack.map(|it| (it.at, it.name));
            wrong.push(format!(
                "{attack:?} {:?} killed after {:?}: {error}\n  cargo xtask soak --attacks --seed {seed} --runs 1",
                scene.trap, scene.killed_after
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
