//! The bound on what the system keeps of a connection before it is read.
//!
//! Left to itself it lets a fast connection have megabytes, and a key's echo waits behind all of them. `reqwest` opens the
//! connection and hands out no socket, so the one between two addresses is looked up among those of this process. Best
//! effort: elsewhere than on Linux, or where the system refuses, nothing is bounded.

use std::net::SocketAddr;

/// Bounds the receive buffer of the connection between two addresses. Linux doubles the value for what it needs itself.
pub(super) fn limit(local: SocketAddr, remote: SocketAddr, bytes: usize) {
    #[cfg(target_os = "linux")]
    if let Some(socket) = linux::find(local, remote)
        && let Err(error) = socket.set_recv_buffer_size(bytes)
    {
        tracing::debug!(%error, "could not bound the receive buffer of a websocket");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (local, remote, bytes);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::net::SocketAddr;

    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    use socket2::Socket;

    /// A second handle on this process's connection between two addresses.
    pub(super) fn find(local: SocketAddr, remote: SocketAddr) -> Option<Socket> {
        let process = pidfd_open(getpid(), PidfdFlags::empty()).ok()?;
        let open = fs::read_dir("/proc/self/fd").ok()?.flatten();
        let sockets = open.filter(|entry| {
            fs::read_link(entry.path())
                .is_ok_and(|target| target.as_os_str().as_encoded_bytes().starts_with(b"socket:"))
        });
        let handles = sockets.filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            pidfd_getfd(&process, number, PidfdGetfdFlags::empty()).ok().map(Socket::from)
        });
        let is = |address: std::io::Result<socket2::SockAddr>, wanted| {
            address.is_ok_and(|address| address.as_socket() == Some(wanted))
        };
        handles.into_iter().find(|socket| is(socket.local_addr(), local) && is(socket.peer_addr(), remote))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use socket2::SockRef;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn only_the_connection_that_is_meant_is_bounded() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        let mut pairs = Vec::new();
        for _ in 0..3 {
            let (client, accepted) = tokio::join!(TcpStream::connect(server), listener.accept());
            pairs.push((client.unwrap(), accepted.unwrap().0));
        }
        let sizes = |(client, accepted): &(TcpStream, TcpStream)| {
            [client, accepted].map(|stream| SockRef::from(stream).recv_buffer_size().unwrap())
        };
        let before: Vec<_> = pairs.iter().map(sizes).collect();
        limit(pairs[1].0.local_addr().unwrap(), server, 24 * 1024);
        let after: Vec<_> = pairs.iter().map(sizes).collect();
        assert_eq!((after[0], after[2], after[1][1]), (before[0], before[2], before[1][1]));
        assert_eq!(after[1][0], 2 * 24 * 1024);
        limit(server, server, 24 * 1024);
        assert_eq!(pairs.iter().map(sizes).collect::<Vec<_>>(), after, "there is no such connection");
    }
}
