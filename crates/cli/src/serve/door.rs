//! What a person sees whose browser opens the page without its cookie: what to do, in both languages.

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use ima_host::edge::EdgeBody;
use std::convert::Infallible;

const DOOR: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>IMA Studio</title>
<link rel="icon" href="data:,">
<style>
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; max-width: 34rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.35rem; }
code { font-size: .95em; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>IMA Studio</h1>
<p>Open this page with the whole address that <code>ima serve</code> printed when it started. It ends in
<code>/?page=…</code> and is a new one after each start.</p>
<p>Nothing was spent.</p>
<hr>
<div lang="zh-Hans">
<p>请使用 <code>ima serve</code> 启动时显示的完整地址打开此页面。该地址以 <code>/?page=…</code> 结尾，每次启动后都会改变。</p>
<p>未扣积分。</p>
</div>
</main>
</body>
</html>
"#;

/// Whether a person opens the page, rather than a program asks for something.
pub(super) fn is_opened<B>(request: &Request<B>) -> bool {
    request.method() == Method::GET && request.uri().path() == "/" && takes_html(request.headers())
}

fn takes_html(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|kind| kind.split(';').next())
        .any(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
}

/// The page that says which address to open.
pub(super) fn closed() -> Response<EdgeBody> {
    let body = Full::new(Bytes::from_static(DOOR.as_bytes()));
    let body = body.map_err(|never: Infallible| match never {});
    let mut response = Response::new(EdgeBody::new(body));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'",
        ),
    ] {
        let headers = response.headers_mut();
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
