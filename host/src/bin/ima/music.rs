//! `ima music PROMPT`

use ima_host::types::TaskType;

use crate::args::{Common, Create};
use crate::create;
use crate::exit::Exit;

pub(crate) async fn run(common: &Common, options: Create) -> Exit {
    create::run(common, options, TaskType::TextToMusic).await
}
