//! Which addresses lie on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is not public of IPv4, by first address and length of the prefix.
const RESERVED_V4: [([u8; 4], u32); 15] = [
    // This network.
    ([0, 0, 0, 0], 8),
    // Private.
    ([10, 0, 0, 0], 8),
    // Shared by a carrier's customers.
    ([100, 64, 0, 0], 10),
    // Loopback.
    ([127, 0, 0, 0], 8),
    // Link-local; clouds have their metadata there.
    ([169, 254, 0, 0], 16),
    // Private.
    ([172, 16, 0, 0], 12),
    // Protocol assignments.
    ([192, 0, 0, 0], 24),
    // Documentation.
    ([192, 0, 2, 0], 24),
    // 6to4 relays.
    ([192, 88, 99, 0], 24),
    // Private.
    ([192, 168, 0, 0], 16),
    // Benchmarks.
    ([198, 18, 0, 0], 15),
    // Documentation.
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast.
    ([224, 0, 0, 0], 4),
    // Reserved, broadcast among it.
    ([240, 0, 0, 0], 4),
];

/// What is not public of 2000::/3. Everything outside of it is not public either: loopback, unique-local,
/// link-local, multicast, mapped IPv4, NAT64.
const RESERVED_V6: [([u16; 2], u32); 4] = [
    // Protocol assignments, Teredo among them.
    ([0x2001, 0], 23),
    // Documentation.
    ([0x2001, 0xdb8], 32),
    // 6to4, which carries any IPv4 address.
    ([0x2002, 0], 16),
    // Documentation.
    ([0x3fff, 0], 20),
];

/// Whether the address is somebody's on the internet, and not of this machine, its network or its cloud. What
/// carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo) is never public, whatever it carries.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !RESERVED_V4.iter().any(|(first, length)| same_prefix(address.to_bits(), Ipv4Addr::from(*first).to_bits(), *length))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // No prefix above is longer than this.
    let head = u32::from(first) << 16 | u32::from(second);
    let reserved = |(prefix, length): &([u16; 2], u32)| {
        same_prefix(head, u32::from(prefix[0]) << 16 | u32::from(prefix[1]), *length)
    };
    same_prefix(head, 0x2000 << 16, 3) && !RESERVED_V6.iter().any(reserved)
}

fn same_prefix(a: u32, b: u32, length: u32) -> bool {
    (a ^ b) >> (32 - length) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_public_or_not() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "203.0.114.0",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db7::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700:4700::1111",
            "2a00:1450:4001:80b::200e",
            "3ffe:ffff::1",
            "3fff:1000::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text} is public");
        }
        for text in [
            // This network, and everywhere.
            "0.0.0.0",
            "0.255.255.255",
            "::",
            // Loopback.
            "127.0.0.1",
            "127.255.255.254",
            "::1",
            // Private and unique-local.
            "10.0.0.0",
            "10.255.255.255",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "192.168.255.255",
            "fc00::1",
            "fd00:ec2::254",
            "fdff:ffff::1",
            // Carrier-grade NAT.
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            // Link-local and metadata.
            "169.254.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "fe80::1",
            "febf::1",
            "fec0::1",
            // IETF, documentation, benchmarks.
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.255",
            "2001:db8::1",
            "2001:db8:ffff::1",
            "3fff::1",
            "3fff:fff::1",
            "2001:2::1",
            "2001:20::1",
            "100::1",
            "5f00::1",
            // Multicast, reserved, broadcast.
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "ff02::1",
            // IPv4 inside IPv6, private and public alike.
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::a9fe:a9fe",
            "64:ff9b:1:ffff::1",
            "192.88.99.1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "2001::1",
            "2001:0:53aa:64c:0:7fff:5601:5601",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text} is not public");
        }
    }
}
