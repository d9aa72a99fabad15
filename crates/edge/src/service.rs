//! From a request to its answer.

use crate::configuration::{Configuration, ConfigurationError, Key};
use crate::error::{ApiError, Kind};
use crate::http::{Body, Request, Response};
use crate::prelude::*;
use crate::route::Route;
use crate::run::Transport;
use crate::{browser, create, events, job, language, lists, page, voices};
use ima_core::request::Language;
use serde_json::json;

/// What every answer is made from.
pub(crate) struct Context<'a, T> {
    pub(crate) request: &'a Request,
    pub(crate) configuration: &'a Configuration,
    pub(crate) transport: &'a T,
    pub(crate) language: Language,
    /// The caller's key, where it is the caller's that pays.
    pub(crate) bearer: Option<&'a str>,
}

/// Answers a request. At most one create request is paid for.
pub async fn serve<T: Transport>(
    request: &Request,
    configuration: &Result<Configuration, ConfigurationError>,
    transport: &T,
) -> Response<T> {
    let language = language::of(request.header("accept-language"));
    let Ok(configuration) = configuration else {
        let message = language.pick(
            "This server is not set up: its configuration can't be used. Nothing was sent.",
            "服务器尚未正确配置，未提交任何内容。",
        );
        return finished(
            request,
            ApiError::new(500, Kind::Server, "misconfigured", message).response(),
        );
    };
    let response = match answer(request, configuration, transport, language).await {
        Ok(response) => response,
        Err(error) => error.response(),
    };
    finished(request, browser::shared(configuration, response))
}

/// The last touches to every answer.
fn finished<T>(request: &Request, mut response: Response<T>) -> Response<T> {
    if request.method == "HEAD" {
        response.body = Body::Full(Vec::new());
    } else if let Body::Full(body) = &response.body
        && response.status != 204
    {
        let length = body.len().to_string();
        response = response.with("content-length", length);
    }
    response.with("x-content-type-options", "nosniff")
}

async fn answer<T: Transport>(
    request: &Request,
    configuration: &Configuration,
    transport: &T,
    language: Language,
) -> Result<Response<T>, ApiError> {
    let Some(route) = Route::of(&request.path) else {
        let message = language.pick(
            "There is nothing at this address. /openapi.json lists what there is.",
            "这个地址没有内容，可查看 /openapi.json。",
        );
        return Err(ApiError::new(
            404,
            Kind::InvalidRequest,
            "unknown_url",
            message,
        ));
    };
    match (request.method.as_str(), route.is_post()) {
        ("OPTIONS", _) => return Ok(browser::options(request, &route, configuration)),
        ("POST", true) | ("GET" | "HEAD", false) => {}
        _ => {
            let message = language.pick(
                "This address does not take this method.",
                "这个地址不支持此请求方法。",
            );
            let error = ApiError::new(405, Kind::InvalidRequest, "method_not_allowed", message);
            return Ok(error.response().with("allow", route.allowed()));
        }
    }
    let mut bearer = None;
    if route.needs_key() {
        browser::check(request, configuration, language)?;
        bearer = key(request, configuration, language)?;
    }
    let context = Context {
        request,
        configuration,
        transport,
        language,
        bearer,
    };
    match &route {
        Route::Page => Ok(page::page(configuration)),
        Route::Health => Ok(Response::json(200, &json!({"status": "ok"}))),
        Route::OpenApi => Ok(page::openapi()),
        Route::Voices => Ok(Response::json(200, &voices::list(language))),
        Route::Models => lists::models(&context).await,
        Route::Model(id) => lists::one(&context, id).await,
        Route::Quote => lists::quote(&context).await,
        Route::Speech => create::speech(&context).await,
        Route::Music => create::music(&context).await,
        Route::Job(token) => job::status(&context, token).await,
        Route::Content(token) => job::content(&context, token).await,
        Route::Events(token) => events::stream(&context, token),
    }
}

/// The caller's key, where the caller pays. Where the operator does, what the caller sends goes nowhere.
fn key<'a>(
    request: &'a Request,
    configuration: &Configuration,
    language: Language,
) -> Result<Option<&'a str>, ApiError> {
    if configuration.key == Key::Outside {
        return Ok(None);
    }
    let header = request.header("authorization").unwrap_or_default();
    let key = header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim());
    let usable = |key: &&str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.filter(usable) {
        Some(key) => Ok(Some(key)),
        None => {
            let message = language.pick(
                "The API key is missing. Send it as Authorization: Bearer KEY.",
                "缺少 API 密钥，请用 Authorization: Bearer 密钥 发送。",
            );
            Err(ApiError::new(
                401,
                Kind::Authentication,
                "missing_api_key",
                message,
            ))
        }
    }
}
