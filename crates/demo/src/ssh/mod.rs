//! The cloud's SSH end: one listener on loopback, through which every instance that has a shell is reached.
//!
//! ```text
//! ssh INSTANCE@here          Cycle: the user is the instance, the password was made for it and opens it once
//! ssh PLATFORM@here -W A:22  a jump host: A is an address of one of the platform's machines
//!    └─ ssh USER@A           the machine behind it, an SSH server of its own
//! ```
//!
//! The machines' addresses are made up, so they are reached as machines in a private network are: through a jump host.
//! Jump host and machines let in the key of this run alone. Each visitor has a shell or a command of their own beside
//! the instance's processes, as where SSH becomes an `exec` in a container; it ends with the instance.

mod channel;
mod gate;
mod keys;
mod running;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use russh::server::{Config, Handle, run_stream};
use russh::{Disconnect, MethodKind};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use crate::credentials::Credentials;
use crate::engine::Engine;
use crate::faces::{Face, Ssh};
use gate::{Gate, Place};
pub use keys::ClientFiles;

/// The most connections at once.
const MAX_CONNECTIONS: usize = 64;
/// The most attempts to sign in of one connection.
const MAX_ATTEMPTS: usize = 4;
/// The time for the client's first line, and after it for signing in.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(120);
/// The time that every refusal takes.
const REFUSAL_TIME: Duration = Duration::from_millis(250);
/// The time without a word from the client after which it is asked whether it is there.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// The number of such questions without an answer after which the connection is closed.
const MAX_UNANSWERED: usize = 3;

/// A running SSH end.
pub struct Server {
    /// The address it listens on.
    pub address: SocketAddr,
    /// The files with which a client is let in.
    pub files: ClientFiles,
}

/// Things that all connections share.
struct Shared {
    engine: Engine,
    credentials: Arc<Credentials>,
    faces: Vec<(&'static str, Ssh)>,
    config: Arc<Config>,
    visitor: russh::keys::PublicKey,
}

impl Server {
    /// Listens at a free port with a host key of this run.
    pub(crate) async fn start(
        ip: IpAddr,
        faces: &[Face],
        engine: &Engine,
        credentials: &Arc<Credentials>,
        mark: &str,
    ) -> Result<Self, String> {
        let listening = async {
            let listener = TcpListener::bind((ip, 0)).await?;
            listener.local_addr().map(|address| (listener, address))
        };
        let (listener, address) =
            listening.await.map_err(|e| format!("the demo cloud's SSH end cannot listen on {ip}: {e}"))?;
        let host = keys::random()?;
        let visitor = keys::random()?;
        let files = ClientFiles::write(mark, address, host.public_key(), &visitor)?;
        let config = Config {
            keys: vec![host],
            methods: [MethodKind::Password, MethodKind::PublicKey].as_slice().into(),
            auth_rejection_time: REFUSAL_TIME,
            // The question which methods there are is no attempt.
            auth_rejection_time_initial: Some(Duration::ZERO),
            max_auth_attempts: MAX_ATTEMPTS,
            inactivity_timeout: None,
            keepalive_interval: Some(KEEPALIVE_INTERVAL),
            keepalive_max: MAX_UNANSWERED,
            nodelay: true,
            ..Config::default()
        };
        let shared = Arc::new(Shared {
            engine: engine.clone(),
            credentials: credentials.clone(),
            faces: faces.iter().map(|face| (face.platform, face.ssh)).collect(),
            config: Arc::new(config),
            visitor: visitor.public_key().clone(),
        });
        engine.spawn(accept(listener, shared));
        Ok(Self { address, files })
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // As when there are no file descriptors left: it may be better in a moment.
                tracing::warn!(%error, "the demo cloud's SSH end could not accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let engine = shared.engine.clone();
        let shared = shared.clone();
        engine.spawn(async move {
            let _place = place;
            serve(stream, shared).await;
        });
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Keys echo one by one.
    let _ = stream.set_nodelay(true);
    run(stream, shared, Place::Front).await;
}

/// Ends a connection when it is dropped: with the cloud, or when the client took too long to sign in.
struct HangUp(Handle);

impl Drop for HangUp {
    fn drop(&mut self) {
        let handle = self.0.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // One that has ended already takes no message.
                let _ = handle.disconnect(Disconnect::ByApplication, String::new(), String::new()).await;
            });
        }
    }
}

/// Runs one connection to its end.
async fn run<S>(stream: S, shared: Arc<Shared>, place: Place)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let config = shared.config.clone();
    let admitted = Arc::new(Notify::new());
    let gate = Gate::new(shared, place, admitted.clone());
    // The first line of the client's.
    let Ok(greeted) = timeout(SIGN_IN_TIMEOUT, run_stream(config, stream, gate)).await else { return };
    let ended = match greeted {
        Ok(session) => {
            let _hang_up = HangUp(session.handle());
            let late = async {
                if timeout(SIGN_IN_TIMEOUT, admitted.notified()).await.is_ok() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                ended = session => ended,
                () = late => Ok(()),
            }
        }
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the demo cloud's SSH end broke");
    }
}
