//! Addresses that a proxy on this machine makes up for names (its *fake-IP* mode): nothing but that
//! proxy knows where they lead, and no connection to them is opened.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ima_host::Origin;
use tokio::time::timeout;
use url::Url;

use crate::command_error::CommandError;
use crate::options::Common;
use crate::ui::text::{Text, say};

/// The longest time for looking up a name.
const PATIENCE: Duration = Duration::from_secs(2);

/// Adds the reason to an error of the network, if it is this.
pub(crate) async fn explained(common: &Common, error: CommandError) -> CommandError {
    if error.kind.cause() != "network" {
        return error;
    }
    match found(common).await {
        Some((host, address)) => CommandError {
            hints: vec![advice(&host, address)],
            ..error
        },
        None => error,
    }
}

/// The service's host and the address that it seems to have, if that is made up.
async fn found(common: &Common) -> Option<(String, IpAddr)> {
    let given = common.base_url.as_deref().filter(|url| !url.is_empty());
    let url = Url::parse(given.unwrap_or(Origin::DEFAULT)).ok()?;
    let host = url.host_str()?.to_owned();
    let lookup = tokio::net::lookup_host((host.clone(), 443));
    let addresses: Vec<_> = timeout(PATIENCE, lookup).await.ok()?.ok()?.collect();
    let made_up = addresses
        .iter()
        .map(|it| it.ip())
        .find(|it| is_made_up(*it));
    Some((host, made_up?))
}

/// Whether proxies use this address for names: the range for benchmarks of networks.
pub(crate) fn is_made_up(address: IpAddr) -> bool {
    const RANGE: u32 = Ipv4Addr::new(198, 18, 0, 0).to_bits();
    match address {
        IpAddr::V4(address) => address.to_bits() >> 17 == RANGE >> 17,
        IpAddr::V6(address) => address
            .to_ipv4_mapped()
            .is_some_and(|it| is_made_up(it.into())),
    }
}

/// What to do about it.
pub(crate) fn advice(host: &str, address: IpAddr) -> Text {
    say!(
        "{host} leads to {address}, which a proxy on this machine makes up. Name that proxy in HTTPS_PROXY, for example http://127.0.0.1:7890, or have it leave {host} out of its fake-IP mode.",
        "{host} 被解析为 {address}，这是本机代理软件虚构的地址。请用 HTTPS_PROXY 指定该代理，例如 http://127.0.0.1:7890，或在代理里把 {host} 排除在 fake-IP 之外。"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_made_up_addresses_is_known() {
        for (address, expected) in [
            ("198.18.0.5", true),
            ("198.19.255.255", true),
            ("::ffff:198.18.0.1", true),
            ("198.17.255.255", false),
            ("198.20.0.0", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(is_made_up(address.parse().unwrap()), expected, "{address}");
        }
    }
}
