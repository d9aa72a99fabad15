//! The commands: each has its options and its body in one file.

pub(crate) mod completions;
pub(crate) mod create;
mod doctor;
mod gateway;
mod jobs;
mod manual;
mod mcp;
pub(crate) mod model;
pub(crate) mod models;
pub(crate) mod music;
pub(crate) mod prefs;
pub(crate) mod quote;
mod resume;
mod say;
mod serve;
#[cfg(feature = "simulator")]
mod simulator;
pub(crate) mod speech;
pub(crate) mod voices;

use clap::Subcommand;

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::options::Common;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make music from a description
    Music(music::MusicArgs),
    /// Turn text into speech
    Speech(speech::SpeechArgs),
    /// Generate from a wish in Chinese or English
    Say(say::SayArgs),
    /// Show what a generation would send and cost
    Quote(quote::QuoteArgs),
    /// List the models and their prices
    Models(models::ModelsArgs),
    /// Show the prices and parameters of one model
    Model(model::ModelArgs),
    /// List the voices for speech
    Voices(voices::VoicesArgs),
    /// Wait for jobs that were started before, at no further cost
    Resume(resume::ResumeArgs),
    /// List, show or remove the jobs of this machine
    Jobs(jobs::JobsArgs),
    /// Show or change your usual models
    Prefs(prefs::PrefsArgs),
    /// Generate with the flags of the skills' scripts
    Create(create::CreateArgs),
    /// Serve an HTTP API and a page on this machine
    Serve(serve::ServeArgs),
    /// Let sandboxes of other hosts buy audio without ever holding the key
    Gateway(gateway::GatewayArgs),
    /// Give agents music and speech over the Model Context Protocol
    Mcp(mcp::McpArgs),
    /// Check the key, the network, the clock, the folders and the component
    Doctor(doctor::DoctorArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Run a stand-in for the service on this machine
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
            Self::Jobs(args) => jobs::run(common, args).await,
            Self::Prefs(args) => prefs::run(common, &args).await,
            Self::Create(args) => create::run(common, args).await,
            Self::Serve(args) => serve::run(common, &args).await,
            Self::Gateway(args) => gateway::run(common, &args).await,
            Self::Mcp(args) => mcp::run(common, args).await,
            Self::Doctor(_) => Ok(doctor::run(common).await),
            Self::Completions(args) => Ok(completions::run(&args)),
            #[cfg(feature = "simulator")]
            Self::Simulator(args) => simulator::run(common, &args).await,
            Self::Manual(args) => manual::run(&args),
        }
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
            _ => false,
        }
    }
}
