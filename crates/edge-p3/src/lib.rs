//! The component of world `edge` for hosts of WASI 0.3: the routes of `ima-edge` behind the asynchronous
//! handler of `wasi:http`, so that an instance serves many requests at once.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(target_arch = "wasm32")]
extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod answer;
#[cfg(target_arch = "wasm32")]
mod exchange;
#[cfg(target_arch = "wasm32")]
mod incoming;
#[cfg(target_arch = "wasm32")]
mod transport;

#[cfg(target_arch = "wasm32")]
mod component {
    //! What the host calls.

    use crate::transport::Service;
    use crate::{answer, incoming};
    use ima_edge::Configuration;
    use ima_edge::configuration::embedded;
    use wasip3::http::types::{ErrorCode, Request, Response};

    struct Edge;

    impl wasip3::exports::http::handler::Guest for Edge {
        async fn handle(request: Request) -> Result<Response, ErrorCode> {
            let configuration = Configuration::read(&embedded::json());
            let request = incoming::read(request).await;
            let origin = configuration.as_ref().ok().map(|it| it.origin.clone());
            let service = Service::new(origin);
            Ok(answer::begin(
                ima_edge::serve(&request, &configuration, &service).await,
            ))
        }
    }

    #[allow(
        missing_docs,
        unreachable_pub,
        unsafe_code,
        clippy::undocumented_unsafe_blocks,
        reason = "generated"
    )]
    mod export {
        use super::Edge;
        wasip3::http::service::export!(Edge);
    }
}
