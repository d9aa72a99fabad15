//! The file itself: what it asks of a host, how large it is, and that its configuration counts.

use super::stage::*;
use ima_components::{EDGE, EdgeConfiguration, PLUGIN};
use ima_test_kit::edge::{EdgeHost, at};
use wasmtime::Engine;
use wasmtime::component::Component;

fn imports(component: &[u8]) -> Vec<String> {
    let engine = Engine::default();
    let component = Component::new(&engine, component).unwrap();
    let component_type = component.component_type();
    let mut imports: Vec<String> = component_type
        .imports(&engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    imports.sort();
    imports
}

#[test]
fn it_imports_what_the_plugin_imports_and_exports_a_handler() {
    assert_eq!(imports(EDGE), imports(PLUGIN));
    let engine = Engine::default();
    let component = Component::new(&engine, EDGE).unwrap();
    let component_type = component.component_type();
    let exports = component_type.exports(&engine);
    let exports: Vec<String> = exports.map(|(name, _)| name.to_owned()).collect();
    assert_eq!(exports, ["wasi:http/incoming-handler@0.2.0"]);
}

#[test]
fn it_stays_under_512_kib_with_its_page() {
    assert!(EDGE.len() < 512 * 1024, "{} bytes", EDGE.len());
}

#[tokio::test]
async fn the_configured_file_runs_as_it_is() {
    let simulator = simulator().await;
    let file = ima_components::edge(&at(&simulator.origin())).unwrap();
    let control = simulator.control();
    let host = EdgeHost::start_file(&file, control.clone()).await;
    let request = host.request("POST", "/v1/music");
    let request = request.header("content-type", "application/json");
    let answer = host.send(request.body(song().to_string()).unwrap()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    control.advance(std::time::Duration::from_secs(300));
    let content = [answer.header("location"), "/content"].concat();
    let request = host.request("GET", &content).body("").unwrap();
    let answer = host.send(request).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.header("location").starts_with(&simulator.origin()));
    assert_eq!(control.ledger(ima_simulator::DEMO_KEY).charges.len(), 1);
}

#[tokio::test]
async fn a_configuration_that_can_not_be_used_stops_everything() {
    let stage = EdgeStage::with(|_| EdgeConfiguration {
        origin: Some("example.org".to_owned()),
        ..EdgeConfiguration::default()
    })
    .await;
    for answer in [stage.get("/").await, stage.post("/v1/music", &song()).await] {
        assert_eq!(error(&answer), is(500, "misconfigured", "no"));
    }
    assert_eq!(stage.control.request_count(), 0);
}
