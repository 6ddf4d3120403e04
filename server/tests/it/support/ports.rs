//! Ports of loopback that stay what a test takes them for, whatever the tests beside it bind: the kernel gives a port
//! that was bound and let go to the next one who asks.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::net::TcpSocket;

/// Below what Linux chooses from for port 0.
const GIVEN_BY_NAME: std::ops::Range<u16> = 12_000..32_000;

/// Nobody listens here, and nobody else can, as long as the tests run.
pub fn nobody() -> SocketAddr {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    std::mem::forget(socket);
    address
}

/// For a program that has to be told its port.
pub fn free() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = GIVEN_BY_NAME.end - GIVEN_BY_NAME.start;
    // Two runs of the tests beside each other begin at different places.
    let begin = u16::try_from(std::process::id() * 97 % u32::from(count)).unwrap();
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = GIVEN_BY_NAME.start + (begin.wrapping_add(next)) % count;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
