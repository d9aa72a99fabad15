//! The service's prices, by which a create request is measured: a component could state a lower one than the
//! account is charged, and pass under the ceilings.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ima_wire::order::Order;
use tokio::sync::Mutex;

use super::refusal::Refusal;
use crate::egress::ExchangeError;
use crate::error::Error;
use crate::runtime::Runtime;
use crate::types::{Language, TaskType};

/// How long a list is good for.
const GOOD_FOR: Duration = Duration::from_secs(600);

/// How soon a list is asked for again because a price is not in it.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The prices of each model, as they were last listed.
#[derive(Debug, Default)]
pub(super) struct Prices {
    listed: Mutex<Option<Listed>>,
}

#[derive(Debug)]
struct Listed {
    at: Instant,
    models: BTreeMap<String, Vec<u32>>,
}

impl Listed {
    fn holds(&self, order: &Order) -> bool {
        let prices = self.models.get(&order.model_id);
        prices.is_some_and(|prices| prices.contains(&order.credit))
    }
}

impl Prices {
    /// Whether a create request states a price that the service has for its model.
    pub(super) async fn check(&self, runtime: &Runtime, body: &[u8]) -> Result<(), Refusal> {
        let order = Order::read(body).ok_or(Refusal::Denied(ExchangeError::Denied))?;
        let mut listed = self.listed.lock().await;
        if let Some(listed) = listed.as_ref() {
            let age = listed.at.elapsed();
            match listed.holds(&order) {
                true if age < GOOD_FOR => return Ok(()),
                false if age < AGAIN_AFTER => return Err(Refusal::WrongPrice),
                _ => {}
            }
        }
        let fresh = listed.insert(Listed {
            at: Instant::now(),
            models: list(runtime).await?,
        });
        match fresh.holds(&order) {
            true => Ok(()),
            false => Err(Refusal::WrongPrice),
        }
    }
}

/// Asks the service for its models.
async fn list(runtime: &Runtime) -> Result<BTreeMap<String, Vec<u32>>, Refusal> {
    let mut prices: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for task in [TaskType::TextToMusic, TaskType::TextToSpeech] {
        let models = runtime.models(task, Language::En).await;
        for model in models.map_err(unlisted)? {
            let known = prices.entry(model.model_id).or_default();
            known.extend(model.prices.iter().map(|price| price.points));
        }
    }
    Ok(prices)
}

fn unlisted(error: Error) -> Refusal {
    tracing::warn!(%error, "the prices can't be listed");
    match error {
        Error::CredentialMissing | Error::Credential(_) => Refusal::NoKey,
        _ => Refusal::NotSent(ExchangeError::NotConnected),
    }
}
