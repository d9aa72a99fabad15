//! Quotes in memory.

use std::collections::HashSet;

use super::state::{State, now};
use crate::{KeptQuote, NewQuote, StoreError};

/// The quotes, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Quotes(Vec<KeptQuote>);

impl Quotes {
    /// Removes those that ended by then and whose jobs are not among these.
    pub(super) fn prune(&mut self, limit: i64, jobs: &HashSet<&str>) {
        let stays = |it: &KeptQuote| it.expires_at > limit || jobs.contains(it.job.as_str());
        self.0.retain(stays);
    }
}

impl State {
    pub(super) fn keep_quote(&mut self, quote: NewQuote) {
        let now = now();
        let over = |it: &&mut KeptQuote| it.expires_at <= now;
        for quote in self.quotes.0.iter_mut().filter(over) {
            quote.request.clear();
        }
        let job = format!("{:010x}", self.next());
        let valid = i64::try_from(quote.valid_for.as_secs()).unwrap_or(i64::MAX);
        self.quotes.0.push(KeptQuote {
            id: quote.id,
            job,
            request: quote.request,
            points: quote.points,
            expires_at: now.saturating_add(valid),
            expired: false,
            used: false,
            result: None,
        });
    }

    pub(super) fn find_quote(&self, id: &str) -> Option<KeptQuote> {
        let quotes = &self.quotes.0;
        let by_id = quotes.iter().find(|it| it.id == id);
        let found = by_id.or_else(|| quotes.iter().find(|it| it.job == id))?;
        Some(KeptQuote {
            expired: found.expires_at <= now(),
            ..found.clone()
        })
    }

    pub(super) fn take_quote(&mut self, id: &str) -> Result<String, StoreError> {
        let quote = self.quotes.0.iter_mut().find(|it| it.id == id);
        let quote = quote.ok_or(StoreError::NoSuchQuote)?;
        if quote.used {
            return Err(StoreError::QuoteUsed(quote.job.clone()));
        }
        if quote.expires_at <= now() {
            return Err(StoreError::QuoteExpired);
        }
        quote.used = true;
        quote.request.clear();
        Ok(quote.job.clone())
    }

    pub(super) fn keep_result(&mut self, job: &str, result: String) {
        if let Some(quote) = self.quotes.0.iter_mut().find(|it| it.job == job) {
            quote.result = Some(result);
        }
    }
}
