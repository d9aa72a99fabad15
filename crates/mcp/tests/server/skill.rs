//! The skill in `skills/ima-audio`: its form, and what the requirements ask of it.

use std::path::PathBuf;

fn skill(name: &str) -> String {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../skills/ima-audio"
    ));
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The lines of the front matter.
fn front_matter() -> Vec<String> {
    let text = skill("SKILL.md");
    let matter = text
        .strip_prefix("---\n")
        .unwrap()
        .split_once("\n---\n")
        .unwrap()
        .0;
    matter.lines().map(str::to_owned).collect()
}

#[test]
fn the_skill_is_an_agent_skill_with_openclaws_metadata() {
    let lines = front_matter();
    let keys: Vec<_> = lines
        .iter()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split(':').next())
        .collect();
    let allowed = [
        "name",
        "description",
        "license",
        "compatibility",
        "metadata",
        "allowed-tools",
    ];
    assert!(keys.iter().all(|key| allowed.contains(key)), "{keys:?}");
    let value = |key: &str| {
        let line = lines.iter().find_map(|line| line.strip_prefix(key));
        line.unwrap().trim().to_owned()
    };
    assert_eq!(value("name:"), "ima-audio", "the name of its folder");
    assert!(value("description:").chars().count() <= 1024);
    assert!(value("compatibility:").chars().count() <= 500);
    let matter = lines.join("\n");
    for part in [
        "metadata:\n  openclaw:\n",
        "    primaryEnv: IMA_API_KEY",
        "    requires:\n      env:\n        - IMA_API_KEY\n      bins:\n        - ima",
    ] {
        assert!(matter.contains(part), "{part}");
    }
    assert!(
        !matter.contains('{'),
        "block YAML alone is read by every host"
    );
}

#[test]
fn the_skill_says_what_the_requirements_ask_of_it() {
    let text = skill("SKILL.md");
    for part in [
        "ima-knowledge-ai",
        "references/workflow-design.md",
        "references/model-selection.md",
        "MV",
        "Music for a video comes after the video",
        "the text is required",
        "three to five voices",
        "wait for a yes",
        "ima resume --all",
        "don't buy it again",
        "Never ask for the API key",
        "以后都用",
        "references/user-protocol.md",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(text.lines().count() < 500);
    let protocol = skill("references/user-protocol.md");
    for part in [
        "min(95, floor(T / B · 100))",
        "caption",
        "Feishu",
        "imaclaw/apikey",
    ] {
        assert!(protocol.contains(part), "{part}");
    }
}
