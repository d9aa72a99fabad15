//! `ima model`: one model with its prices and parameters.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ima_host::types::FormField;

use super::completions;
use super::models::{self, Row};
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::options::Common;
use crate::setup;
use crate::ui::text::{Text, say};
use crate::ui::{out, table};

/// `ima model`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima model sonic\n  ima model seed-tts-2.0 --json")]
pub(crate) struct ModelArgs {
    /// The model, as listed by `ima models`
    /// ¦ 模型，见 `ima models`
    #[arg(add = ArgValueCandidates::new(completions::models))]
    id: String,
}

pub(crate) async fn run(common: &Common, args: &ModelArgs) -> Result<Exit, CommandError> {
    let language = common.language();
    let runtime = setup::asking(common, None).await?;
    let found = models::find(common, &runtime, None, &args.id).await?;
    if common.json {
        out::json(&Row::of(&found));
        return Ok(Exit::Done);
    }
    let (_, model) = &found;
    table::print(
        common,
        models::headings(),
        [models::cells(&found, language)],
    );
    if !model.engines.is_empty() {
        let engines = model.engines.join(", ");
        out::line(say!("engines: {engines}", "引擎：{engines}").get(language));
    }
    if model.prices.len() > 1 {
        for price in model.prices.iter().filter(|it| !it.attributes.is_empty()) {
            let (points, attributes) = (price.points, &price.attributes);
            let line = say!(
                "{points} points for {attributes}",
                "{attributes}：{points} 积分"
            );
            out::line(line.get(language));
        }
    }
    if model.fields.is_empty() {
        return Ok(Exit::Done);
    }
    out::line("");
    let headings = [
        say!("PARAMETER", "参数"),
        say!("NAME", "名称"),
        say!("VALUES", "取值"),
    ];
    table::print(
        common,
        headings,
        model.fields.iter().map(|field| {
            [
                field.name.clone(),
                field.label.clone(),
                limits(field).get(language).to_owned(),
            ]
        }),
    );
    Ok(Exit::Done)
}

/// What a field takes, in words.
fn limits(field: &FormField) -> Text {
    let default = field.default.as_deref();
    let choices = if field.options.is_empty() {
        &field.choices
    } else {
        &field.options
    };
    let choices = choices.join(" ");
    let all = [
        default.map(|value| say!("default {value}", "默认 {value}")),
        (!choices.is_empty()).then(|| say!("one of {choices}", "可选 {choices}")),
        characters(field.minimum, field.maximum),
    ];
    let all: Vec<Text> = all.into_iter().flatten().collect();
    let join = |part: fn(&Text) -> &str| all.iter().map(part).collect::<Vec<_>>().join("; ");
    Text {
        en: join(|it| &it.en),
        zh: join(|it| &it.zh),
    }
}

fn characters(min: Option<u32>, max: Option<u32>) -> Option<Text> {
    Some(match (min, max) {
        (Some(min), Some(max)) => say!("{min}–{max} characters", "{min}–{max} 个字符"),
        (Some(min), None) => say!("at least {min} characters", "至少 {min} 个字符"),
        (None, Some(max)) => say!("at most {max} characters", "最多 {max} 个字符"),
        (None, None) => return None,
    })
}
