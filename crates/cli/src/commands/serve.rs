//! `ima serve`: the HTTP API and its page on this machine.

use std::net::SocketAddr;

use clap::{Args, Subcommand};
use ima_host::Ceilings;
use serde::Serialize;

use crate::command_error::CommandError;
use crate::connections::is_this_machine;
use crate::exit::Exit;
use crate::options::Common;
use crate::serve::{Clients, Server};
use crate::setup;
use crate::ui::interrupt::Interrupt;
use crate::ui::out;
use crate::ui::text::{command_error, say};

/// `ima serve`
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  ima serve
  ima serve --listen 127.0.0.1:9000 --max-points 20 --max-points-per-day 100
  ima serve token add radio --max-points-per-day 100")]
pub(crate) struct ServeArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// Where to listen. Any address but this machine's own needs a token first
    /// ¦ 监听的地址。本机以外的地址需要先有令牌
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// The most points that one request may spend
    /// ¦ 一次请求最多花费的积分
    #[arg(long, value_name = "N", default_value_t = 50)]
    max_points: u64,
    /// The most points that a day may cost, whoever spends them
    /// ¦ 一天最多花费的积分，不论是谁
    #[arg(long, value_name = "N", default_value_t = 500)]
    max_points_per_day: u64,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// The tokens by which clients are known; once there is one, every client needs one
    /// ¦ 识别客户端的令牌；有了一个以后，每个客户端都需要
    #[command(subcommand)]
    Token(Token),
}

#[derive(Debug, Clone, Subcommand)]
enum Token {
    /// Make a token for a client and show it, this once
    /// ¦ 为客户端生成令牌，只显示这一次
    Add {
        /// What the client is called
        /// ¦ 客户端的名称
        name: String,
        /// The most points that it may spend on a day
        /// ¦ 它一天最多花费的积分
        #[arg(long, value_name = "N")]
        max_points_per_day: Option<u64>,
    },
    /// List the clients
    /// ¦ 列出客户端
    List,
    /// Let a client in no longer
    /// ¦ 不再允许一个客户端
    Remove {
        /// What the client is called
        /// ¦ 客户端的名称
        name: String,
    },
}

pub(crate) async fn run(common: &Common, args: &ServeArgs) -> Result<Exit, CommandError> {
    match &args.what {
        Some(What::Token(token)) => manage(common, token),
        None => serve(common, args).await,
    }
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_points_per_day: Option<u64>,
}

fn manage(common: &Common, token: &Token) -> Result<Exit, CommandError> {
    let mut clients = Clients::open()?;
    match token {
        Token::Add {
            name,
            max_points_per_day,
        } => {
            let token = clients.add(name, *max_points_per_day)?;
            if common.json {
                out::json(&Named {
                    name,
                    token: Some(&token),
                    max_points_per_day: *max_points_per_day,
                });
            } else {
                out::line(&token);
                if !common.quiet {
                    let kept = say!(
                        "Keep it: it is not shown again. A running server takes it at its next start.",
                        "请妥善保存，不会再次显示。正在运行的服务器在下次启动后生效。"
                    );
                    out::error(kept.get(common.language()));
                }
            }
        }
        Token::List => {
            let listed = clients.list().map(|(name, max_points_per_day)| Named {
                name,
                token: None,
                max_points_per_day,
            });
            let listed: Vec<_> = listed.collect();
            if common.json {
                out::json(&listed);
            } else {
                for client in listed {
                    out::line(client.name);
                }
            }
        }
        Token::Remove { name } => clients.remove(name)?,
    }
    Ok(Exit::Done)
}

async fn serve(common: &Common, args: &ServeArgs) -> Result<Exit, CommandError> {
    // Before the line that says where it listens, so that Ctrl-C right after it is heard.
    let mut interrupt = Interrupt::listen();
    let clients = Clients::open()?;
    if !is_this_machine(args.listen.ip()) && clients.is_empty() {
        let address = args.listen;
        return Err(command_error!(
            Usage,
            "Whoever reaches {address} could spend your points."
                => "Make a token first: ima serve token add NAME",
            "任何能访问 {address} 的人都可以花费您的积分。"
                => "请先创建令牌：ima serve token add NAME"
        ));
    }
    let ceilings = Ceilings {
        per_request: Some(args.max_points),
        per_day: Some(args.max_points_per_day),
    };
    let runtime = setup::serving(common, ceilings, None).await?;
    let server = Server::bind(args.listen, runtime, clients).await?;
    announce(common, args, &server);
    server.run(interrupt.pressed()).await;
    Ok(Exit::Done)
}

fn announce(common: &Common, args: &ServeArgs, server: &Server) {
    let (origin, page) = (server.origin(), server.page());
    if common.json {
        #[derive(Serialize)]
        struct Listening<'a> {
            base_url: String,
            page: &'a str,
            max_points: u64,
            max_points_per_day: u64,
        }
        out::json(&Listening {
            base_url: format!("{origin}/v1"),
            page: &page,
            max_points: args.max_points,
            max_points_per_day: args.max_points_per_day,
        });
        return;
    }
    if common.quiet {
        out::line(&page);
        return;
    }
    let (most, day) = (args.max_points, args.max_points_per_day);
    let lines = say!(
        "The page: {page}\nThe API:  {origin}/v1\nAt most {most} points a request and {day} a day (UTC). Ctrl-C ends it. Try:",
        "页面：{page}\n接口：{origin}/v1\n每次请求最多 {most} 积分，每天（UTC）最多 {day} 积分。按 Ctrl-C 结束。试一试："
    );
    out::line(lines.get(common.language()));
    let authorized = match server.needs_token() {
        true => " -H 'Authorization: Bearer TOKEN'",
        false => "",
    };
    out::line(&format!(
        "  curl -L {origin}/v1/audio/speech{authorized} -H 'Content-Type: application/json' -d '{{\"input\":\"Hello.\",\"voice\":\"Tim\"}}' -o hello.wav"
    ));
}
