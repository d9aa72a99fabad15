//! The tools as a plugin of ZeroClaw: one tool whose parameter `action` names what to do.
//!
//! The address of the gateway is the secret property `gateway` of the plugin's configuration, as it holds the
//! gateway's token. The host lets requests leave only for the hosts of its `egress_hosts`.

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

    use super::plugin::Plugin;

    wit_bindgen::generate!({
        path: "wit",
        world: "tool-plugin",
    });

    export!(Plugin);
}

#[cfg(target_os = "wasi")]
mod plugin {
    //! The exports, over `ima-tools`.

    use crate::bindings::exports::zeroclaw::plugin::plugin_info::Guest as Info;
    use crate::bindings::exports::zeroclaw::plugin::tool::{Guest as Tool, ToolResult};
    use crate::bindings::zeroclaw::plugin::secrets;
    use ima_tools::{DESCRIPTION, Problem, Tools, Waki, schema_of_all};

    /// The property of the configuration that holds the gateway's address.
    const GATEWAY: &str = "gateway";

    pub(crate) struct Plugin;

    impl Info for Plugin {
        fn plugin_name() -> String {
            "ima-studio".to_owned()
        }

        fn plugin_version() -> String {
            env!("CARGO_PKG_VERSION").to_owned()
        }
    }

    impl Tool for Plugin {
        fn name() -> String {
            "ima_audio".to_owned()
        }

        fn description() -> String {
            DESCRIPTION.to_owned()
        }

        fn parameters_schema() -> String {
            schema_of_all().to_string()
        }

        fn execute(arguments: String) -> Result<ToolResult, String> {
            let transport = Waki::to(secrets::get(GATEWAY).ok().as_deref());
            let has_gateway = transport.leads_to_gateway();
            let result = Tools::new(transport, has_gateway).call_by_action(&arguments);
            Ok(match result {
                Ok(answer) => ToolResult {
                    success: true,
                    output: answer.to_string(),
                    error: None,
                },
                Err(problem) => ToolResult {
                    success: false,
                    output: told(&problem),
                    error: Some(format!("{} {}", problem.message, problem.advice)),
                },
            })
        }
    }

    fn told(problem: &Problem) -> String {
        serde_json::to_string(problem).unwrap_or_default()
    }
}
