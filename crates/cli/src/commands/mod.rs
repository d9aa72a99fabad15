//! The commands: each has its options and its body in one file.

mod again;
pub(crate) mod completions;
mod config;
pub(crate) mod create;
mod doctor;
mod gateway;
mod jobs;
mod list;
mod login;
mod manual;
mod mcp;
pub(crate) mod model;
pub(crate) mod models;
pub(crate) mod music;
pub(crate) mod prefs;
pub(crate) mod quote;
pub(crate) mod resume;
mod say;
mod serve;
mod show;
#[cfg(feature = "simulator")]
mod simulator;
pub(crate) mod speech;
mod spend;
pub(crate) mod voices;

use clap::Subcommand;

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::options::Common;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make music from a description
    /// ¦ 用描述生成音乐
    Music(music::MusicArgs),
    /// Turn text into speech
    /// ¦ 把文字变成语音
    Speech(speech::SpeechArgs),
    /// Generate from a wish in Chinese or English
    /// ¦ 用一句中文或英文的话来生成
    Say(say::SayArgs),
    /// Show what a generation would send and cost
    /// ¦ 显示将发送的请求和价格
    Quote(quote::QuoteArgs),
    /// List the models and their prices
    /// ¦ 列出模型和价格
    Models(models::ModelsArgs),
    /// Show the prices and parameters of one model
    /// ¦ 显示一个模型的价格和参数
    Model(model::ModelArgs),
    /// List the voices for speech
    /// ¦ 列出语音音色
    Voices(voices::VoicesArgs),
    /// Wait for jobs that were started before, at no further cost
    /// ¦ 继续等待以前的任务，不再扣积分
    Resume(resume::ResumeArgs),
    /// List what was made, and search it
    /// ¦ 列出和搜索已生成的内容
    List(list::ListArgs),
    /// Show one of the things that were made
    /// ¦ 查看一项已生成的内容
    Show(show::OneArgs),
    /// Play one of the things that were made
    /// ¦ 播放一项已生成的内容
    Play(show::OneArgs),
    /// Open the file of one of the things that were made
    /// ¦ 打开一项已生成的内容的文件
    Open(show::OneArgs),
    /// Make the same once more
    /// ¦ 用同样的描述再生成一次
    Again(again::AgainArgs),
    /// Remove one of the things that were made from the list; its files stay
    /// ¦ 从列表删除一项已生成的内容；文件保留
    Remove(show::OneArgs),
    /// Show what was spent
    /// ¦ 查看花了多少积分
    Spend(spend::SpendArgs),
    /// List, show or remove the jobs of this machine
    /// ¦ 列出、查看或清除本机的任务
    Jobs(jobs::JobsArgs),
    /// Show or change your usual models
    /// ¦ 查看或更改常用模型
    Prefs(prefs::PrefsArgs),
    /// Show or change your settings
    /// ¦ 查看或更改设置
    Config(config::ConfigArgs),
    /// Keep the API key
    /// ¦ 保存 API 密钥
    Login(login::LoginArgs),
    /// Forget the API key
    /// ¦ 删除 API 密钥
    Logout(login::LogoutArgs),
    /// Generate with the flags of the skills' scripts
    /// ¦ 使用技能脚本的参数来生成
    Create(create::CreateArgs),
    /// Serve an HTTP API and a page on this machine
    /// ¦ 在本机提供 HTTP 接口和网页
    Serve(serve::ServeArgs),
    /// Let sandboxes of other hosts buy audio without ever holding the key
    /// ¦ 让其他宿主的沙箱购买音频，而不接触密钥
    Gateway(gateway::GatewayArgs),
    /// Give agents music and speech over the Model Context Protocol
    /// ¦ 通过 MCP 协议让智能体生成音乐和语音
    Mcp(mcp::McpArgs),
    /// Check the key, the network, the clock, the folders and the component
    /// ¦ 检查密钥、网络、时钟、文件夹和组件
    Doctor(doctor::DoctorArgs),
    /// Print a completion script for a shell
    /// ¦ 输出命令行补全脚本
    Completions(completions::CompletionsArgs),
    /// Run a stand-in for the service on this machine
    /// ¦ 在本机运行一个模拟的服务
    #[cfg(feature = "simulator")]
    Simulator(simulator::SimulatorArgs),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Manual(manual::ManualArgs),
}

impl Command {
    /// Runs the command to its end.
    pub(crate) async fn run(self, common: &Common) -> Result<Exit, CommandError> {
        match self {
            Self::Music(args) => music::run(common, args).await,
            Self::Speech(args) => speech::run(common, args).await,
            Self::Say(args) => say::run(common, &args).await,
            Self::Quote(args) => quote::run(common, args).await,
            Self::Models(args) => models::run(common, &args).await,
            Self::Model(args) => model::run(common, &args).await,
            Self::Voices(args) => voices::run(common, &args).await,
            Self::Resume(args) => resume::run(common, &args).await,
            Self::List(args) => list::run(common, &args),
            Self::Show(args) => show::show(common, &args),
            Self::Play(args) => show::play(common, &args),
            Self::Open(args) => show::open(common, &args),
            Self::Again(args) => again::run(common, &args).await,
            Self::Remove(args) => show::remove(common, &args).await,
            Self::Spend(args) => spend::run(common, &args).await,
            Self::Config(args) => config::run(common, &args),
            Self::Login(_) => login::login(common),
            Self::Logout(_) => login::logout(common),
            Self::Jobs(args) => jobs::run(common, args).await,
            Self::Prefs(args) => prefs::run(common, &args).await,
            Self::Create(args) => create::run(common, args).await,
            Self::Serve(args) => serve::run(common, &args).await,
            Self::Gateway(args) => gateway::run(common, &args).await,
            Self::Mcp(args) => mcp::run(common, args).await,
            Self::Doctor(_) => Ok(doctor::run(common).await),
            Self::Completions(args) => completions::run(&args),
            #[cfg(feature = "simulator")]
            Self::Simulator(args) => simulator::run(common, &args).await,
            Self::Manual(args) => manual::run(&args),
        }
    }

    /// Whether it goes by the settings.
    pub(crate) const fn needs_settings(&self) -> bool {
        !matches!(
            self,
            Self::Config(_) | Self::Completions(_) | Self::Manual(_)
        )
    }

    /// Whether it answers other programs until it is stopped.
    pub(crate) const fn serves(&self) -> bool {
        match self {
            Self::Serve(_) | Self::Gateway(_) | Self::Mcp(_) => true,
            #[cfg(feature = "simulator")]
            Self::Simulator(_) => true,
            _ => false,
        }
    }

    /// Whether every event is to be a line of JSON.
    pub(crate) const fn wants_events(&self) -> bool {
        match self {
            Self::Music(args) => args.generate.delivery.events,
            Self::Speech(args) => args.generate.delivery.events,
            Self::Say(args) => args.delivery.events,
            Self::Resume(args) => args.delivery.events,
            Self::Again(args) => args.delivery.events,
            _ => false,
        }
    }
}
