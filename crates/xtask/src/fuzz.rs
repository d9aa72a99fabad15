//! Runs the fuzz targets. It needs the nightly toolchain and `cargo install cargo-fuzz`; what the
//! targets check, and the inputs that are kept, is in `tests/corpus`.

use crate::error::Error;
use crate::files::{self, at};
use crate::run;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// How long each target runs, in seconds, where nothing else is asked for.
const SECONDS: u32 = 600;

/// How many inputs of a target are kept, beside the seeds. More would reach little more.
const MOST: usize = 64;

/// The code has no `unsafe`, so the address sanitizer would find nothing, and comparisons are hooked
/// at a price that the dictionaries make up for: both together made the targets ten times slower.
const BUILD: [&str; 3] = ["--sanitizer", "none", "--no-trace-compares"];

/// Runs `[TARGET] [--seconds N] [--keep]`.
pub(crate) fn run(arguments: &[&str], usage: &'static str) -> Result<(), Error> {
    let (mut only, mut seconds, mut keeps) = (None, SECONDS, false);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "--keep" => keeps = true,
            "--seconds" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                seconds = number.ok_or(Error::Usage(usage))?;
            }
            target if only.is_none() && !target.starts_with('-') => only = Some(target.to_owned()),
            _ => return Err(Error::Usage(usage)),
        }
    }
    let known = names(&corpus("seeds"))?;
    let targets = match only {
        Some(target) if known.contains(&target) => vec![target],
        Some(_) => return Err(Error::Usage(usage)),
        None => known,
    };
    for target in targets {
        fuzz(&target, seconds)?;
        if keeps {
            keep(&target)?;
        }
    }
    Ok(())
}

fn fuzz(target: &str, seconds: u32) -> Result<(), Error> {
    let reached = reached(target);
    fs::create_dir_all(&reached).map_err(at(&reached))?;
    let dictionary = run::workspace().join(format!("fuzz/dictionaries/{target}.dict"));
    libfuzzer(
        target,
        // New inputs go to the first folder.
        &[
            &reached,
            &corpus("found").join(target),
            &corpus("seeds").join(target),
        ],
        &[
            &format!("-dict={}", dictionary.display()),
            &format!("-max_total_time={seconds}"),
            "-rss_limit_mb=2048",
            "-timeout=10",
            "-max_len=4096",
            "-print_final_stats=1",
        ],
    )
}

/// Puts those inputs in `found` that reach most of what neither the seeds nor another one reaches.
fn keep(target: &str) -> Result<(), Error> {
    let (seeds, found) = (corpus("seeds").join(target), corpus("found").join(target));
    let work = run::target().join("fuzz-keep");
    let (merged, control) = (work.join(target), work.join(format!("{target}.txt")));
    files::make_empty(&work)?;
    for name in names(&seeds)? {
        files::copy(&seeds.join(&name), &merged.join(&name))?;
    }
    libfuzzer(
        target,
        &[&merged, &found, &reached(target)],
        &[
            "-set_cover_merge=1",
            // How often a line runs is no reason to keep an input.
            "-use_counters=0",
            &format!("-merge_control_file={}", control.display()),
        ],
    )?;
    let control = files::read_text(&control)?;
    let kept = choose(&control)
        .into_iter()
        .map(|file| Ok((file, files::read(Path::new(file))?)))
        .collect::<Result<Vec<_>, Error>>()?;
    files::make_empty(&found)?;
    for (file, input) in kept {
        let name = Path::new(file).file_name().unwrap_or_default();
        files::write(&found.join(name), input)?;
    }
    Ok(())
}

/// The files to keep, by libFuzzer's account of a merge: the number of files, how many of them are
/// seeds, the files line by line, then for each file `FT`, its index, and what it reaches.
fn choose(control: &str) -> Vec<&str> {
    let mut lines = control.lines();
    let mut number = || lines.next().and_then(|line| line.parse().ok()).unwrap_or(0);
    let (count, seeds): (usize, usize) = (number(), number());
    let files: Vec<&str> = lines.by_ref().take(count).collect();
    let mut reached = BTreeSet::new();
    let mut others = Vec::new();
    for line in lines {
        let features = line.strip_prefix("FT ").unwrap_or_default();
        let mut words = features.split_whitespace();
        let Some(index) = words.next().and_then(|it| it.parse::<usize>().ok()) else {
            continue;
        };
        if index < seeds {
            reached.extend(words);
        } else if let Some(file) = files.get(index) {
            others.push((*file, words.collect::<BTreeSet<_>>()));
        }
    }
    let mut kept = Vec::new();
    while kept.len() < MOST {
        let gain = |(_, own): &&(&str, BTreeSet<&str>)| own.difference(&reached).count();
        // Of equals the last counts, hence `rev`: files are sorted by size.
        let best = others.iter().rev().max_by_key(gain);
        let Some((file, own)) = best.filter(|best| gain(best) > 0) else {
            break;
        };
        kept.push(*file);
        reached.extend(own);
    }
    kept
}

fn libfuzzer(target: &str, folders: &[&Path], options: &[&str]) -> Result<(), Error> {
    let name = format!("cargo fuzz run {target}");
    eprintln!("$ {name}");
    let mut command = Command::new("rustup");
    command
        .args([
            "run",
            "nightly",
            "cargo",
            "fuzz",
            "run",
            "--fuzz-dir",
            "fuzz",
        ])
        .args(BUILD)
        .arg(target)
        .args(folders)
        .arg("--")
        .args(options)
        .current_dir(run::workspace());
    run::run(&mut command, &name)
}

/// Where the inputs go that a run adds. It is not kept.
fn reached(target: &str) -> PathBuf {
    run::workspace().join("fuzz/corpus").join(target)
}

fn corpus(kind: &str) -> PathBuf {
    run::workspace().join("tests/corpus").join(kind)
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let read = || -> io::Result<Vec<OsString>> {
        let entries = fs::read_dir(folder)?;
        entries.map(|entry| Ok(entry?.file_name())).collect()
    };
    let names = read().map_err(at(folder))?.into_iter();
    let mut names: Vec<_> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn what_reaches_most_is_kept_first_and_what_reaches_nothing_new_is_not() {
        let control = "4\n1\nseed\nsmall\nlarge\nsame\nSTARTED 0 1\nFT 0 1 2\nCOV 0 1\nFT 1 1 2 3\n\
                       FT 2 4 5\nFT 3 1 4\nDONE\n";
        assert_eq!(choose(control), ["large", "small"]);
        assert!(choose("").is_empty());
    }
}
