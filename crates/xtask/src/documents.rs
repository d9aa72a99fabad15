//! The modules and tests that the documents name, and the files they link to: each must exist.
//!
//! A reference is a path in backticks, as in `core::session::pace`. Its first word stands for a part
//! of the tree; the words after it must come in this order in the path of a file there, and the last
//! one names the file, or the test in it. So a test may move between files of its module without a
//! change in the documents.

use crate::error::Error;
use crate::files;
use crate::run;
use std::collections::BTreeMap;
use std::path::Path;

/// What the first word of a reference stands for.
const PARTS: [(&str, &[&str]); 17] = [
    ("core", &["crates/core/src", "crates/core/tests"]),
    ("e2e", &["tests/tests"]),
    ("edge", &["crates/edge/src"]),
    ("guest", &["crates/guest/src"]),
    ("host", &["host/src"]),
    ("ima", &["crates/cli/src"]),
    ("journal", &["crates/journal/src"]),
    ("machine", &["crates/machine/src", "tests/machine/tests"]),
    ("mcp", &["crates/mcp/src", "crates/mcp/tests/server"]),
    ("model", &["tests/model/src", "tests/model/tests"]),
    ("network", &["crates/cli/tests/network.rs"]),
    ("plugin", &["crates/plugin/src"]),
    ("prog", &["crates/cli/tests/program"]),
    ("secrecy", &["crates/cli/tests/secrecy.rs"]),
    (
        "simulator",
        &["crates/simulator/src", "crates/simulator/tests/service"],
    ),
    ("understanding", &["crates/understanding/src"]),
    ("wire", &["crates/wire/src"]),
];

/// The documents that name modules and tests.
const DOCUMENTS: [&str; 4] = [
    "SECURITY.md",
    "docs/field.md",
    "docs/money.md",
    "docs/requirements.md",
];

/// What a column or a line of a document names.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Modules,
    Tests,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Modules => "module",
            Self::Tests => "test",
        }
    }
}

/// A file of the sources: the words of its path below its part, and the tests in it.
struct Source {
    path: Vec<String>,
    tests: Vec<String>,
}

/// Checks every reference of these documents, and the links of all documents.
pub(crate) fn check() -> Result<(), Error> {
    let mut parts = BTreeMap::new();
    for (part, roots) in PARTS {
        let mut sources = Vec::new();
        for root in roots {
            read_sources(&run::workspace().join(root), &mut sources)?;
        }
        parts.insert(part, sources);
    }
    let mut missing = String::new();
    for name in DOCUMENTS {
        let document = files::read_text(&run::workspace().join(name))?;
        for (number, kind, reference) in references(&document) {
            if !exists(&parts, kind, reference) {
                let what = kind.name();
                missing += &format!("  {name}:{number}: no {what} {reference}\n");
            }
        }
    }
    missing += &broken_links()?;
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::Documents(missing))
    }
}

/// Links of the documents to files that don't exist, a line each.
fn broken_links() -> Result<String, Error> {
    let workspace = run::workspace();
    let mut documents = files::list(&workspace)?;
    documents.extend(files::list(&workspace.join("docs"))?);
    documents.retain(|path| path.extension().is_some_and(|end| end == "md"));
    let mut broken = String::new();
    for path in documents {
        let folder = path.parent().unwrap_or(&workspace);
        for link in links(&files::read_text(&path)?) {
            if !folder.join(link).exists() {
                broken += &format!("  {}: no file {link}\n", path.display());
            }
        }
    }
    Ok(broken)
}

/// The files that a document links to, without the part after `#`.
fn links(document: &str) -> impl Iterator<Item = &str> {
    let targets = document.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains(':'))
}

fn read_sources(root: &Path, sources: &mut Vec<Source>) -> Result<(), Error> {
    let paths = if root.is_dir() {
        files::all(root)?
    } else {
        vec![root.to_path_buf()]
    };
    for path in paths {
        if path.extension().is_some_and(|end| end == "rs") {
            let below = path.strip_prefix(root).unwrap_or(&path).with_extension("");
            let words = below.iter().map(|word| word.to_string_lossy().into_owned());
            let path_words: Vec<_> = words.filter(|word| word != "mod").collect();
            let code = files::read_text(&path)?;
            // The tests that every store must pass are functions, which a macro makes tests of.
            let conforming = path_words.iter().any(|word| word == "conformance");
            sources.push(Source {
                tests: tests(&code, conforming),
                path: path_words,
            });
        }
    }
    Ok(())
}

/// The names of the functions with a test's attribute, or of `all` functions.
fn tests(code: &str, all: bool) -> Vec<String> {
    let mut tests = Vec::new();
    let mut attributed = false;
    for line in code.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributed |= line.contains("test");
        } else if let Some((_, name)) = line.split_once("fn ") {
            if (attributed || all)
                && let Some((name, _)) = name.split_once('(')
            {
                tests.push(name.to_owned());
            }
            attributed = false;
        }
    }
    tests
}

/// What a document refers to, with line numbers: in the last two columns of its tables, and in lists
/// after `Held by:` and `Shown by:`.
fn references(document: &str) -> Vec<(usize, Kind, &str)> {
    let mut found = Vec::new();
    let mut list = None;
    for (number, line) in document.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split(" | ").collect();
        let columns = if line.starts_with('|')
            && let [.., modules, tests] = cells.as_slice()
        {
            vec![(Kind::Modules, *modules), (Kind::Tests, *tests)]
        } else {
            if line.contains("Held by:") {
                list = Some(Kind::Modules);
            } else if line.contains("Shown by:") {
                list = Some(Kind::Tests);
            } else if line.trim().is_empty() {
                list = None;
            }
            list.map(|kind| (kind, line)).into_iter().collect()
        };
        for (kind, text) in columns {
            found.extend(paths(text).map(|path| (number + 1, kind, path)));
        }
    }
    found
}

/// The paths in backticks. A type's path has capitals and is none of them.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let in_path = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_' | ':');
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(move |path| path.contains("::") && path.chars().all(in_path))
}

fn exists(parts: &BTreeMap<&str, Vec<Source>>, kind: Kind, reference: &str) -> bool {
    let words: Vec<&str> = reference.split("::").collect();
    let [part, between @ .., last] = words.as_slice() else {
        return kind == Kind::Modules;
    };
    let sources = parts.get(part).map(Vec::as_slice).unwrap_or_default();
    sources.iter().any(|source| {
        let mut path = source.path.iter();
        match kind {
            Kind::Tests => {
                let mut between = between.iter();
                source.tests.iter().any(|test| test == last)
                    && between.all(|word| path.any(|it| it == word))
            }
            Kind::Modules => {
                let file = path.next_back();
                file.is_some_and(|file| file == last)
                    && between.iter().all(|word| path.any(|it| it == word))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_lists_name_modules_and_tests() {
        let document = "| M1 | `core` is not looked at | `core::pace` (`table`) | `host::a::b`, — |\n\
            - Held by: `core::x`\n- Shown by: `core::y`,\n  `e2e::z`\n\n`core::text`\n";
        let found = references(document);
        let expected = [
            (1, Kind::Modules, "core::pace"),
            (1, Kind::Tests, "host::a::b"),
            (2, Kind::Modules, "core::x"),
            (3, Kind::Tests, "core::y"),
            (4, Kind::Tests, "e2e::z"),
        ];
        assert!(found == expected);
    }

    #[test]
    fn links_to_files_are_found() {
        let document = "[a](docs/a.md#part), ![b](b.svg), [c](https://example.com), [d](#here)";
        assert!(links(document).eq(["docs/a.md", "b.svg"]));
    }

    #[test]
    fn a_test_is_found_by_the_words_of_its_path() {
        let code =
            "#[tokio::test(start_paused = true)]\n#[ignore]\nasync fn waits() {\nfn helper() {";
        let source = Source {
            path: ["session", "tests", "flow"].map(str::to_owned).to_vec(),
            tests: tests(code, false),
        };
        let parts = BTreeMap::from([("core", vec![source])]);
        for (kind, reference, there) in [
            (Kind::Tests, "core::flow::waits", true),
            (Kind::Tests, "core::session::flow::waits", true),
            (Kind::Tests, "core::flow::session::waits", false),
            (Kind::Tests, "core::flow::helper", false),
            (Kind::Modules, "core::session::flow", true),
            (Kind::Modules, "core::session", false),
            (Kind::Modules, "core", true),
        ] {
            assert_eq!(exists(&parts, kind, reference), there, "{reference}");
        }
    }
}
