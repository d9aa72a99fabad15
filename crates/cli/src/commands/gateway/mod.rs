//! `ima gateway`: the way out, the key and the ledger for sandboxes in hosts of others.

mod policy;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use ima_host::Ceilings;
use ima_host::edge::Client;
use ima_host::gateway::{Gateway, GatewayBody};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::command_error::CommandError;
use crate::connections::{self, NoBody, is_from_browser, is_this_machine};
use crate::exit::Exit;
use crate::options::Common;
use crate::serve::Clients;
use crate::setup;
use crate::ui::interrupt::Interrupt;
use crate::ui::out;
use crate::ui::text::{command_error, say};

/// The longest body of a request, in bytes.
const LONGEST: usize = 1 << 20;

/// `ima gateway`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima gateway
  ima gateway --max-points 20 --max-points-per-day 100
  ima gateway --policy wassette

A component is told the printed address as its origin (IMA_BASE_URL), and needs no key. Whoever knows the
address can spend up to the ceilings: --renew makes another one.")]
pub(crate) struct GatewayArgs {
    /// Where to listen: an address of this machine
    /// ¦ 监听的本机地址
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8788")]
    listen: SocketAddr,
    /// The most points that one request may spend
    /// ¦ 一次请求最多花费的积分
    #[arg(long, value_name = "N", default_value_t = 50)]
    max_points: u64,
    /// The most points that a day (UTC) may cost, all programs together
    /// ¦ 一天（UTC）最多花费的积分，所有程序合计
    #[arg(long, value_name = "N", default_value_t = 500)]
    max_points_per_day: u64,
    /// Make a new address; the one before is no longer answered
    /// ¦ 换一个新地址，旧地址不再有效
    #[arg(long)]
    renew: bool,
    /// Print what a host must be told, and end
    /// ¦ 显示某个宿主需要的设置，然后结束
    #[arg(long, value_enum, value_name = "HOST")]
    policy: Option<policy::Host>,
}

pub(crate) async fn run(common: &Common, args: &GatewayArgs) -> Result<Exit, CommandError> {
    if !is_this_machine(args.listen.ip()) {
        let address = args.listen;
        return Err(command_error!(
            Usage,
            "Whoever reaches {address} could read the gateway's address on its way and spend your points."
                => "Listen on this machine alone, for example on 127.0.0.1:8788.",
            "任何能访问 {address} 的人都可能看到网关地址并花费您的积分。"
                => "请只在本机监听，例如 127.0.0.1:8788。"
        ));
    }
    let token = Clients::open()?.gateway_token(args.renew)?;
    if let Some(host) = args.policy {
        out::line(&host.text(args.listen, &token));
        return Ok(Exit::Done);
    }
    // Before the line that says where it listens, so that Ctrl-C right after it is heard.
    let mut interrupt = Interrupt::listen();
    let ceilings = Ceilings {
        per_request: Some(args.max_points),
        per_day: Some(args.max_points_per_day),
    };
    let runtime = setup::serving(common, ceilings, None).await?;
    let (listener, address) = connections::listen(args.listen).await?;
    let door = Arc::new(Door {
        gateway: runtime.gateway(),
        token: Sha256::digest(&token).into(),
        names: connections::names(address),
    });
    announce(common, args, &policy::origin(address, &token));
    let answer = move |request| {
        let door = Arc::clone(&door);
        async move { door.answer(request).await }
    };
    connections::serve(listener, interrupt.pressed(), answer).await;
    Ok(Exit::Done)
}

fn announce(common: &Common, args: &GatewayArgs, origin: &str) {
    let (most, day) = (args.max_points, args.max_points_per_day);
    if common.json {
        #[derive(Serialize)]
        struct Listening<'a> {
            origin: &'a str,
            max_points: u64,
            max_points_per_day: u64,
        }
        out::json(&Listening {
            origin,
            max_points: most,
            max_points_per_day: day,
        });
        return;
    }
    if common.quiet {
        out::line(origin);
        return;
    }
    let lines = say!(
        "The origin for components: {origin}\nAt most {most} points a request and {day} a day (UTC). Ctrl-C ends it.\nWhat a host must be told: ima gateway --policy wassette | jco | python | zeroclaw",
        "供组件使用的地址：{origin}\n每次请求最多 {most} 积分，每天（UTC）最多 {day} 积分。按 Ctrl-C 结束。\n宿主需要的设置：ima gateway --policy wassette | jco | python | zeroclaw"
    );
    out::line(lines.get(common.language()));
}

/// Who may come in: what knows the address, and no web page.
struct Door {
    gateway: Gateway,
    /// The SHA-256 of the first segment of every path.
    token: [u8; 32],
    names: Vec<String>,
}

impl Door {
    async fn answer(&self, request: Request<Incoming>) -> Response<GatewayBody> {
        if is_from_browser(request.headers(), &self.names) != Ok(false) {
            return plain(StatusCode::FORBIDDEN, "Web pages may not use the gateway.");
        }
        if request.uri().path() == "/healthz" {
            return plain(StatusCode::OK, "ok");
        }
        let Some(uri) = self.inside(request.uri()) else {
            let message = "The address is not the gateway's. It is printed by `ima gateway`.";
            return plain(StatusCode::NOT_FOUND, message);
        };
        let (mut parts, body) = request.into_parts();
        parts.uri = uri;
        let body = match connections::body(body, LONGEST).await {
            Ok(body) => body,
            Err(NoBody::TooLarge) => {
                return plain(StatusCode::PAYLOAD_TOO_LARGE, "The body may have 1 MiB.");
            }
            Err(NoBody::TooSlow) => {
                return plain(StatusCode::REQUEST_TIMEOUT, "The body did not arrive.");
            }
        };
        let client = Client {
            // No client of `ima serve` has a space in its name.
            name: "the gateway".to_owned(),
            per_day: None,
        };
        let request = Request::from_parts(parts, body);
        self.gateway.answer(request, client).await
    }

    /// The path behind the token, if it is the right one. Hashes are compared: how long it takes tells
    /// nothing of the token.
    fn inside(&self, uri: &Uri) -> Option<Uri> {
        let path = uri.path_and_query()?.as_str();
        let (token, rest) = path.strip_prefix('/')?.split_once('/')?;
        let given: [u8; 32] = Sha256::digest(token).into();
        (given == self.token).then(|| format!("/{rest}").parse().ok())?
    }
}

fn plain(status: StatusCode, message: &'static str) -> Response<GatewayBody> {
    let mut response = Response::new(Full::new(Bytes::from_static(message.as_bytes())));
    *response.status_mut() = status;
    response
}
