//! Which requests may leave: the configured origin and three operations.

use http::{Method, Uri};

use crate::origin::Origin;

/// What a permitted request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Lists the products.
    List,
    /// Creates a task: the one request that costs points.
    Create,
    /// Asks how a task stands.
    Detail,
}

/// The operation, or none where the request is to be refused.
///
/// Paths are compared byte for byte: nothing is decoded or normalised that the service might read
/// differently.
pub(crate) fn judge(origin: &Origin, method: &Method, uri: &Uri) -> Option<Operation> {
    if !origin.matches(uri) {
        return None;
    }
    match (method, uri.path()) {
        (&Method::GET, "/open/v1/product/list") => Some(Operation::List),
        (&Method::POST, "/open/v1/tasks/create") if uri.query().is_none() => {
            Some(Operation::Create)
        }
        (&Method::POST, "/open/v1/tasks/detail") if uri.query().is_none() => {
            Some(Operation::Detail)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(method: &str, uri: &str) -> Option<Operation> {
        let origin = Origin::DEFAULT.parse().unwrap();
        judge(&origin, &method.parse().unwrap(), &uri.parse().unwrap())
    }

    #[test]
    fn three_operations_may_leave() {
        let list = "https://api.imastudio.com/open/v1/product/list?app=ima&platform=web";
        assert_eq!(verdict("GET", list), Some(Operation::List));
        let create = "https://api.imastudio.com/open/v1/tasks/create";
        assert_eq!(verdict("POST", create), Some(Operation::Create));
        let detail = "https://api.imastudio.com:443/open/v1/tasks/detail";
        assert_eq!(verdict("POST", detail), Some(Operation::Detail));
    }

    #[test]
    fn everything_else_stays_inside() {
        for (method, uri) in [
            ("POST", "https://api.imastudio.com/open/v1/product/list"),
            ("GET", "https://api.imastudio.com/open/v1/tasks/create"),
            ("DELETE", "https://api.imastudio.com/open/v1/tasks/detail"),
            ("POST", "https://api.imastudio.com/open/v1/tasks/create/"),
            ("POST", "https://api.imastudio.com/open/v1/tasks/create?n=2"),
            (
                "POST",
                "https://api.imastudio.com/open/v1/tasks/../tasks/create",
            ),
            ("POST", "https://api.imastudio.com/open/v1/tasks/%63reate"),
            ("GET", "https://api.imastudio.com/"),
            ("GET", "https://evil.example/open/v1/product/list"),
            ("GET", "http://api.imastudio.com/open/v1/product/list"),
            ("GET", "https://api.imastudio.com:8443/open/v1/product/list"),
        ] {
            assert_eq!(verdict(method, uri), None, "{method} {uri}");
        }
    }
}
