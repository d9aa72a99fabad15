//! The protocol's methods.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CompleteRequestParams,
    CompleteResult, CompletionInfo, GetPromptRequestParams, GetPromptResponse, GetTaskParams,
    GetTaskResult, Implementation, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams,
    ReadResourceResponse, Reference, ServerCapabilities, ServerConfig, Tool, UpdateTaskParams,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use crate::buying::Call;
use crate::output::{Output, Retry};
use crate::server::Server;
use crate::{prompts, resources, tasks, tools};

/// What a model is told once.
pub(crate) const INSTRUCTIONS: &str = "\
IMA Studio makes music and speech for points, the user's money. Only create_audio spends.
1. Understand the wish. For speech, ask for the text if it is missing, and suggest three to five voices \
(list_voices).
2. quote_music or quote_speech: tell the user the model and the price, and wait for a yes.
3. create_audio with that quote_id and its points. A quote is bought once: repeating the call is safe.
4. While the status is working, call get_audio. It costs nothing.
5. Give the user the files. If something failed, relay message and advice as they are.
If the charge is unknown, don't buy the same again: advice says what a person can do.
Speak the user's language. Don't mention ids, tools or other technical things. Never ask for the API key.";

type Context = RequestContext<RoleServer>;

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .enable_completions()
            .enable_tasks()
            .build();
        let program =
            Implementation::new("ima", env!("CARGO_PKG_VERSION")).with_title("IMA Studio");
        ServerConfig::new(capabilities)
            .with_server_info(program)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::all().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Result<CallToolResponse, ErrorData> {
        let began = Instant::now();
        let CallToolRequestParams {
            name,
            arguments,
            input_responses,
            request_state,
            ..
        } = request;
        let arguments = Value::Object(arguments.unwrap_or_default());
        let call = Call {
            context,
            request_state,
            input_responses,
            began,
        };
        let output = match &*name {
            "list_models" => match self.read(arguments) {
                Ok(read) => self.list_models(read).await,
                Err(refusal) => *refusal,
            },
            "list_voices" => match self.read(arguments) {
                Ok(read) => self.list_voices(read).await,
                Err(refusal) => *refusal,
            },
            "quote_music" => match self.read(arguments) {
                Ok(read) => self.quote_music(read).await,
                Err(refusal) => *refusal,
            },
            "quote_speech" => match self.read(arguments) {
                Ok(read) => self.quote_speech(read).await,
                Err(refusal) => *refusal,
            },
            "create_audio" => match self.read(arguments) {
                Ok(read) => return Ok(self.create_audio(read, call).await),
                Err(refusal) => *refusal,
            },
            "get_audio" => match self.read(arguments) {
                Ok(read) => self.get_audio(read, call).await,
                Err(refusal) => *refusal,
            },
            "list_jobs" => match self.read(arguments) {
                Ok(read) => self.list_jobs(read).await,
                Err(refusal) => *refusal,
            },
            _ => return Err(ErrorData::invalid_params("There is no such tool.", None)),
        };
        Ok(output.into_result().into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::all(self)))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(
            resources::templates(self),
        ))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        Ok(resources::read(self, &request.uri).await?.into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::all(self)))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let prompt = prompts::get(self, &request.name, request.arguments.as_ref());
        Ok(prompt.await?.into())
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _: Context,
    ) -> Result<CompleteResult, ErrorData> {
        let values = match &request.r#ref {
            Reference::Prompt(prompt) => {
                let argument = &request.argument;
                prompts::complete(self, &prompt.name, &argument.name, &argument.value).await
            }
            _ => Vec::new(),
        };
        let values = CompletionInfo::with_all_values(values);
        let values = values.map_err(|error| ErrorData::internal_error(error, None))?;
        Ok(CompleteResult::new(values))
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        _: Context,
    ) -> Result<GetTaskResult, ErrorData> {
        tasks::get(self, &request.task_id).await
    }

    async fn update_task(&self, request: UpdateTaskParams, _: Context) -> Result<(), ErrorData> {
        // No task asks for anything: the price is confirmed before there is one.
        tasks::cancel(self, &request.task_id).await
    }

    async fn cancel_task(&self, request: CancelTaskParams, _: Context) -> Result<(), ErrorData> {
        tasks::cancel(self, &request.task_id).await
    }
}

impl Server {
    /// The arguments of a tool.
    fn read<T: DeserializeOwned>(&self, arguments: Value) -> Result<T, Box<Output>> {
        serde_path_to_error::deserialize(arguments).map_err(|error| {
            // "." if it is about all of them.
            let name = match error.path().to_string() {
                path if path == "." => String::new(),
                path => format!("{path}: "),
            };
            let error = error.into_inner();
            let message = self.settings().say(
                format!("The arguments can't be used: {name}{error}. Nothing was spent."),
                format!("参数不能使用：{name}{error}。没有扣除积分。"),
            );
            Box::new(Output::refused(Retry::AfterChange, message))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instructions_are_short() {
        assert!(INSTRUCTIONS.len() < 1024, "{}", INSTRUCTIONS.len());
    }
}
