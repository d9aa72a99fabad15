//! Who asks: the key in `Authorization: Bearer ima_…`.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::envelope::Refusal;
use crate::server::DEMO_KEY;
use crate::world::Shared;

/// The key of a known account. Handlers that take it refuse everyone else.
pub(crate) struct Account(pub(crate) String);

impl FromRequestParts<Arc<Shared>> for Account {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        let given = parts.headers.get(AUTHORIZATION);
        if given.is_none() && shared.world().keyless {
            return Ok(Self(DEMO_KEY.to_owned()));
        }
        given
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .filter(|key| key.starts_with("ima_"))
            .filter(|key| shared.world().accounts.get(key).is_some())
            .map(|key| Self(key.to_owned()))
            .ok_or_else(Refusal::unauthorized)
    }
}
