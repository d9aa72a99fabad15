//! `GET /open/v1/product/list`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::auth::Account;
use crate::envelope::{Refusal, success};
use crate::world::Shared;

/// The query of a product list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    app: Option<String>,
    platform: Option<String>,
    category: Option<String>,
}

/// Answers the tree of a category; an empty one where nothing is sold under that name.
pub(crate) async fn product_list(
    State(shared): State<Arc<Shared>>,
    _account: Account,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, Refusal> {
    if query.app.as_deref() != Some("ima") || query.platform.as_deref() != Some("web") {
        return Err(Refusal::bad_request("app must be ima and platform web"));
    }
    let Some(category) = query.category else {
        return Err(Refusal::bad_request("category is required"));
    };
    let tree = shared.world().catalogue.list(&category);
    Ok(success(tree.unwrap_or_else(|| json!([]))))
}
