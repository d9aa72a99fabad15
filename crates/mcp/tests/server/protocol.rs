//! Lists, resources, prompts and completions, in both protocols.

use rmcp::model::{
    ArgumentInfo, CompleteRequestParams, GetPromptRequestParams, ReadResourceRequestParams,
    ReadResourceResult, Reference, ResourceContents,
};
use serde_json::{Value, json};

use crate::bench::{Bench, ERAS, Era, Person};

#[tokio::test]
async fn both_protocols_list_the_same() {
    let bench = Bench::new().await;
    let mut lists = Vec::new();
    for era in ERAS {
        let client = bench.client(Person::nobody(), era).await;
        let tools = client.service.list_all_tools().await.unwrap();
        let names: Vec<_> = tools.iter().map(|tool| tool.name.to_string()).collect();
        assert_eq!(
            names,
            [
                "list_models",
                "list_voices",
                "quote_music",
                "quote_speech",
                "create_audio",
                "get_audio",
                "list_jobs",
            ]
        );
        let prompts = client.service.list_all_prompts().await.unwrap();
        let resources = client.service.list_all_resources().await.unwrap();
        let templates = client.service.list_all_resource_templates().await.unwrap();
        let info = client.service.peer_info().unwrap();
        assert!(info.instructions.as_ref().unwrap().len() < 1024);
        lists.push(json!([tools, prompts, resources, templates]));
    }
    assert_eq!(lists[0], lists[1]);
}

#[tokio::test]
async fn models_and_voices_are_listed_and_chosen_from() {
    let bench = Bench::new().await;
    let client = bench.client(Person::nobody(), Era::Initialize).await;
    let models = client.call("list_models", json!({"task": "music"})).await;
    assert!(
        models["message"].as_str().unwrap().contains("25 points"),
        "{models}"
    );
    assert!(
        models["models"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["model_id"] == "sonic")
    );
    let all = client.call("list_voices", json!({})).await;
    let few = json!({"gender": "male", "scene": "video"});
    let few = client.call("list_voices", few).await;
    let count = |list: &Value| list["voices"].as_array().unwrap().len();
    assert!(count(&few) > 0 && count(&few) < count(&all));
    let speech = json!({"text": "Hello.", "voice": all["voices"][0]["name"], "rate": 10});
    let quote = client.call("quote_speech", speech).await;
    assert_eq!(quote["status"], "quoted", "{quote}");
}

#[tokio::test]
async fn resources_are_read_and_audio_is_embedded_if_asked_for() {
    let bench = Bench::new().await;
    let client = bench.client(Person::agreeing(), Era::Discover).await;
    let read = async |uri: &str| -> Result<ReadResourceResult, _> {
        client
            .service
            .read_resource(ReadResourceRequestParams::new(uri))
            .await
    };
    for (uri, name) in [
        ("ima://models/music", "sonic"),
        ("ima://models/speech", "seed-tts"),
        ("ima://voices", "uranus"),
        ("ima://jobs", "jobs"),
    ] {
        let read = read(uri).await.unwrap();
        let text = serde_json::to_string(&read).unwrap();
        assert!(text.contains(name), "{uri} {text}");
    }
    let quote = client.quote("GenBGM").await;
    let done = client.buy(&quote).await;
    let uri = format!("ima://audio/{}/1", done["job_id"].as_str().unwrap());
    match read(&uri).await {
        Ok(audio) => {
            assert!(matches!(
                audio.contents[0],
                ResourceContents::BlobResourceContents { .. }
            ));
        }
        Err(error) => assert!(error.to_string().contains("1 MiB"), "{error}"),
    }
    for uri in [
        "ima://audio/nope/1",
        "ima://nope",
        "file:///etc/passwd",
        "ima://audio/x/0",
    ] {
        assert!(read(uri).await.is_err(), "{uri}");
    }
}

#[tokio::test]
async fn the_narration_prompt_asks_what_must_be_asked() {
    let bench = Bench::new().await;
    let client = bench.client(Person::nobody(), Era::Discover).await;
    let prompt = async |name: &str, arguments: Value| {
        let Value::Object(arguments) = arguments else {
            panic!()
        };
        let request = GetPromptRequestParams::new(name).with_arguments(arguments);
        let prompt = client.service.get_prompt(request).await.unwrap();
        serde_json::to_string(&prompt).unwrap()
    };
    let asked = prompt("narration", json!({"text": "Once upon a time"})).await;
    for part in ["Once upon a time", "suggested", "optional", "price"] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert!(prompt("narration", json!({})).await.contains("required"));
    let song = prompt("song", json!({"about": "rain", "style": "jazz"})).await;
    assert!(song.contains("rain") && song.contains("jazz") && song.contains("female"));

    let complete = async |prompt: &str, argument: &str, begun: &str| {
        let reference = Reference::for_prompt(prompt);
        let argument = ArgumentInfo::new(argument, begun);
        let request = CompleteRequestParams::new(reference, argument);
        client
            .service
            .complete(request)
            .await
            .unwrap()
            .completion
            .values
    };
    assert_eq!(complete("song", "style", "ja").await, ["jazz"]);
    assert!(complete("narration", "voice", "").await.len() > 3);
    assert_eq!(complete("narration", "emotion", "Neu").await, ["neutral"]);
    assert!(complete("song", "nope", "").await.is_empty());
}
