//! Lists and quotes: an inquiry in the instance that a runtime keeps. It never spends.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::Store;
use wasmtime::component::ResourceAny;

use super::call::{Calling, SharedInstance};
use super::{Machines, exchange, session};
use crate::bindings::Request;
use crate::bindings::machines::{Command, GuestInquiry, Input, InquiryOutput};
use crate::clock::MonotonicClock;
use crate::egress::Egress;
use crate::engine::{Instance, Meter};
use crate::error::Stop;
use crate::types::{Failure, Language, Model, Quote, TaskType};

const NANOS: u64 = 1_000_000;

/// An inquiry that has fetched its list, or failed to.
pub(crate) struct Inquiry {
    instance: Arc<SharedInstance>,
    handle: ResourceAny,
    left: Duration,
    clock: MonotonicClock,
}

impl Inquiry {
    /// Fetches the list of one task type.
    pub(crate) async fn fetch(
        machines: &Machines,
        task: TaskType,
        language: Language,
        egress: &Egress,
        clock: MonotonicClock,
    ) -> Result<Self, Stop> {
        let instance = machines.kept().await?;
        let (_, seed) = session::seed()?;
        let mut left = machines.engine().limits().cpu;
        let handle = instance
            .call(&mut left, move |inside| {
                Box::pin(async move {
                    let (inquiries, store) = inquiries(inside);
                    inquiries
                        .call_constructor(store, task, language, seed)
                        .await
                })
            })
            .await?;
        let mut inquiry = Self {
            instance,
            handle,
            left,
            clock,
        };
        inquiry.handle(Input::Command(Command::Start)).await?;
        inquiry.run(egress).await?;
        Ok(inquiry)
    }

    async fn run(&mut self, egress: &Egress) -> Result<(), Stop> {
        loop {
            tokio::task::consume_budget().await;
            match self.poll().await? {
                InquiryOutput::Done => return Ok(()),
                InquiryOutput::Fault(fault) => {
                    tracing::info!(status = fault.status, "the list is asked for again");
                }
                InquiryOutput::Wait(until) => {
                    self.clock.reached(until.saturating_mul(NANOS)).await;
                    self.handle(Input::Timeout).await?;
                }
                InquiryOutput::Transmit(transmit) => {
                    let left = transmit.deadline_ms.saturating_sub(self.now());
                    let end = exchange::exchange(egress, transmit, left).await;
                    self.handle(end).await?;
                }
            }
        }
    }

    /// The models of the list.
    pub(crate) async fn models(&mut self) -> Result<Result<Vec<Model>, Failure>, Stop> {
        let handle = self.handle;
        self.call(move |inside| {
            Box::pin(async move {
                let (inquiries, store) = inquiries(inside);
                inquiries.call_models(store, handle).await
            })
        })
        .await
    }

    /// What a request would send and cost by the list.
    pub(crate) async fn quote(&mut self, request: Request) -> Result<Result<Quote, Failure>, Stop> {
        let handle = self.handle;
        self.call(move |inside| {
            Box::pin(async move {
                let (inquiries, store) = inquiries(inside);
                inquiries.call_quote(store, handle, &request).await
            })
        })
        .await
    }

    fn now(&self) -> u64 {
        self.clock.now() / NANOS
    }

    async fn poll(&mut self) -> Result<InquiryOutput, Stop> {
        let handle = self.handle;
        self.call(move |inside| {
            Box::pin(async move {
                let (inquiries, store) = inquiries(inside);
                inquiries.call_poll(store, handle).await
            })
        })
        .await
    }

    async fn handle(&mut self, input: Input) -> Result<(), Stop> {
        let (handle, now) = (self.handle, self.now());
        let handled = self.call(move |inside| {
            Box::pin(async move {
                let (inquiries, store) = inquiries(inside);
                inquiries.call_handle(store, handle, &input, now).await
            })
        });
        handled.await?.map_err(|misuse| {
            Stop::Trap(wasmtime::format_err!(
                "the component refused an input: {misuse:?}"
            ))
        })
    }

    async fn call<T: Send + 'static>(
        &mut self,
        call: impl for<'a> FnOnce(&'a mut Instance) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, Stop> {
        self.instance.call(&mut self.left, call).await
    }
}

impl Drop for Inquiry {
    fn drop(&mut self) {
        self.instance.leave(0, Some(self.handle));
    }
}

fn inquiries(inside: &mut Instance) -> (GuestInquiry<'_>, &mut Store<Meter>) {
    let machines = inside.machine.ima_studio_machines();
    (machines.inquiry(), &mut inside.store)
}
