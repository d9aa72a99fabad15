//! What a host must be told of the gateway: one address that may be reached, and one variable or setting.

use std::net::SocketAddr;

use clap::ValueEnum;

/// A host that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Host {
    /// Wassette: the component's policy file
    /// ¦ Wassette：组件的策略文件
    Wassette,
    /// jco: the settings of the plugin in JavaScript
    /// ¦ jco：插件在 JavaScript 里的设置
    Jco,
    /// wasmtime-py: the settings of the plugin in Python
    /// ¦ wasmtime-py：插件在 Python 里的设置
    Python,
    /// ZeroClaw: the plugin's entry in its configuration
    /// ¦ ZeroClaw：插件在其配置里的条目
    Zeroclaw,
}

/// The origin that a component is told.
pub(super) fn origin(address: SocketAddr, token: &str) -> String {
    format!("http://{address}/{token}")
}

impl Host {
    pub(super) fn text(self, address: SocketAddr, token: &str) -> String {
        let origin = origin(address, token);
        match self {
            Self::Wassette => format!(
                "\
# The policy of ima_tools.wasm. Start wassette with IMA_BASE_URL={origin}
version: \"1.0\"
description: Music and speech through the gateway of IMA Studio
permissions:
  network:
    allow:
      - host: \"{address}\"
  environment:
    allow:
      - key: IMA_BASE_URL"
            ),
            Self::Jco => format!(
                "\
// Load the plugin with jco and give its functions these settings. No header, no key.
const settings = {{ origin: \"{origin}\" }};"
            ),
            Self::Python => format!(
                "\
# Load ima_plugin.wasm with wasmtime and give its functions these settings. No header, no key.
settings = {{\"origin\": \"{origin}\"}}"
            ),
            Self::Zeroclaw => format!(
                "\
# For the plugin ima-studio of ZeroClaw, whose requests may then reach this machine.
zeroclaw config set plugins.entries.ima-studio.config.gateway '{origin}'
zeroclaw config set plugins.entries.ima-studio.egress_hosts '[\"{host}\"]'
zeroclaw config set plugins.entries.ima-studio.egress_allow_private '[\"{host}\"]'",
                host = address.ip()
            ),
        }
    }
}
