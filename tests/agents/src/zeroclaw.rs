//! ZeroClaw's own plugin host, with the plugin package as `cargo xtask dist` makes it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use zeroclaw_plugins::component::PluginLimits;
use zeroclaw_plugins::config::{PluginConfigResolver, resolve_plugin_config};
use zeroclaw_plugins::egress::{EgressHostService, EgressPolicy, EgressPolicyResolver};
use zeroclaw_plugins::host::PluginHost;
use zeroclaw_plugins::instance::PluginInstanceScope;
use zeroclaw_plugins::runtime::{call_execute, create_plugin_with_egress};
use zeroclaw_plugins::services::{
    PluginHostServices, PluginStateBackend, PluginStateError, PluginStateKey, PluginStateService,
    PluginStateValue,
};
use zeroclaw_plugins::{PluginCapability, PluginPermission};

use crate::AgentHost;
use crate::stage::Gateway;

pub struct ZeroClaw {
    runtime: Runtime,
    plugins: Arc<PluginHost>,
    origin: String,
}

/// The plugin keeps nothing in the host.
struct NoState;

#[async_trait]
impl PluginStateBackend for NoState {
    async fn get(
        &self,
        _: &PluginInstanceScope,
        _: &PluginStateKey,
    ) -> Result<Option<PluginStateValue>, PluginStateError> {
        Err(PluginStateError::Unavailable)
    }

    async fn put(
        &self,
        _: &PluginInstanceScope,
        _: &PluginStateKey,
        _: &[u8],
        _: Option<u64>,
    ) -> Result<u64, PluginStateError> {
        Err(PluginStateError::Unavailable)
    }

    async fn delete(
        &self,
        _: &PluginInstanceScope,
        _: &PluginStateKey,
        _: u64,
    ) -> Result<(), PluginStateError> {
        Err(PluginStateError::Unavailable)
    }
}

impl ZeroClaw {
    pub fn load(gateway: &Gateway) -> Self {
        let plugins = PluginHost::from_plugins_dir(&crate::built("zeroclaw")).unwrap();
        assert_eq!(
            plugins.tool_plugin_details().len(),
            1,
            "the package is admitted"
        );
        Self {
            runtime: Runtime::new().unwrap(),
            plugins: Arc::new(plugins),
            origin: gateway.origin.clone(),
        }
    }

    async fn execute(
        plugins: &PluginHost,
        origin: String,
        arguments: String,
    ) -> Result<Value, String> {
        let details = plugins.tool_plugin_details();
        let (manifest, component) = details[0];
        let grants = [PluginPermission::ConfigRead, PluginPermission::HttpClient];
        let scope = PluginInstanceScope::from_manifest(
            manifest,
            PluginCapability::Tool,
            "ima-studio",
            grants,
        )
        .unwrap();
        let (owned, configured) = (
            manifest.clone(),
            HashMap::from([("gateway".to_owned(), origin)]),
        );
        let resolver = PluginConfigResolver::new(move |scope| {
            resolve_plugin_config(&owned, scope, Some(&configured))
        });
        let services = PluginHostServices::new(resolver, PluginStateService::new(NoState));
        let local = ["127.0.0.1".to_owned()];
        let egress = EgressHostService::new(EgressPolicyResolver::new(move |_| {
            EgressPolicy::new(&local, &local, &[], 4)
        }));
        let limits = PluginLimits {
            call_fuel: 1_000_000_000,
            max_memory_bytes: 64 << 20,
            max_table_elements: 10_000,
            max_instances: 32,
            call_timeout: Duration::from_secs(60),
        };
        let plugin = create_plugin_with_egress(component, &scope, &services, limits, Some(egress));
        let mut plugin = plugin.await.unwrap();
        let result = call_execute(&mut plugin, arguments.as_bytes()).await;
        let result = result.map_err(|error| format!("{error:#}"))?;
        let output = result.output.to_string();
        match result.success {
            true => Ok(serde_json::from_str(&output).unwrap()),
            false => Err(format!("{output} {:?}", result.error)),
        }
    }

    fn arguments(tool: &str, mut arguments: Value) -> String {
        arguments["action"] = json!(tool);
        arguments.to_string()
    }
}

impl AgentHost for ZeroClaw {
    fn call(&self, tool: &str, arguments: Value) -> Result<Value, String> {
        let arguments = Self::arguments(tool, arguments);
        let call = Self::execute(&self.plugins, self.origin.clone(), arguments);
        self.runtime.block_on(call)
    }

    fn call_and_die(&self, tool: &str, arguments: Value, after: Duration) {
        let arguments = Self::arguments(tool, arguments);
        let (plugins, origin) = (Arc::clone(&self.plugins), self.origin.clone());
        self.runtime.block_on(async move {
            let call = Self::execute(&plugins, origin, arguments);
            let _ = tokio::time::timeout(after, call).await;
        });
    }
}
