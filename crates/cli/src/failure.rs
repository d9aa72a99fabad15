//! A failure in two lines: what it is, with the truth about the points, and what to do.

use ima_host::types::{Cause, Charge, Failure, Language, OverBudget, PriceChange};

use crate::naming::Asked;
use crate::text::{self, Advice};

/// What a failure does not say by itself.
pub(crate) struct Circumstances<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) job: Option<&'a str>,
    /// How long to wait at most, in seconds, where the user said so.
    pub(crate) deadline: Option<u32>,
    /// Whether it was to be paid for.
    pub(crate) spending: bool,
    /// Whether it came before there was a price.
    pub(crate) listing: bool,
    /// Whether the service did not answer any more.
    pub(crate) unreachable: bool,
}

/// The two lines. The core's own words are for agents, which can offer to try another model.
pub(crate) fn explain(failure: &Failure, about: &Circumstances, language: Language) -> Advice {
    let mut advice = words(failure, about, language);
    let failed = matches!(failure.cause, Cause::TaskFailed(_));
    let points = match failure.charge {
        Charge::No if about.spending => Some(text::unspent(language)),
        Charge::Yes if failed => Some(text::spent(language)),
        // The words say so, or there is nothing to say.
        _ => None,
    };
    if let Some(points) = points {
        advice.what = text::joined(language, &advice.what, &points);
    }
    advice
}

fn words(failure: &Failure, about: &Circumstances, language: Language) -> Advice {
    // The reason, and after it an address.
    let (reason, address) = match failure.message.split_once('\n') {
        Some((reason, address)) => (reason, address.trim_start_matches("💡 ")),
        None => (failure.message.as_str(), ""),
    };
    let resume = about.job.map(|job| text::resume(language, job));
    if failure.charge == Charge::Unknown {
        return Advice {
            what: text::doubtful(language),
            then: match about.job {
                Some(job) => text::unknown(language, job),
                None => text::check_points(language),
            },
        };
    }
    let going_on = |what: String| Advice {
        what,
        then: resume.clone().unwrap_or_default(),
    };
    match (&failure.cause, failure.charge) {
        (Cause::Invalid(value), _) => text::value_refused(language, about.asked, value),
        (Cause::UnknownModel(known), _) if known.is_empty() => Advice {
            what: text::nothing_offered(language),
            then: text::later(language),
        },
        (Cause::UnknownModel(known), _) => unknown_model(about.asked, known, language),
        (Cause::OverBudget(OverBudget { points, budget }), _) => {
            text::over_budget(language, *points, *budget)
        }
        (Cause::PriceChanged(PriceChange { points, announced }), _) => {
            text::price_rose(language, *announced, *points)
        }
        (Cause::TaskFailed(_), _) => Advice {
            what: text::task_failed(language),
            then: match failure.alternatives.first() {
                Some(it) => text::alternative(language, &it.model_id, it.points),
                None => text::check_text(language),
            },
        },
        (Cause::Cancelled, Charge::Yes) => going_on(text::stopped_waiting(language)),
        (Cause::Cancelled, _) => Advice {
            what: text::stopped(language).what,
            then: String::new(),
        },
        (Cause::Unauthorized, Charge::Yes) => Advice {
            what: text::joined(language, reason, address),
            then: resume.unwrap_or_default(),
        },
        (_, Charge::Yes) if about.unreachable => going_on(text::out_of_reach(language)),
        (Cause::Deadline, _) => going_on(match about.deadline {
            Some(seconds) => text::deadline_over(language, seconds),
            None => text::takes_longer(language),
        }),
        (_, Charge::Yes) => going_on(reason.to_owned()),
        (Cause::Unavailable, _) if about.listing => Advice {
            what: text::no_list(language),
            then: text::later(language),
        },
        (Cause::RateLimited, _) => Advice {
            what: text::too_many(language),
            then: text::in_a_moment(language),
        },
        (Cause::Unavailable | Cause::Network, _) => Advice {
            what: text::no_connection(language),
            then: text::later(language),
        },
        _ if !address.is_empty() => Advice {
            what: reason.to_owned(),
            then: address.to_owned(),
        },
        (cause, _) => Advice {
            what: reason.to_owned(),
            then: match failure.alternatives.first().filter(|_| is_of_model(cause)) {
                Some(it) => text::alternative(language, &it.model_id, it.points),
                None => text::choose_model(language),
            },
        },
    }
}

/// Whether the price or the parameters of the model are at fault, so that another one may do.
fn is_of_model(cause: &Cause) -> bool {
    match cause {
        Cause::NoPrice => true,
        Cause::Refused(refusal) => matches!(refusal.code, 6006 | 6009 | 6010),
        _ => false,
    }
}

fn unknown_model(asked: &Asked, known: &[String], language: Language) -> Advice {
    let model = asked.model.as_deref().unwrap_or_default();
    let listed = known.iter().any(|it| it.eq_ignore_ascii_case(model));
    match &asked.version {
        Some(version) if listed => text::no_such_version(language, model, version),
        _ if asked.habitual => text::usual_model_gone(language, model),
        _ => text::no_such_model(language, model, &known.join(", ")),
    }
}
