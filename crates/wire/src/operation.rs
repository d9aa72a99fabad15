//! The three operations of the service, by their paths (music and speech: "API 1" to "API 3").

/// Lists the products: `GET`, with a query.
pub const PRODUCT_LIST: &str = "/open/v1/product/list";

/// Creates a task, which costs points: `POST`, without a query.
pub const CREATE: &str = "/open/v1/tasks/create";

/// Asks for the state of a task: `POST`, without a query.
pub const DETAIL: &str = "/open/v1/tasks/detail";
