//! The network that a request comes from, as limits count it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network that limits count as one: an IPv4 address, or a /64 of IPv6, which is the smallest network
/// that one customer gets (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// The first 64 bits of an IPv6 address.
    V6(u64),
    /// The gateway reported no address. All such requests count as one network.
    Unknown,
}

impl Network {
    /// Returns the network of an address in text form. An IPv4-mapped IPv6 address (RFC 4291 section
    /// 2.5.5.2) counts as its IPv4 address.
    pub fn of(address: &str) -> Self {
        match address.trim().parse().map(|address: IpAddr| address.to_canonical()) {
            Ok(IpAddr::V4(address)) => Self::V4(address),
            Ok(IpAddr::V6(address)) => {
                u64::try_from(address.to_bits() >> 64).map_or(Self::Unknown, Self::V6)
            }
            Err(_) => Self::Unknown,
        }
    }

    /// The /48 around a /64. A whole site gets one, so an attacker can have 65,536 networks in it.
    pub fn site(self) -> Option<NetworkSite> {
        match self {
            Self::V6(prefix) => Some(NetworkSite(prefix >> 16)),
            Self::V4(_) | Self::Unknown => None,
        }
    }
}

impl fmt::Display for Network {
    /// Writes `192.0.2.1`, `2001:db8:1:2::/64` or `unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => address.fmt(f),
            Self::V6(prefix) => write!(f, "{}/64", Ipv6Addr::from_bits(u128::from(*prefix) << 64)),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// A /48 of IPv6: the first 48 bits of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkSite(u64);

impl fmt::Display for NetworkSite {
    /// Writes `2001:db8:1::/48`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/48", Ipv6Addr::from_bits(u128::from(self.0) << 80))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_ipv4_address_or_a_64_of_ipv6() {
        for (address, network, site) in [
            ("192.0.2.1", "192.0.2.1", None),
            ("::ffff:192.0.2.1", "192.0.2.1", None),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", Some("2001:db8:1::/48")),
            ("2001:DB8:1:2::9", "2001:db8:1:2::/64", Some("2001:db8:1::/48")),
            ("2001:db8:1:3::9", "2001:db8:1:3::/64", Some("2001:db8:1::/48")),
            ("192.0.2", "unknown", None),
            ("", "unknown", None),
        ] {
            let read = Network::of(address);
            assert_eq!(read.to_string(), network, "{address}");
            assert_eq!(read.site().map(|site| site.to_string()).as_deref(), site, "{address}");
        }
    }
}
