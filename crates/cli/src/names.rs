//! Names of files from the words of a text.

/// The longest name, in bytes: several of them fit into any file system's limit with their endings.
const LONGEST: usize = 48;

/// `rain-on-a-tin-roof` from `Rain on a tin roof, please.`; none if no letter of it can stand in a name.
pub(crate) fn of(text: &str) -> Option<String> {
    let mut name = String::new();
    let words = text.split(|it: char| !it.is_alphanumeric() && it != '\'' && it != '’');
    for word in words {
        let word: String = word.chars().filter(|it| it.is_alphanumeric()).collect();
        let word = word.to_lowercase();
        if word.is_empty() {
            continue;
        }
        let joined = name.len() + word.len() + usize::from(!name.is_empty());
        if joined > LONGEST {
            if name.is_empty() {
                name = word
                    .chars()
                    .scan(0, |size, it| {
                        *size += it.len_utf8();
                        (*size <= LONGEST).then_some(it)
                    })
                    .collect();
            }
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&word);
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_name_has_the_words_of_the_text() {
        for (text, name) in [
            ("Rain on a tin roof!", Some("rain-on-a-tin-roof")),
            ("It's 5 o'clock", Some("its-5-oclock")),
            ("雨停了。我们走吧", Some("雨停了-我们走吧")),
            ("../../etc/passwd", Some("etc-passwd")),
            ("…!", None),
        ] {
            assert_eq!(of(text).as_deref(), name);
        }
        assert!(of(&"word ".repeat(40)).is_some_and(|it| it.len() <= 48));
        assert!(of(&"雨".repeat(40)).is_some_and(|it| it.len() == 48));
    }
}
