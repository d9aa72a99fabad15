//! What a store holds for its instance.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::Meter;
use crate::clock::{Clock, MonotonicClock, MonotonicView};
use crate::egress::Egress;
use crate::limits::Limits;

/// The data of one store.
pub(crate) struct State {
    pub(crate) meter: Meter,
    clock: MonotonicClock,
    egress: Egress,
    http: WasiHttpCtx,
    table: ResourceTable,
    wasi: WasiCtx,
}

impl State {
    pub(crate) fn new(limits: &Arc<Limits>, clock: Clock, egress: Egress) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.resources);
        // The builder's defaults give nothing: no variables, arguments, folders or sockets, an
        // empty input, and outputs that lead nowhere. Nothing a component prints is logged: it
        // could hold a prompt.
        let wasi = WasiCtx::builder()
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .max_random_size(64 << 10)
            .build();
        Self {
            meter: Meter::new(limits),
            clock: MonotonicClock::new(clock),
            egress,
            http: WasiHttpCtx::new(),
            table,
            wasi,
        }
    }

    pub(crate) fn monotonic(&mut self) -> MonotonicView<'_> {
        MonotonicView {
            clock: &self.clock,
            table: &mut self.table,
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.egress,
        }
    }
}
