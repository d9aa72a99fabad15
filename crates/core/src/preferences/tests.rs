use super::*;
use TaskType::{TextToMusic, TextToSpeech};
use proptest::prelude::*;

fn suno() -> Preferred {
    Preferred {
        model_id: "sonic".to_owned(),
        model_name: "Suno".to_owned(),
        credit: 25,
        last_used: "2026-02-27 12:34:56".to_owned(),
    }
}

fn read(text: &str) -> Preferences {
    Preferences::read(text.as_bytes()).unwrap()
}

fn written(preferences: &Preferences) -> String {
    String::from_utf8(preferences.write()).unwrap()
}

/// The file after music was remembered for user 1.
fn remembered(text: &str) -> String {
    let mut preferences = read(text);
    preferences.remember("1", TextToMusic, &suno());
    assert_eq!(preferences.preferred("1", TextToMusic), Some(suno()));
    written(&preferences)
}

/// The file after user 1 was forgotten; `None` where there was nothing to forget.
fn forgotten(text: &str, task: Option<TaskType>) -> Option<String> {
    let mut preferences = read(text);
    preferences
        .forget("1", task)
        .then(|| written(&preferences))
        .filter(|after| {
            let after = read(after);
            let gone = |own| task.is_some_and(|t| t != own) || after.preferred("1", own).is_none();
            gone(TextToMusic) && gone(TextToSpeech)
        })
}

const ENTRY: &str =
    r#"{"model_id":"sonic","model_name":"Suno","credit":25,"last_used":"2026-02-27 12:34:56"}"#;

#[test]
fn a_first_preference_makes_the_file_of_the_requirements() {
    let file = format!(r#"{{"user_1":{{"text_to_music":{ENTRY}}}}}"#);
    assert_eq!(remembered(""), file);
    assert_eq!(remembered("{}"), file);
    assert_eq!(remembered("\u{feff}\n"), format!("\u{feff}\n{file}"));
}

#[test]
fn users_and_tasks_are_kept_apart() {
    let mut preferences = read(&remembered(""));
    let spoken = Preferred {
        model_id: "seed-tts-2.0".to_owned(),
        ..suno()
    };
    preferences.remember("1", TextToSpeech, &spoken);
    preferences.remember("用户 \"2\"", TextToMusic, &spoken);
    assert_eq!(preferences.preferred("1", TextToMusic), Some(suno()));
    assert_eq!(
        preferences.preferred("1", TextToSpeech),
        Some(spoken.clone())
    );
    assert_eq!(
        preferences.preferred("用户 \"2\"", TextToMusic),
        Some(spoken)
    );
    assert_eq!(preferences.preferred("2", TextToMusic), None);
}

#[test]
fn nothing_of_others_changes() {
    let before = r#"{
  "version": 1.0, "ver\u0073ion": 1e3, "\ud800": "\ud83c\udfb5 🎵",
  "user_2": {"text_to_music" : { "model_id": "GenBGM" } , "text_to_music":[ 1 ,2.50]},
  "user_1": {
    "text_to_image": {"credit": 5.0,  "size":"1k"},
    "text_to_music": {"pinned": true, "model_id": "GenSong", "x" :{ }, "credit": 30.0,
      "model_name":"DouBao", "last_used": 1e9, "note": "\u4f60"},
    "text_to_video": null
  },
  "user_3": 7
}
"#;
    let after = before
        .replace("GenSong", "sonic")
        .replace("30.0", "25")
        .replace("DouBao", "Suno")
        .replace("1e9", "\"2026-02-27 12:34:56\"");
    assert_eq!(remembered(before), after);
}

#[test]
fn a_new_member_is_spaced_like_the_one_before_it() {
    assert_eq!(
        remembered("{\n  \"user_2\": {}\n}\n"),
        format!("{{\n  \"user_2\": {{}},\n  \"user_1\": {{\"text_to_music\":{ENTRY}}}\n}}\n")
    );
    assert_eq!(
        remembered(r#"{ "user_1": { "text_to_image": {} } }"#),
        format!(r#"{{ "user_1": {{ "text_to_image": {{}}, "text_to_music": {ENTRY} }} }}"#)
    );
}

#[test]
fn of_equal_keys_the_last_counts_and_one_remains() {
    let entry = r#"{"model_id":"a","model_id":"b","x":1,"x":2,"model_id":"GenBGM"}"#;
    let file = format!(
        r#"{{"user_1":{{}},"user_2":1,"user_1":{{"text_to_music":5,"text_to_music":{entry}}},"user_2":2}}"#
    );
    let preferred = read(&file).preferred("1", TextToMusic).unwrap();
    assert_eq!(preferred.model_id, "GenBGM");
    let entry = r#"{"x":1,"x":2,"model_id":"sonic","model_name":"Suno","credit":25,"last_used":"2026-02-27 12:34:56"}"#;
    assert_eq!(
        remembered(&file),
        format!(r#"{{"user_2":1,"user_1":{{"text_to_music":{entry}}},"user_2":2}}"#)
    );
}

#[test]
fn an_own_key_is_known_by_its_meaning_not_its_spelling() {
    let file = r#"{"user_\u0031":{"text\u005fto_music":{"model\u005fid":"s\u006fnic"}}}"#;
    assert_eq!(
        read(file).preferred("1", TextToMusic),
        Some(Preferred {
            model_name: "sonic".to_owned(),
            credit: 0,
            last_used: String::new(),
            ..suno()
        })
    );
    assert!(
        remembered(file)
            .starts_with(r#"{"user_\u0031":{"text\u005fto_music":{"model\u005fid":"sonic","#)
    );
}

#[test]
fn an_entry_of_the_wrong_kind_is_none_and_is_replaced() {
    for entry in [
        "null",
        "7",
        "\"sonic\"",
        "[]",
        "{}",
        r#"{"model_id":1}"#,
        r#"{"model_id":" "}"#,
        r#"{"model_id":"\ud800"}"#,
        r#"{"model_id":["sonic"]}"#,
    ] {
        let file = format!(r#"{{"user_1":{{"text_to_music":{entry}}}}}"#);
        assert_eq!(read(&file).preferred("1", TextToMusic), None, "{entry}");
        remembered(&file);
        let file = format!(r#"{{"user_1":{entry}}}"#);
        assert_eq!(read(&file).preferred("1", TextToMusic), None, "{entry}");
        remembered(&file);
    }
}

#[test]
fn a_field_of_the_wrong_kind_counts_as_missing() {
    let fields = r#""model_id":"sonic","model_name":{},"credit":"many","last_used":[]"#;
    let file = format!(r#"{{"user_1":{{"text_to_music":{{{fields}}}}}}}"#);
    let preferred = read(&file).preferred("1", TextToMusic).unwrap();
    assert_eq!(
        (preferred.model_name.as_str(), preferred.credit),
        ("sonic", 0)
    );
    let file = file.replace("\"many\"", "25.0");
    assert_eq!(read(&file).preferred("1", TextToMusic).unwrap().credit, 25);
}

#[test]
fn forgetting_removes_the_entry_and_the_user_where_nothing_is_left() {
    let both = r#"{"a":1, "user_1":{"text_to_music":{}, "text_to_image":2, "text_to_speech":{}}}"#;
    assert_eq!(
        forgotten(both, Some(TextToMusic)).as_deref(),
        Some(r#"{"a":1, "user_1":{"text_to_image":2, "text_to_speech":{}}}"#)
    );
    assert_eq!(
        forgotten(both, None).as_deref(),
        Some(r#"{"a":1, "user_1":{"text_to_image":2}}"#)
    );
    let own = r#"{ "user_1":{"text_to_music":{},"text_to_speech":{}} , "a":1 , "user_1": { "text_to_speech":1 , "text_to_speech":{} } }"#;
    assert_eq!(
        forgotten(own, None).as_deref(),
        Some(r#"{ "a":1 }"#),
        "no earlier entry comes back"
    );
    assert_eq!(
        forgotten(r#"{ "user_1":{"text_to_music":1} }"#, None).as_deref(),
        Some("{  }")
    );
}

#[test]
fn forgetting_what_is_not_there_changes_nothing() {
    for file in [
        "",
        "{}",
        r#"{"user_2":{"text_to_music":{}}}"#,
        r#"{"user_1":{"text_to_image":{}}}"#,
        r#"{"user_1":[]}"#,
    ] {
        assert_eq!(forgotten(file, None), None, "{file}");
    }
    let spoken = r#"{"user_1":{"text_to_speech":{}}}"#;
    assert_eq!(forgotten(spoken, Some(TextToMusic)), None);
}

#[test]
fn a_damaged_file_is_refused_with_the_reason() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let cases = [
        (b"\xff\xfe{\0}\0".to_vec(), Damage::Encoding),
        (b"{\"a\":\"\xe4\"}".to_vec(), Damage::Encoding),
        (b"{\"user_1\":".to_vec(), Damage::Syntax),
        (b"{}{}".to_vec(), Damage::Syntax),
        (b"{\"a\":1,}".to_vec(), Damage::Syntax),
        (b"{\"a\":NaN}".to_vec(), Damage::Syntax),
        (b"\0\0\0".to_vec(), Damage::Syntax),
        (b"[]".to_vec(), Damage::NotAnObject),
        (b"null".to_vec(), Damage::NotAnObject),
        (b"\"{}\"".to_vec(), Damage::NotAnObject),
        (nested(128).into_bytes(), Damage::TooDeep),
        (nested(100_000).into_bytes(), Damage::TooDeep),
    ];
    for (bytes, damage) in cases {
        let shown = String::from_utf8_lossy(bytes.get(..bytes.len().min(20)).unwrap()).into_owned();
        assert_eq!(
            Preferences::read(&bytes),
            Err(PreferencesError::Damaged(damage)),
            "{shown}"
        );
    }
    read(&nested(127));
    read(&format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(1_000)));
}

/// White space between the parts of a JSON text.
fn space() -> impl Strategy<Value = String> {
    "[ \t\n\r]{0,2}"
}

/// A key or a text, as others may have written it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r#""[a-c]{0,2}""#,
        r#""(\\u00e9|\\ud83c|\\"|\\\\|\\/|[\[\]{}:,]|é|🎵){0,4}""#,
    ]
}

/// A JSON value in any spelling.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        text(),
        "(-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,4})?)|true|false|null",
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let item = (space(), inner.clone(), space()).prop_map(|(a, item, b)| [a, item, b].concat());
        let list = prop::collection::vec(item, 0..4);
        prop_oneof![
            list.prop_map(|items| format!("[{}]", items.join(","))),
            members(text(), inner).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// Members of an object, without their commas.
fn members(
    key: impl Strategy<Value = String>,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = Vec<String>> {
    let member = (space(), key, space(), space(), value, space())
        .prop_map(|(a, key, b, c, value, d)| [a, key, b, ":".to_owned(), c, value, d].concat());
    prop::collection::vec(member, 0..4)
}

/// Members of others, before and after one of ours, with the commas between.
fn around() -> impl Strategy<Value = (String, String)> {
    let key = || prop_oneof![text(), r#""(user_2|text_to_image|size)""#];
    let head = members(key(), value())
        .prop_map(|members| members.iter().map(|member| format!("{member},")).collect());
    let tail = members(key(), value())
        .prop_map(|members| members.iter().map(|member| format!(",{member}")).collect());
    (head, tail)
}

fn preferred() -> impl Strategy<Value = Preferred> {
    let text = any::<String>;
    (text(), text(), any::<u32>(), text()).prop_map(|(id, name, credit, used)| Preferred {
        model_id: format!("m{id}"),
        model_name: format!("n{name}"),
        credit,
        last_used: format!("t{used}"),
    })
}

/// A text without the white space that JSON allows between its parts.
fn packed(file: &str) -> String {
    file.split([' ', '\t', '\n', '\r']).collect()
}

proptest! {
    #[test]
    fn an_entry_changes_and_nothing_around_it(
        users in around(), tasks in around(), outer in around(), inner in around(),
        bom in any::<bool>(), space in space(), old in value(), new in preferred(),
    ) {
        let file = |id: &str, name: &str, credit: &str, used: &str| {
            [
                if bom { "\u{feff}" } else { "" }, &space,
                "{", &users.0, "\"user_1\"\t: {", &tasks.0, " \"text_to_music\":{",
                &outer.0, "\"model_id\" :", id, ", \"model_name\": ", name, &inner.1,
                " ,", &inner.0, "\"credit\":", credit, ",\"last_used\":", used, &outer.1,
                "}\n", &tasks.1, "}", &users.1, "}", &space,
            ].concat()
        };
        let before = file(&old, &old, &old, &old);
        let mut preferences = read(&before);
        prop_assert_eq!(&written(&preferences), &before);
        preferences.remember("1", TextToMusic, &new);
        let (id, name, used) = (quoted(&new.model_id), quoted(&new.model_name), quoted(&new.last_used));
        let after = file(&id, &name, &new.credit.to_string(), &used);
        prop_assert_eq!(written(&preferences), after);
    }

    #[test]
    fn a_new_entry_can_be_forgotten_without_a_trace((head, tail) in around(), new in preferred()) {
        let user = ["{", &head, "\"user_1\":{\"text_to_image\":[1.0]"].concat();
        let file = [&user, "}", &tail, "}"].concat();
        let mut preferences = read(&file);
        preferences.remember("1", TextToMusic, &new);
        let added = written(&preferences);
        let rest = added.strip_prefix(&user).and_then(|rest| rest.strip_suffix(&["}", &tail, "}"].concat()));
        prop_assert!(rest.is_some_and(|rest| rest.starts_with(",\"text_to_music\":{")), "{}", added);
        prop_assert!(preferences.forget("1", None));
        prop_assert_eq!(written(&preferences), file);
    }

    #[test]
    fn a_new_user_can_be_forgotten_and_leaves_white_space_at_most((head, tail) in around(), new in preferred()) {
        let others = ["{", &head, "\"a\":1", &tail].concat();
        let file = [&others, "}"].concat();
        let mut preferences = read(&file);
        preferences.remember("1", TextToSpeech, &new);
        prop_assert!(written(&preferences).starts_with(others.trim_end()));
        prop_assert!(preferences.forget("1", None));
        prop_assert_eq!(packed(&written(&preferences)), packed(&file));
    }

    #[test]
    fn what_was_remembered_is_read_back(file in prop::option::of(value()), user in any::<String>(), new in preferred()) {
        let file = file.filter(|file| file.starts_with('{')).unwrap_or_default();
        let mut preferences = read(&file);
        preferences.remember(&user, TextToMusic, &new);
        let once = preferences.write();
        prop_assert_eq!(preferences.preferred(&user, TextToMusic), Some(new.clone()));
        let mut again = Preferences::read(&once).unwrap();
        prop_assert_eq!(again.preferred(&user, TextToMusic), Some(new.clone()));
        again.remember(&user, TextToMusic, &new);
        prop_assert_eq!(again.write(), once);
    }

    #[test]
    fn no_bytes_do_harm(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            prop::collection::vec(prop::sample::select(&b"{}[]\":,\\u1e.-0 \n\xef\xbb\xbf"[..]), 0..24),
            value().prop_map(String::into_bytes),
        ],
        user in any::<String>(), new in preferred(),
    ) {
        if let Ok(mut preferences) = Preferences::read(&bytes) {
            prop_assert_eq!(preferences.write(), bytes);
            preferences.preferred(&user, TextToMusic);
            prop_assert!(!preferences.forget("1", None) || Preferences::read(&preferences.write()).is_ok());
            preferences.remember(&user, TextToSpeech, &new);
            let written = preferences.write();
            prop_assert_eq!(Preferences::read(&written), Ok(preferences));
        }
    }
}
