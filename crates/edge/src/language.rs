//! The language of a request, by its header `Accept-Language`.

use ima_core::request::Language;

/// Chinese where the header wants it more than English, else English.
pub(crate) fn of(accepted: Option<&str>) -> Language {
    let (mut zh, mut en) = (0, 0);
    for part in accepted.unwrap_or_default().split(',') {
        let (range, parameters) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight(parameters);
        let primary = range.trim().split('-').next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            zh = zh.max(weight);
        } else if primary.eq_ignore_ascii_case("en") {
            en = en.max(weight);
        }
    }
    match zh > en {
        true => Language::Zh,
        false => Language::En,
    }
}

/// The weight in thousandths.
fn weight(parameters: &str) -> u32 {
    let quality = parameters.split(';').find_map(|it| {
        let (name, value) = it.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let Some(quality) = quality else { return 1000 };
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    if whole == "1" {
        return 1000;
    }
    let mut digits = fraction
        .bytes()
        .take(3)
        .map(|it| u32::from(it.wrapping_sub(b'0')) % 10);
    (0..3).fold(0, |sum, _| sum * 10 + digits.next().unwrap_or(0))
}

/// The language that a word of the API stands for.
pub(crate) fn named(word: &str) -> Option<Language> {
    match word.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
        "zh" => Some(Language::Zh),
        "en" => Some(Language::En),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_wanted_more_counts() {
        for (header, language) in [
            ("", Language::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("en-US,en;q=0.9,zh;q=0.8", Language::En),
            ("de, zh;q=0.51, en;q=0.5", Language::Zh),
            ("zh;q=0, en;q=0", Language::En),
            ("ZH", Language::Zh),
            ("fr", Language::En),
        ] {
            assert_eq!(of(Some(header)), language, "{header}");
        }
        assert_eq!(of(None), Language::En);
    }
}
