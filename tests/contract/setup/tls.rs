//! TLS in front of a server, with a certificate that nothing trusts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

#[path = "../../../crates/net/src/http/certificates/self_signed.rs"]
mod self_signed;

/// A port of TLS.
pub struct TlsFront {
    pub address: SocketAddr,
    pub certificate: CertificateDer<'static>,
    /// Connections whose client accepted the certificate.
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TlsFront {
    /// Passes what clients send on to a server, and its answers back.
    pub async fn to(server: SocketAddr) -> Self {
        Self::start(move |mut client| async move {
            let Ok(mut server) = TcpStream::connect(server).await else { return };
            // Either side may hang up at any time.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        })
        .await
    }

    /// Serves each connection whose client accepts the certificate.
    pub async fn start<F>(serve: impl Fn(TlsStream<TcpStream>) -> F + Clone + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (certificate, key) = self_signed::self_signed();
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.into())
            .expect("a certificate and its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let accepted = Arc::new(AtomicUsize::new(0));
        let counted = accepted.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Beside the others: one that does not go on with its handshake holds up none of them.
                let (handshake, counted, serve) = (acceptor.accept(stream), counted.clone(), serve.clone());
                tokio::spawn(async move {
                    // A client that refuses the certificate hangs up here.
                    if let Ok(stream) = handshake.await {
                        counted.fetch_add(1, Ordering::SeqCst);
                        serve(stream).await;
                    }
                });
            }
        });
        Self { address, certificate, accepted, task }
    }

    /// Connections so far whose client accepted the certificate.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}
