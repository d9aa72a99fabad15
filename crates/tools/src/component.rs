//! The component of world `tools`.

use crate::{Tools, Waki};
use bindings::{JobStatus, ModelList, Priced, Problem, VoiceList};

mod bindings {
    //! The code that wit-bindgen makes of `wit/`.

    #![allow(
        missing_docs,
        unreachable_pub,
        clippy::undocumented_unsafe_blocks,
        reason = "generated"
    )]

    use super::Component;

    wit_bindgen::generate!({
        path: "../../wit",
        world: "tools",
        generate_all,
    });

    export!(Component);
}

struct Component;

fn tools() -> Tools<Waki> {
    let transport = Waki::from_environment();
    let has_gateway = transport.leads_to_gateway();
    Tools::new(transport, has_gateway)
}

impl bindings::Guest for Component {
    fn models(task: String) -> Result<ModelList, Problem> {
        Ok(tools().models(&task)?.into())
    }

    fn voices(language: String) -> Result<VoiceList, Problem> {
        Ok(tools().voices(&language)?.into())
    }

    fn quote(task: String, text: String, options_json: String) -> Result<Priced, Problem> {
        Ok(tools().quote(&task, &text, &options_json)?.into())
    }

    fn create(quote_id: String, points: u32) -> Result<JobStatus, Problem> {
        Ok(tools().create(&quote_id, points)?.into())
    }

    fn check(job: String, wait_seconds: u32) -> Result<JobStatus, Problem> {
        Ok(tools().check(&job, wait_seconds)?.into())
    }
}

/// Writes a conversion of a record into the contract's, which has the same fields.
macro_rules! same_fields {
    ($from:ty => $to:ident { $($field:ident),* }) => {
        impl From<$from> for $to {
            fn from(it: $from) -> Self {
                Self { $($field: it.$field),* }
            }
        }
    };
}

same_fields!(crate::Models => ModelList { task, models, next });
same_fields!(crate::Voices => VoiceList { voices, next });
same_fields!(crate::Quote => Priced {
    quote_id, task, model, model_name, points, seconds_min, seconds_max, valid_seconds, next
});
same_fields!(crate::Job => JobStatus {
    job, state, charge, progress_percent, audio, message, next
});
same_fields!(crate::Problem => Problem { code, charge, message, advice });
