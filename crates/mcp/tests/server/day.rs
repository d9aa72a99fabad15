//! An agent's day: a price that the person refuses, a cheaper model, a lost connection, the files.

use serde_json::json;

use crate::bench::{Bench, Client, ERAS, Person, until};

#[tokio::test]
async fn an_agents_day() {
    for era in ERAS {
        let bench = Bench::new().await;
        let no = json!({"action": "accept", "content": {"decision": "cancel"}});
        let refusing = bench.client(Person::answering(no), era).await;
        let dear = refusing.quote("GenSong").await;
        assert_eq!(refusing.buy(&dear).await["status"], "refused");

        // The agent looks for a cheaper model, and the person agrees.
        let server = bench.server(|_| {}).await;
        let client = Client::of(&server, Person::agreeing(), era).await;
        let models = client.call("list_models", json!({"task": "music"})).await;
        let models = models["models"].as_array().unwrap().clone();
        let cheapest = models
            .iter()
            .min_by_key(|it| it["points_min"].as_u64())
            .unwrap();
        let cheap = client.quote(cheapest["model_id"].as_str().unwrap()).await;
        assert!(cheap["points"].as_u64() < dear["points"].as_u64());

        // The connection is lost as soon as the purchase is on its way.
        let journal = bench.journal();
        {
            let buying = client.buy(&cheap);
            let begun = until(async || !journal.list().await.unwrap().is_empty());
            tokio::select! { _ = buying => {} () = begun => {} }
        }
        drop(client);

        // The agent asks again, and gets the files of the same job.
        let client = Client::of(&server, Person::agreeing(), era).await;
        let done = client.buy(&cheap).await;
        assert_eq!(done["status"], "finished", "{done}");
        let jobs = client.call("list_jobs", json!({})).await;
        assert_eq!(jobs["jobs"].as_array().unwrap().len(), 1);
        assert_eq!(jobs["jobs"][0]["job_id"], done["job_id"]);
        let open = client.call("list_jobs", json!({"open_only": true})).await;
        assert!(open.get("jobs").is_none(), "{open}");
        assert_eq!((bench.creates(), bench.stage.charges()), (1, 1));
        assert!(!bench.files().is_empty());
    }
}
