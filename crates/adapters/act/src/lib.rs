//! The tools as a component of ACT: five tools, each with its hints.
//!
//! The address of the gateway comes with each call, in the metadata under `ima:gateway`: ACT gives components
//! no variables. It lets requests leave only for this machine.

#![cfg_attr(target_os = "wasi", allow(unsafe_code, reason = "generated bindings"))]

#[cfg(target_os = "wasi")]
mod bindings {
    //! The code that wit-bindgen makes of `wit/`.

    #![allow(
        missing_docs,
        unreachable_pub,
        clippy::undocumented_unsafe_blocks,
        reason = "generated"
    )]

    use super::provider::Provider;

    wit_bindgen::generate!({
        path: "wit",
        world: "component",
        generate_all,
    });

    export!(Provider);
}

/// What ACT reads before it runs the component.
#[cfg(target_os = "wasi")]
#[used]
#[unsafe(link_section = "act:component")]
static INFO: [u8; include_bytes!(concat!(env!("OUT_DIR"), "/act-component.cbor")).len()] =
    *include_bytes!(concat!(env!("OUT_DIR"), "/act-component.cbor"));

#[cfg(target_os = "wasi")]
mod provider {
    //! The exports, over `ima-tools`.

    use crate::bindings::act::core::types::{Error, LocalizedString};
    use crate::bindings::act::tools::types::{
        ContentPart, ListToolsResponse, ToolDefinition, ToolEvent,
    };
    use crate::bindings::exports::act::tools::tool_provider::{Guest, ToolResult};
    use ima_tools::{Problem, Tool, Tools, Waki, tools};
    use serde_json::Value;

    /// The key of the gateway's address in the metadata.
    const GATEWAY: &str = "ima:gateway";

    /// True in CBOR.
    const TRUE: u8 = 0xf5;

    type Metadata = Vec<(String, Vec<u8>)>;

    pub(crate) struct Provider;

    impl Guest for Provider {
        async fn list_tools(_: Metadata) -> Result<ListToolsResponse, Error> {
            Ok(ListToolsResponse {
                metadata: Vec::new(),
                tools: tools().iter().map(definition).collect(),
            })
        }

        async fn call_tool(name: String, arguments: Vec<u8>, metadata: Metadata) -> ToolResult {
            let event = match call(&name, &arguments, &metadata) {
                Ok(answer) => ToolEvent::Content(ContentPart {
                    data: answer.to_string().into_bytes(),
                    mime_type: Some("application/json".to_owned()),
                    metadata: Vec::new(),
                }),
                Err(problem) => ToolEvent::Error(error(&problem)),
            };
            ToolResult::Immediate(vec![event])
        }
    }

    fn call(name: &str, arguments: &[u8], metadata: &Metadata) -> Result<Value, Problem> {
        let gateway = metadata.iter().find(|(key, _)| key == GATEWAY);
        let gateway: Option<String> =
            gateway.and_then(|(_, value)| ciborium::from_reader(value.as_slice()).ok());
        let transport = Waki::to(gateway.as_deref());
        let has_gateway = transport.leads_to_gateway();
        // What is no CBOR is no object either, which the tool says.
        let arguments = ciborium::from_reader(arguments).unwrap_or(Value::Bool(false));
        Tools::new(transport, has_gateway).call(name, arguments)
    }

    fn definition(tool: &Tool) -> ToolDefinition {
        let hints = [
            ("std:read-only", tool.read_only),
            ("std:idempotent", tool.idempotent),
        ];
        let metadata = hints.into_iter().filter(|(_, holds)| *holds);
        ToolDefinition {
            name: tool.name.to_owned(),
            description: LocalizedString::Plain(tool.description.to_owned()),
            parameters_schema: tool.schema().to_string(),
            metadata: metadata
                .map(|(key, _)| (key.to_owned(), vec![TRUE]))
                .collect(),
        }
    }

    /// The problem as a whole, in the message: whoever reads it has to know of the points.
    fn error(problem: &Problem) -> Error {
        let kind = match problem.code.as_str() {
            "invalid" | "unknown_model" => "std:invalid-args",
            "unknown_id" | "nothing_kept" => "std:not-found",
            "no_gateway" | "gateway_unreachable" => "std:capability-denied",
            _ => "std:internal",
        };
        Error {
            kind: kind.to_owned(),
            message: LocalizedString::Plain(serde_json::to_string(problem).unwrap_or_default()),
            metadata: Vec::new(),
        }
    }
}
