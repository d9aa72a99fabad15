//! The preference file among processes, links, damaged files and disks that fail.

use std::fs;
use std::process::Command;

use super::*;
use crate::Runtime;

const MUSIC: TaskType = TaskType::TextToMusic;

/// How many writers there are, in how many processes beside the first.
const WRITERS: usize = 200;
const PROCESSES: usize = 3;

/// Names the file to a process that helps a test.
const HELPER: &str = "IMA_TEST_WRITERS";

async fn runtime() -> Runtime {
    let builder = Runtime::builder()
        .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"));
    builder.build().await.unwrap()
}

fn model(id: &str) -> Preferred {
    Preferred {
        model_id: id.to_owned(),
        model_name: "Suno".to_owned(),
        credit: 25,
        last_used: "2026-02-27 12:34:56".to_owned(),
    }
}

#[tokio::test]
async fn it_is_made_with_its_folder_read_and_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let file = PreferenceFile::open(folder.path().join("memory/ima_prefs.json"));
    let runtime = runtime().await;
    assert_eq!(file.get(&runtime, "a", MUSIC).await.unwrap(), None);
    assert_eq!(file.clear(&runtime, "a", None).await.unwrap(), None);
    file.set(&runtime, "a", MUSIC, &model("sonic"))
        .await
        .unwrap();
    assert_eq!(
        file.get(&runtime, "a", MUSIC).await.unwrap(),
        Some(model("sonic"))
    );
    #[cfg(unix)]
    assert_eq!(mode(file.path()), 0o600);
    file.clear(&runtime, "a", Some(MUSIC)).await.unwrap();
    assert_eq!(file.get(&runtime, "a", MUSIC).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_not_ours_stays_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ima_prefs.json");
    let others = "{ \"user_b\" : {\"text_to_image\":  {\"model_id\": \"x\", \"n\": 1.50} },\n\t\"\\u00e9\":[ ] ";
    fs::write(&path, format!("{others}}}")).unwrap();
    let file = PreferenceFile::open(&path);
    file.set(&runtime().await, "a", MUSIC, &model("sonic"))
        .await
        .unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(others.trim_end()), "{text}");
    assert!(text.contains("user_a"));
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ima_prefs.json");
    let (file, runtime) = (PreferenceFile::open(&path), runtime().await);
    for (number, damaged) in [(1, "{\"user_a\": "), (2, "[]")] {
        fs::write(&path, damaged).unwrap();
        let refused = file.get(&runtime, "a", MUSIC).await;
        assert!(matches!(refused, Err(PreferenceFileError::Damaged { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged);

        let aside = file.set(&runtime, "a", MUSIC, &model("sonic")).await;
        let aside = aside.unwrap().unwrap();
        let name = format!("ima_prefs.json.damaged-{number}");
        assert_eq!(aside, folder.path().join(name));
        assert_eq!(fs::read_to_string(aside).unwrap(), damaged);
        assert!(file.get(&runtime, "a", MUSIC).await.unwrap().is_some());
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).unwrap().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_followed_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (link, target) = (folder.path().join("link"), folder.path().join("real/prefs"));
    symlink("real/prefs", &link).unwrap();
    let (file, runtime) = (PreferenceFile::open(&link), runtime().await);
    // The target is missing, then there, then there with permissions of its own.
    for permissions in [0o600, 0o640] {
        if target.exists() {
            fs::set_permissions(&target, PermissionsExt::from_mode(permissions)).unwrap();
        }
        let user = permissions.to_string();
        file.set(&runtime, &user, MUSIC, &model("sonic"))
            .await
            .unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(mode(&target), permissions);
        assert!(fs::read_to_string(&target).unwrap().contains("sonic"));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_not_a_regular_file_is_refused() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime().await;
    for (name, target) in [
        ("device", "/dev/null"),
        ("folder", "."),
        ("circle", "circle"),
    ] {
        let link = folder.path().join(name);
        symlink(target, &link).unwrap();
        let file = PreferenceFile::open(&link);
        let read = file.get(&runtime, "a", MUSIC).await;
        let written = file.set(&runtime, "a", MUSIC, &model("sonic")).await;
        assert!(
            matches!(read, Err(PreferenceFileError::NotAFile(_))),
            "{read:?}"
        );
        assert!(matches!(written, Err(PreferenceFileError::NotAFile(_))));
    }
    let path = folder.path().join("large");
    fs::write(&path, vec![b' '; (1 << 20) + 1]).unwrap();
    let read = PreferenceFile::open(&path).get(&runtime, "a", MUSIC).await;
    assert!(matches!(read, Err(PreferenceFileError::TooLarge(_))));
}

#[tokio::test]
async fn a_crash_before_the_rename_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ima_prefs.json");
    let (file, runtime) = (PreferenceFile::open(&path), runtime().await);
    file.set(&runtime, "a", MUSIC, &model("sonic"))
        .await
        .unwrap();
    let before = fs::read(&path).unwrap();
    // What a process leaves that is killed there.
    fs::write(folder.path().join(".ima_prefs.json.new"), "{\"half").unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
    drop(file::stage(&path, b"never in its place").unwrap());
    assert_eq!(fs::read(&path).unwrap(), before);

    fs::write(folder.path().join(".ima_prefs.json.new"), "{\"half").unwrap();
    file.set(&runtime, "b", MUSIC, &model("GenBGM"))
        .await
        .unwrap();
    assert!(!folder.path().join(".ima_prefs.json.new").exists());
    for (user, id) in [("a", "sonic"), ("b", "GenBGM")] {
        let preferred = file.get(&runtime, user, MUSIC).await.unwrap();
        assert_eq!(preferred, Some(model(id)));
    }
}

/// Writers as tasks of this process, each for a user of its own.
async fn write_as(process: &str, path: &Path) {
    let (file, runtime) = (PreferenceFile::open(path), runtime().await);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS / (PROCESSES + 1) {
        let (file, runtime) = (file.clone(), runtime.clone());
        let user = format!("{process}-{writer}");
        writers.spawn(async move {
            let saved = file.set(&runtime, &user, MUSIC, &model("sonic")).await;
            assert_eq!(saved.unwrap(), None);
        });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "what the processes run that help the next one"]
async fn helping_writers() {
    let help = std::env::var(HELPER).unwrap();
    let (process, path) = help.split_once(' ').unwrap();
    write_as(process, Path::new(path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_writers_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ima_prefs.json");
    fs::write(&path, "{\"another tool's\": [1, 2,  3]}").unwrap();
    let helpers: Vec<_> = (0..PROCESSES)
        .map(|process| {
            Command::new(std::env::current_exe().unwrap())
                .args([
                    "--ignored",
                    "--exact",
                    "preferences::tests::helping_writers",
                ])
                .env(HELPER, format!("helper{process} {}", path.display()))
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    write_as("here", &path).await;
    for mut helper in helpers {
        assert!(helper.wait().unwrap().success());
    }

    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"another tool's\": [1, 2,  3]"));
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(object.as_object().unwrap().len(), WRITERS + 1);
}
