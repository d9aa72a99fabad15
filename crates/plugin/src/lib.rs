//! The component of world `plugin`: generations as a resource whose events the host pulls.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod bindings;
mod generation;
mod settings;

use alloc::vec::Vec;
use bindings::exports::ima::studio::generations::Guest;
use bindings::exports::ima::studio::types::{
    Failure, Language, Model, Quote, Request, Settings, TaskType,
};
use generation::Generation;
use ima_core::inquiry::Inquiry;
use ima_core::outcome::Cause;
use ima_core::pump::Command;
use ima_core::request::{self, Request as CoreRequest};
use settings::Prepared;

ima_guest::conversions!(crate::bindings::exports::ima::studio::types);
ima_guest::export_preferences!(Plugin, crate::bindings::exports::ima::studio);
ima_guest::export_understanding!(Plugin, crate::bindings::exports::ima::studio);

struct Plugin;

impl Guest for Plugin {
    type Generation = Generation;

    fn quote(request: Request, settings: Settings) -> Result<Quote, Failure> {
        let (task, language) = (request.task.into(), request.language.into());
        let quote = || {
            let request = CoreRequest::try_from(request).map_err(Cause::Invalid)?;
            request.check().map_err(Cause::Invalid)?;
            inquire(task, language, &settings)?.quote(&request)
        };
        let quote = quote().map_err(|cause| Inquiry::failure(task, language, cause))?;
        Ok(conversions::quote(&quote, language))
    }

    fn models(
        task: TaskType,
        language: Language,
        settings: Settings,
    ) -> Result<Vec<Model>, Failure> {
        let (task, language) = (task.into(), language.into());
        let models = || {
            let inquiry = inquire(task, language, &settings)?;
            let model = |leaf| conversions::model(task, &leaf);
            Ok(inquiry.catalogue()?.leaves().map(model).collect())
        };
        models().map_err(|cause| Inquiry::failure(task, language, cause).into())
    }
}

/// An inquiry that is done. Without its answer, its catalogue is the failure.
fn inquire(
    task: request::TaskType,
    language: request::Language,
    settings: &Settings,
) -> Result<Inquiry, Cause> {
    let driver = Prepared::read(settings).map_err(Cause::Invalid)?.driver;
    let (seed, _) = driver.seed();
    let mut inquiry = Inquiry::new(task, language, seed);
    // The driver's loop cannot misuse a machine that it just made.
    let _ = driver.command(&mut inquiry, Command::Start);
    while let Ok(Some(_fault)) = driver.next(&mut inquiry) {}
    Ok(inquiry)
}
