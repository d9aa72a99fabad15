//! The component of world `plugin`: generations as a resource whose events the host pulls.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod bindings;
mod convert;
mod generation;
mod preferences;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod settings;
mod understanding;

use alloc::vec::Vec;
use bindings::exports::ima::studio::generations::Guest;
use bindings::exports::ima::studio::types::{
    Failure, Language, Model, Quote, Request, Settings, TaskType,
};
use generation::Generation;
use ima_core::catalogue::Catalogue;
use ima_core::inquiry::{Inquiry, InquiryEvent};
use ima_core::outcome::{Cause, Failure as CoreFailure};
use ima_core::pump::Command;
use ima_core::request::{self, Request as CoreRequest};
use ima_guest::Driver;
use settings::Prepared;

struct Plugin;

impl Guest for Plugin {
    type Generation = Generation;

    fn quote(request: Request, settings: Settings) -> Result<Quote, Failure> {
        let (task, language) = (request.task.into(), request.language.into());
        let priced = || {
            let request = CoreRequest::try_from(request).map_err(Cause::Invalid)?;
            request.check().map_err(Cause::Invalid)?;
            let catalogue = catalogue(task, language, settings)?;
            ima_core::quote::Quote::new(&request, &catalogue)
        };
        priced()
            .map(|quote| convert::quote(&quote, language))
            .map_err(|cause| failure(task, language, cause))
    }

    fn models(
        task: TaskType,
        language: Language,
        settings: Settings,
    ) -> Result<Vec<Model>, Failure> {
        let (task, language) = (task.into(), language.into());
        let catalogue =
            catalogue(task, language, settings).map_err(|cause| failure(task, language, cause))?;
        Ok(catalogue
            .leaves()
            .map(|leaf| convert::model(task, &leaf))
            .collect())
    }
}

#[inline(never)]
fn catalogue(
    task: request::TaskType,
    language: request::Language,
    settings: Settings,
) -> Result<Catalogue, Cause> {
    let Prepared { driver, .. } = Prepared::read(&settings).map_err(Cause::Invalid)?;
    let mut inquiry = Inquiry::new(task, language, Driver::seed());
    // The driver's loop cannot misuse a machine that it just made.
    let _ = driver.command(&mut inquiry, Command::Start);
    while let Ok(Some(event)) = driver.next(&mut inquiry) {
        if let InquiryEvent::Finished(end) = event {
            return end;
        }
    }
    Err(Cause::Unavailable)
}

fn failure(task: request::TaskType, language: request::Language, cause: Cause) -> Failure {
    let failure: CoreFailure = Inquiry::failure(task, language, cause);
    failure.into()
}
