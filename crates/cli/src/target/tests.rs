//! What a place is refused for, and what is left of the trying.

use super::*;
use crate::exit::Exit;

fn reserve(out: &Path, force: bool, share: Share) -> Result<Target, Exit> {
    let delivery = Delivery {
        out: Some(out.to_path_buf()),
        force,
        ..Delivery::default()
    };
    Target::reserve(&delivery, share, Existing::Refused).map_err(|error| error.kind.exit())
}

const ONE: Share = Share::One(None, 1);

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn further_files_are_numbered_before_the_extension() {
    assert_eq!(
        numbered(Path::new("a/song.mp3"), 0),
        Path::new("a/song.mp3")
    );
    assert_eq!(
        numbered(Path::new("a/song.mp3"), 1),
        Path::new("a/song-2.mp3")
    );
    assert_eq!(numbered(Path::new("song"), 2), Path::new("song-3"));
}

#[test]
fn an_existing_target_is_refused_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("song.mp3");
    assert!(reserve(&out, false, ONE).is_ok());
    fs::write(folder.path().join("song-2.mp3"), "").unwrap();
    assert_eq!(reserve(&out, false, ONE).err(), Some(Exit::Refused));
    let speech = Share::One(Some(TaskType::TextToSpeech), 1);
    assert!(reserve(&out, false, speech).is_ok(), "it brings one file");
    assert!(reserve(&out, true, ONE).is_ok());
    let nowhere = folder.path().join("no/song.mp3");
    assert_eq!(reserve(&nowhere, true, ONE).err(), Some(Exit::Refused));
    assert_eq!(entries(folder.path()), 1, "nothing else is left");
}

#[test]
fn every_clip_has_its_name_reserved() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("song.mp3");
    fs::write(folder.path().join("song-4.mp3"), "").unwrap();
    let two = Share::One(Some(TaskType::TextToMusic), 2);
    assert_eq!(reserve(&out, false, two).err(), Some(Exit::Refused));
    assert!(reserve(&out, false, ONE).is_ok());
}

#[test]
fn a_name_is_reserved_as_long_as_the_target_lives() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("song.mp3");
    let first = reserve(&out, false, ONE).ok();
    assert!(first.is_some());
    assert_eq!(reserve(&out, true, ONE).err(), Some(Exit::Refused));
    let second = folder.path().join("song-2.mp3");
    assert_eq!(reserve(&second, false, ONE).err(), Some(Exit::Refused));
    drop(first);
    assert!(reserve(&out, false, ONE).is_ok());
    assert_eq!(entries(folder.path()), 0);
}

#[test]
fn a_folder_is_created_where_one_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    assert!(reserve(&folder.path().join("new/"), false, ONE).is_ok());
    assert!(reserve(&folder.path().join("songs"), false, Share::Several).is_ok());
    assert!(folder.path().join("new").is_dir() && folder.path().join("songs").is_dir());
    let song = folder.path().join("song.mp3");
    assert_eq!(
        reserve(&song, false, Share::Several).err(),
        Some(Exit::Usage)
    );
    fs::write(&song, "").unwrap();
    let under = song.join("new/");
    assert_eq!(reserve(&under, false, ONE).err(), Some(Exit::Refused));
}

#[cfg(unix)]
#[test]
fn only_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link.wav");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    for (out, force) in [
        (link.as_path(), false),
        (&link, true),
        (Path::new("/dev/null"), true),
    ] {
        assert_eq!(
            reserve(out, force, ONE).err(),
            Some(Exit::Refused),
            "{out:?}"
        );
    }
}

#[test]
fn a_name_that_cannot_be_made_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("x".repeat(400));
    assert_eq!(reserve(&long, false, ONE).err(), Some(Exit::Refused));
    assert_eq!(entries(folder.path()), 0);
}
