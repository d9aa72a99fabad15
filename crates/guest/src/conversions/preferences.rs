//! The interface `preferences`, the same in every component that exports it.

/// Implements the interface `preferences` for a component, whose bindings of `ima:studio` stand at this
/// path. The crate that calls it has called [`conversions`](macro@crate::conversions) too.
#[macro_export]
macro_rules! export_preferences {
    ($component:ty, $($studio:tt)+) => {
        mod preferences {
            use super::*;
            use $($studio)+::preferences as wit;
            use $($studio)+::types::{Language, TaskType};
            use $crate::macro_support::alloc::string::{String, ToString};
            use $crate::macro_support::alloc::vec::Vec;
            use $crate::macro_support::ima_core::preferences::{Preferences, PreferencesError, Preferred, confirmation};

            impl wit::Guest for $component {
                fn get(
                    file: Vec<u8>,
                    user: String,
                    task: TaskType,
                ) -> Result<Option<wit::Preferred>, wit::PreferencesError> {
                    let preferred = Preferences::read(&file)?.preferred(&user, task.into());
                    Ok(preferred.map(|preferred| wit::Preferred {
                        model_id: preferred.model_id,
                        model_name: preferred.model_name,
                        credit: preferred.credit,
                        last_used: preferred.last_used,
                    }))
                }

                fn set(
                    file: Vec<u8>,
                    user: String,
                    task: TaskType,
                    preferred: wit::Preferred,
                ) -> Result<Vec<u8>, wit::PreferencesError> {
                    let mut preferences = Preferences::read(&file)?;
                    let preferred = Preferred {
                        model_id: preferred.model_id,
                        model_name: preferred.model_name,
                        credit: preferred.credit,
                        last_used: preferred.last_used,
                    };
                    preferences.remember(&user, task.into(), &preferred);
                    Ok(preferences.write())
                }

                fn clear(
                    file: Vec<u8>,
                    user: String,
                    task: Option<TaskType>,
                ) -> Result<Vec<u8>, wit::PreferencesError> {
                    let mut preferences = Preferences::read(&file)?;
                    preferences.forget(&user, task.map(Into::into));
                    Ok(preferences.write())
                }

                fn confirmation(task: TaskType, model_name: String, language: Language) -> String {
                    confirmation(task.into(), &model_name, language.into())
                }
            }

            impl From<PreferencesError> for wit::PreferencesError {
                fn from(error: PreferencesError) -> Self {
                    Self::Damaged(error.to_string())
                }
            }
        }
    };
}
