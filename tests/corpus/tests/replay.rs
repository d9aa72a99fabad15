//! The kept inputs, through the bodies of their fuzz targets.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test reports by panicking"
)]

use ima_corpus::{Body, TARGETS};
use std::fs;
use std::path::{Path, PathBuf};

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(kind)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect();
    files.sort();
    files
}

fn replay(kind: &str) {
    let mut failed = Vec::new();
    for (target, body) in TARGETS {
        let files = files(&folder(kind).join(target));
        assert!(!files.is_empty(), "no {kind} for {target}");
        failed.extend(files.into_iter().filter(|file| fails(body, file)));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

fn fails(body: Body, file: &Path) -> bool {
    let input = fs::read(file).expect("an input can be read");
    std::panic::catch_unwind(|| body(&input)).is_err()
}

#[test]
fn every_seed_holds() {
    replay("seeds");
}

#[test]
fn every_found_input_holds() {
    replay("found");
}

#[test]
fn every_folder_belongs_to_a_target() {
    for kind in ["seeds", "found"] {
        for folder in files(&folder(kind)) {
            let name = folder.file_name().and_then(|name| name.to_str());
            let known = TARGETS.iter().any(|(target, _)| Some(*target) == name);
            assert!(known, "{folder:?}");
        }
    }
}
