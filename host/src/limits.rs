//! What a component may use: memory, time, requests, bytes.

use std::fmt;
use std::time::Duration;

/// What a component may use, and how long the network may take.
///
/// The defaults suit the IMA Studio component with a wide margin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time that one call may compute. Waiting for the network or a clock does not count. In a
    /// shared instance no step of a call may take more than a second of it. Default 10 s.
    pub cpu: Duration,
    /// Wall time that one call may take, over and above the deadline of the generation. Waiting for
    /// [`permit_wait`](Self::permit_wait) does not count. Default 15 minutes.
    pub call: Duration,
    /// Wall time that the calls of one generation may take together, over and above its deadline.
    /// Default 1 hour.
    pub generation: Duration,
    /// Events of one generation, and two more for every second of a deadline that the caller set.
    /// Default 10,000.
    pub events: u32,
    /// Bytes of what a generation begins with: a request with all its texts and parameters. A
    /// continuation, which holds them with escapes, may have eight times as many. Default 1 MiB.
    pub input_size: usize,
    /// Bytes of all linear memories of an instance together. Default 128 MiB.
    pub memory: usize,
    /// Elements of all tables of an instance together. Default 20,000.
    pub table_elements: usize,
    /// Core instances, memories and tables: at most this many of each. Default 64.
    pub instances: usize,
    /// Handles to host resources (requests, streams, timers) at the same time. Default 1,000.
    pub resources: usize,
    /// Bytes of the wasm stack. Default 512 KiB.
    pub stack: usize,
    /// HTTP requests of one generation, those that are refused among them, and one more for every
    /// 2 s of a deadline that the caller set. Default 2,000.
    pub requests: u32,
    /// Bytes of a request body. Default 1 MiB.
    pub request_size: usize,
    /// Bytes of a response body. Default 8 MiB.
    pub response_size: u64,
    /// Bytes of a response's status line and headers, at which reading stops where they have not
    /// ended by then. Default 64 KiB, never less than 8 KiB.
    pub header_size: usize,
    /// Exchanges with the service that go on at once in a runtime, and the most connections to it that
    /// are kept; at least one. A create request has a connection of its own. Further ones wait for their turn, first come, first served. Of downloads, a
    /// quarter as many go on at once. Default 256, a quarter of the files that a process may
    /// usually open.
    pub connections: usize,
    /// Longest wait for that turn. It counts as no part of the exchange, nor as time of a call;
    /// where it runs out, nothing was sent. Default 20 s: with the time to connect and to the first
    /// byte no more than the 60 s that the component gives an exchange.
    pub permit_wait: Duration,
    /// Longest time to open a connection, name lookup and TLS included. Default 10 s. A component
    /// may ask for less, never for more; so too for the next two.
    pub connect_timeout: Duration,
    /// Longest time from the request to the headers of its response. Default 30 s.
    pub first_byte_timeout: Duration,
    /// The same for a create request, which is never sent twice: giving up would cost the answer.
    /// Default 5 minutes.
    pub create_wait: Duration,
    /// Longest pause within a response. Default 15 s.
    pub between_bytes_timeout: Duration,
    /// Longest time for one request and its whole response. Default 2 minutes.
    pub exchange: Duration,
    /// Bytes of one downloaded audio file. Default 200 MiB.
    pub download_size: u64,
    /// Longest time for one download, all its tries together. Default 10 minutes.
    pub download: Duration,
    /// How often a download that brings nothing more is tried. Default 5.
    pub download_tries: u32,
    /// Pause before a download is tried again; each further one is twice as long. Default 500 ms.
    pub download_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(10),
            call: Duration::from_secs(15 * 60),
            generation: Duration::from_secs(3_600),
            events: 10_000,
            input_size: 1 << 20,
            memory: 128 << 20,
            table_elements: 20_000,
            instances: 64,
            resources: 1_000,
            stack: 512 << 10,
            requests: 2_000,
            request_size: 1 << 20,
            response_size: 8 << 20,
            header_size: 64 << 10,
            connections: 256,
            permit_wait: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(30),
            create_wait: Duration::from_secs(300),
            between_bytes_timeout: Duration::from_secs(15),
            exchange: Duration::from_secs(120),
            download_size: 200 << 20,
            download: Duration::from_secs(10 * 60),
            download_tries: 5,
            download_pause: Duration::from_millis(500),
        }
    }
}

impl Limits {
    /// How many requests a generation with this deadline may send.
    pub(crate) fn requests_within(&self, deadline: Option<Duration>) -> u32 {
        let more = deadline.map_or(0, |deadline| deadline.as_secs() / 2);
        self.requests
            .saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
    }

    /// How many events a generation with this deadline may have.
    pub(crate) fn events_within(&self, deadline: Option<Duration>) -> u32 {
        let more = deadline.map_or(0, |deadline| deadline.as_secs().saturating_mul(2));
        self.events
            .saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
    }
}

/// The limit that a component exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::cpu`].
    Cpu,
    /// [`Limits::call`].
    Call,
    /// [`Limits::generation`].
    Generation,
    /// [`Limits::events`].
    Events,
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::table_elements`].
    Tables,
    /// [`Limits::instances`].
    Instances,
    /// [`Limits::resources`].
    Resources,
    /// [`Limits::stack`].
    Stack,
    /// [`Limits::requests`].
    Requests,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "computing time",
            Self::Call => "time of a call",
            Self::Generation => "time of a generation",
            Self::Events => "number of events",
            Self::Memory => "memory",
            Self::Tables => "table elements",
            Self::Instances => "instances",
            Self::Resources => "resource handles",
            Self::Stack => "stack",
            Self::Requests => "number of requests",
        })
    }
}

impl std::error::Error for Limit {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_deadline_allows_more_requests() {
        let limits = Limits::default();
        assert_eq!(limits.requests_within(None), 2_000);
        let day = Duration::from_secs(86_400);
        assert_eq!(limits.requests_within(Some(day)), 45_200);
        assert_eq!(limits.requests_within(Some(Duration::MAX)), u32::MAX);
    }
}
