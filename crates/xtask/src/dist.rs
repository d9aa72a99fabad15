//! One folder with all that is handed out: the program, the components, their contract.

use crate::agents;
use crate::bindings;
use crate::error::Error;
use crate::files::{self, at, copy, write};
use crate::run::{self, cargo};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What runs in a sandbox, by the package that it is made of.
const COMPONENTS: [&str; 3] = ["plugin", "machine", "edge"];

/// The folders of what is built.
const MADE: [&str; 5] = ["agents/", "bin/", "components/", "javascript/", "python/"];

const SHELLS: [(&str, &str); 3] = [("bash", "ima.bash"), ("zsh", "_ima"), ("fish", "ima.fish")];

const TEXTS: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// The skill for agents, by its folder.
const SKILL: &str = "ima-audio";

/// Makes `target/dist` anew, with the program as it is built for `release` or `debug`.
pub(crate) fn run(profile: &str) -> Result<(), Error> {
    let mut build = vec!["build", "--package", "ima-cli", "--bin", "ima"];
    if profile == "release" {
        build.push("--release");
    }
    cargo(&build, &[])?;

    let dist = run::target().join("dist");
    files::make_empty(&dist)?;
    let workspace = run::workspace();
    let name = format!("ima{}", std::env::consts::EXE_SUFFIX);
    let program = dist.join("bin").join(&name);
    copy(&run::target().join(profile).join(&name), &program)?;
    for component in COMPONENTS {
        let name = format!("ima_{component}.wasm");
        let built = run::target().join("guest").join(&name);
        copy(&built, &dist.join("components").join(name))?;
    }
    agents::build(&dist.join("agents"))?;
    files::copy_folder(&workspace.join("wit"), &dist.join("wit"))?;
    bindings::javascript::pack(&dist.join("javascript"))?;
    bindings::python::build(&dist.join("python"))?;
    for text in TEXTS {
        copy(&workspace.join(text), &dist.join(text))?;
    }
    zip_folder(
        &workspace.join("skills").join(SKILL),
        &dist.join("skills").join(format!("{SKILL}.zip")),
    )?;
    let completions = dist.join("completions");
    for (shell, name) in SHELLS {
        let script = output(Command::new(&program).args(["completions", shell]))?;
        write(&completions.join(name), &script)?;
    }
    let man = dist.join("man");
    fs::create_dir_all(&man).map_err(at(&man))?;
    output(Command::new(&program).arg("manual").arg(&man))?;

    let sums = sums(&dist)?;
    let mut lines = String::new();
    for Sum { name, sha256, .. } in &sums {
        let _ = writeln!(lines, "{sha256}  {name}");
    }
    write(&dist.join("SHA256SUMS"), lines.as_bytes())?;
    let table = table(&sums);
    write(&dist.join("CONTENTS.md"), table.as_bytes())?;
    println!("\n{}\n\n{table}", dist.display());
    Ok(())
}

/// A folder as an archive that holds it by its name. The same content gives the same bytes.
fn zip_folder(folder: &Path, archive: &Path) -> Result<(), Error> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    let failed = |error: zip::result::ZipError| at(archive)(error.into());
    let parent = folder.parent().unwrap_or(folder);
    let mut paths = files::all(folder)?;
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(parent).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        zip.start_file(name, options).map_err(failed)?;
        let content = files::read(&path)?;
        std::io::Write::write_all(&mut zip, &content).map_err(at(archive))?;
    }
    let bytes = zip.finish().map_err(failed)?.into_inner();
    write(archive, &bytes)
}

/// A file of the folder.
struct Sum {
    name: String,
    bytes: u64,
    sha256: String,
}

/// Every file, by its path within the folder.
fn sums(dist: &Path) -> Result<Vec<Sum>, Error> {
    let mut sums = Vec::new();
    for path in files::all(dist)? {
        let content = files::read(&path)?;
        let name = path.strip_prefix(dist).unwrap_or(&path);
        sums.push(Sum {
            name: name.to_string_lossy().replace('\\', "/"),
            bytes: content.len() as u64,
            sha256: files::sha256(&content),
        });
    }
    sums.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sums)
}

/// The program, the components and the packages, as a table.
fn table(sums: &[Sum]) -> String {
    let mut table = "| file | bytes | SHA-256 |\n| --- | ---: | --- |\n".to_owned();
    let made = |sum: &&Sum| MADE.iter().any(|folder| sum.name.starts_with(folder));
    for Sum {
        name,
        bytes,
        sha256,
    } in sums.iter().filter(made)
    {
        let _ = writeln!(table, "| `{name}` | {bytes} | `{sha256}` |");
    }
    table
}

fn output(command: &mut Command) -> Result<Vec<u8>, Error> {
    let start = |error| Error::Start("ima".to_owned(), error);
    let output = command.output().map_err(start)?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Error::Failed("ima".to_owned()))
    }
}
