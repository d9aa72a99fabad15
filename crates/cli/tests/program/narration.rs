//! Long texts: split, bought once, resumed, joined.

use std::fs;

use ima_simulator::{Endpoint, Fault, NthRequest};
use serde_json::Value;

use crate::stage::{Stage, ends, json, text};

/// A text of several parts.
fn book(chapters: usize) -> String {
    let paragraph = |chapter: usize, number: usize| {
        format!("This is paragraph {number} of chapter {chapter}. It rains on the roof. ").repeat(3)
    };
    let chapter = |it: usize| {
        let all: Vec<_> = (1..=4).map(|number| paragraph(it, number)).collect();
        format!("Chapter {it}\n\n{}", all.join("\n\n"))
    };
    (1..=chapters).map(chapter).collect::<Vec<_>>().join("\n\n")
}

const SMALL: [&str; 2] = ["--part-size", "400"];

fn narrate(stage: &Stage, arguments: &[&str]) -> Value {
    let output = stage.ima(&[&["speech"], arguments, &SMALL, &["--json"]].concat());
    ends(&output, 0);
    json(&output)
}

#[tokio::test]
async fn a_book_becomes_one_file_with_chapters_and_subtitles() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("book.txt"), book(3)).unwrap();
    let made = narrate(
        &stage,
        &["@book.txt", "--out", "book.wav", "--subtitles", "srt"],
    );
    let parts = made["parts"].as_u64().unwrap();
    assert!(parts >= 6, "{made}");
    assert_eq!(made["points"], parts * 2);
    assert_eq!(stage.charges() as u64, parts);
    stage.is_audio("book.wav");
    let reader = hound::WavReader::open(stage.here().join("book.wav")).unwrap();
    let seconds = reader.duration() / reader.spec().sample_rate;
    assert_eq!(made["seconds"], seconds);
    let chapters = made["chapters"].as_array().unwrap();
    assert_eq!(chapters.len(), 3);
    assert!(chapters[1]["start_seconds"].as_f64().unwrap() > 1.0);
    let subtitles = fs::read_to_string(stage.here().join("book.srt")).unwrap();
    assert!(
        subtitles.contains("This is paragraph 2 of chapter 3."),
        "{subtitles}"
    );
    assert_eq!(stage.files(), ["book.srt", "book.txt", "book.wav"]);
}

#[tokio::test]
async fn a_seam_makes_no_click() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("book.txt"), book(2)).unwrap();
    narrate(&stage, &["@book.txt", "--out", "book.wav"]);
    let mut reader = hound::WavReader::open(stage.here().join("book.wav")).unwrap();
    let samples: Vec<i32> = reader.samples::<i32>().map(Result::unwrap).collect();
    // Where a pause begins or ends, the sample beside it is as good as silent.
    let edges = samples
        .windows(40)
        .filter(|it| it[1..].iter().all(|it| *it == 0));
    let loudest = edges.map(|it| it[0].abs()).max().unwrap();
    assert!(loudest < 600, "{loudest}");
}

#[tokio::test]
async fn the_split_is_shown_with_its_price_and_nothing_is_spent() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("book.txt"), book(2)).unwrap();
    let output = stage.ima(&[&["speech", "@book.txt", "--dry-run"], &SMALL[..]].concat());
    ends(&output, 0);
    let shown = text(&output.stdout);
    assert!(
        shown.contains("CHAPTER") && shown.contains("parts, "),
        "{shown}"
    );
    assert!(shown.contains("points"), "{shown}");
    let over = stage.ima(&[&["speech", "@book.txt", "--budget", "3"], &SMALL[..]].concat());
    ends(&over, 3);
    assert!(
        text(&over.stderr).contains("--budget"),
        "{}",
        text(&over.stderr)
    );
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn only_what_was_changed_is_bought_again() {
    let stage = Stage::new().await;
    let first = book(4);
    fs::write(stage.here().join("book.txt"), &first).unwrap();
    let made = narrate(&stage, &["@book.txt", "--out", "one.wav"]);
    let before = stage.charges();
    assert_eq!(made["bought"], before);
    let same = narrate(&stage, &["@book.txt", "--out", "two.wav"]);
    assert_eq!(
        (same["bought"].as_u64(), stage.charges()),
        (Some(0), before)
    );
    let edited = first.replace("paragraph 2 of chapter 3", "paragraph two of chapter three");
    fs::write(stage.here().join("book.txt"), edited).unwrap();
    let again = narrate(&stage, &["@book.txt", "--out", "three.wav"]);
    let bought = again["bought"].as_u64().unwrap();
    assert!((1..=3).contains(&bought), "{again}");
    assert_eq!(stage.charges() as u64, before as u64 + bought);
}

#[tokio::test]
async fn a_narration_goes_on_where_it_stopped() {
    let stage = Stage::new().await;
    fs::write(stage.here().join("book.txt"), book(3)).unwrap();
    stage
        .control
        .fault(Endpoint::Audio, NthRequest::From(4), Fault::CutBody);
    let command = [
        &["speech", "@book.txt", "--out", "book.wav", "--json"],
        &SMALL[..],
    ]
    .concat();
    let stopped = stage.ima(&command);
    assert_ne!(stopped.status.code(), Some(0));
    assert!(text(&stopped.stderr).contains("Run the same command again"));
    assert!(!stage.here().join("book.wav").exists());
    let paid = stage.charges();
    stage.control.clear_faults();
    let output = stage.ima(&command);
    ends(&output, 0);
    stage.is_audio("book.wav");
    let made = json(&output);
    let parts = made["parts"].as_u64().unwrap();
    assert_eq!(stage.charges() as u64, parts, "{paid} were paid before");
}

#[tokio::test]
async fn a_script_is_spoken_with_several_voices() {
    let stage = Stage::new().await;
    let script = "ANNA: Hello, Ben.\nBEN: 你好。\n\nANNA: Shall we go?\n";
    fs::write(stage.here().join("script.txt"), script).unwrap();
    let made = narrate(
        &stage,
        &[
            "@script.txt",
            "--voices",
            "ANNA=Vivi,BEN=云舟",
            "--subtitles",
            "vtt",
        ],
    );
    assert_eq!(made["parts"], 3);
    let tasks = stage.control.tasks();
    let speaker = |prompt: &str| {
        let of = |it: &Value| it["parameters"][0]["parameters"].clone();
        let mut all = tasks.iter().map(|it| of(&it.body));
        all.find(|it| it["prompt"] == prompt).unwrap()["speaker"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        speaker("你好。").contains("_male_"),
        "{}",
        speaker("你好。")
    );
    assert!(
        speaker("Hello, Ben.").contains("vv"),
        "{}",
        speaker("Hello, Ben.")
    );
    let subtitles = made["subtitles"].as_str().unwrap();
    let subtitles = fs::read_to_string(stage.here().join(subtitles)).unwrap();
    assert!(
        subtitles.starts_with("WEBVTT") && subtitles.contains("<v BEN>你好。"),
        "{subtitles}"
    );
}

#[tokio::test]
async fn markdown_and_epub_are_read_without_their_marks() {
    let stage = Stage::new().await;
    fs::write(
        stage.here().join("walk.md"),
        "# A walk\n\nIt *rains*.\n\n## Home\n\nDry.\n",
    )
    .unwrap();
    let made = narrate(&stage, &["@walk.md"]);
    assert_eq!(made["file"], "a-walk.wav");
    assert_eq!(made["chapters"][1]["title"], "Home");
    let mut zip = Zip::default();
    for (name, content) in [
        (
            "META-INF/container.xml",
            r#"<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>"#,
        ),
        (
            "OPS/book.opf",
            r#"<package><metadata><dc:title>Two walks</dc:title></metadata><manifest><item id="b" href="two%20.xhtml"/><item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>"#,
        ),
        (
            "OPS/one.xhtml",
            "<html><head><title>no</title></head><body><h1>One</h1><p>It rains &amp; pours&nbsp;here.</p></body></html>",
        ),
        (
            "OPS/two .xhtml",
            "<html><body><h1>Two</h1><p>It is <i>dry</i>.</p></body></html>",
        ),
    ] {
        zip.add(name, content);
    }
    fs::write(stage.here().join("walk.epub"), zip.finish()).unwrap();
    let made = narrate(&stage, &["@walk.epub"]);
    assert_eq!(made["file"], "two-walks.wav");
    let chapters = made["chapters"].as_array().unwrap();
    let titles: Vec<_> = chapters
        .iter()
        .map(|it| it["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["One", "Two"]);
    let spoken: Vec<_> = stage
        .control
        .tasks()
        .iter()
        .map(|it| {
            it.body["parameters"][0]["parameters"]["prompt"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(
        spoken.contains(&"One. It rains & pours here.".to_owned()),
        "{spoken:?}"
    );
    fs::write(stage.here().join("bad.epub"), "no zip").unwrap();
    ends(&stage.ima(&["speech", "@bad.epub"]), 2);
}

/// An archive whose files are not packed.
#[derive(Default)]
struct Zip {
    files: Vec<u8>,
    list: Vec<u8>,
}

impl Zip {
    fn add(&mut self, name: &str, content: &str) {
        let at = u32::try_from(self.files.len()).unwrap().to_le_bytes();
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let head = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &size[..],
            &size,
            &length,
            &[0, 0],
        ]
        .concat();
        self.files.extend(
            [
                b"PK\x03\x04",
                &head[..],
                name.as_bytes(),
                content.as_bytes(),
            ]
            .concat(),
        );
        let rest = [&[0; 10][..], &at, name.as_bytes()].concat();
        self.list
            .extend([b"PK\x01\x02\x14\x00", &head[..], &rest].concat());
    }

    fn finish(self) -> Vec<u8> {
        let at = u32::try_from(self.files.len()).unwrap().to_le_bytes();
        let end = [b"PK\x05\x06", &[0; 12][..], &at, &[0, 0]].concat();
        [self.files, self.list, end].concat()
    }
}
