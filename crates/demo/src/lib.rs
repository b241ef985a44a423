//! The embedded cloud: a fleet of real local processes behind faces that speak the platforms' wire protocols.
//!
//! Written from the APIs' documents, apart from `providers`, so that each checks the other.

pub mod child;
pub mod credentials;
mod embedded;
pub mod engine;
mod entry;
pub mod faces;
pub mod faults;
pub mod process;
pub mod ssh;
mod vnc;
pub mod workload;

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use tokio::net::TcpSocket;

pub use entry::Entry;

use credentials::Credentials;
use engine::Engine;
use faces::AppState;
use faults::Switch;
use qdeck_model::Secret;

/// The settings of a demo cloud.
#[derive(Debug, Clone)]
pub struct CloudOptions {
    /// The loopback address to listen on; port 0 finds a free one.
    pub listen: SocketAddr,
    /// The number of instances in the fleet; `None` is the hand-made fleet of the assets.
    pub instances: Option<usize>,
    /// Adds a container on each side that prints so many numbered lines a second.
    pub flood: Option<u32>,
    /// `latency=300ms,error=5%,429=2%,cut=1%,garbage=1%`.
    pub faults: Option<String>,
    /// The platforms it speaks for, by name; empty is all.
    pub faces: Vec<String>,
    /// The consoles of Cycle take keys. The platform documents output alone; there SSH is the way in.
    pub console_input: bool,
    /// The program that runs workloads and reaps processes: this very binary.
    pub program: std::path::PathBuf,
}

/// Address and credentials of one face of the cloud. The values are random and die with the run.
#[derive(Debug, Clone)]
pub struct Access {
    /// The platform's name, as in the configuration: `cycle`, `quasarch`.
    pub platform: &'static str,
    /// A name for the context: `demo-cycle`.
    pub context: String,
    /// The API's base URL.
    pub base_url: String,
    /// The token, the password, or the secret of a pair.
    pub secret: Secret,
    /// Exoscale: the key of the pair.
    pub key: Option<Secret>,
    /// Gcore: the project.
    pub project: Option<u64>,
    /// Cycle: the hub's id.
    pub hub: Option<String>,
    /// Quasarch: the e-mail address.
    pub email: Option<String>,
    /// Cycle: its consoles take keys.
    pub console_input: Option<bool>,
    /// Options of OpenSSH's configuration with which its instances are reached by SSH; none where they cannot be.
    pub ssh_options: Vec<String>,
}

/// A running demo cloud. Dropping it ends its processes.
pub struct Cloud {
    /// The address it listens on.
    pub address: SocketAddr,
    /// Address and credentials of each face.
    pub access: Vec<Access>,
    credentials: Arc<Credentials>,
    engine: Engine,
    faults: Arc<Switch>,
    requests: Arc<AtomicU64>,
    asked: Arc<Asked>,
    ssh: ssh::Server,
}

/// The latest requests, as `METHOD path`.
#[derive(Default)]
struct Asked(Mutex<VecDeque<String>>);

/// The most requests that are remembered.
const REMEMBERED: usize = 2048;
/// The most characters of a path that are remembered.
const LONGEST_PATH: usize = 512;

impl Asked {
    fn note(&self, request: &Request) {
        let path = request.uri().path().chars().take(LONGEST_PATH);
        let line = format!("{} {}", request.method(), path.collect::<String>());
        let mut lines = self.0.lock();
        if lines.len() == REMEMBERED {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

impl Cloud {
    /// Starts listening. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// A sentence that names what is wrong: an address that is not loopback, a port in use, a fault that cannot be
    /// read.
    pub async fn start(options: CloudOptions) -> Result<Self, String> {
        if !options.listen.ip().is_loopback() {
            return Err(format!(
                "the demo cloud hands out shells, so it listens on a loopback address only, not on {}",
                options.listen
            ));
        }
        let faults = Arc::new(Switch::default());
        faults.set(options.faults.as_deref().unwrap_or_default().parse()?);
        let mark = credentials::random_hex(8)?;
        let open = faces::open(&options.faces)?;
        let accounts: Vec<_> = open.iter().map(|face| face.account).collect();
        let (instances, flood, program) = (options.instances, options.flood, options.program);
        // A big fleet takes some milliseconds to grow.
        let run = mark.clone();
        let engine =
            tokio::task::spawn_blocking(move || Engine::new(instances, flood, &accounts, program, mark))
                .await
                .map_err(|e| format!("the demo fleet was not grown: {e}"))??;
        let credentials = Arc::new(Credentials::random()?);
        let listener = listen(options.listen)
            .map_err(|e| format!("the demo cloud cannot listen on {}: {e}", options.listen))?;
        let address = listener.local_addr().map_err(|e| format!("the demo cloud has no address: {e}"))?;
        let ssh = ssh::Server::start(options.listen.ip(), &open, &engine, &credentials, &run).await?;
        let app = AppState {
            engine: engine.clone(),
            credentials: credentials.clone(),
            authority: address.to_string().into(),
            ssh: ssh.address.to_string().into(),
            console_input: options.console_input,
        };
        let requests = Arc::new(AtomicU64::new(0));
        let asked = Arc::new(Asked::default());
        let app = router(&open, &app, requests.clone(), asked.clone(), faults.clone());
        engine.live(instances.is_none());
        engine.serve(listener, app);
        Ok(Self {
            address,
            access: access(&open, address, &credentials, options.console_input, &ssh.files),
            credentials,
            engine,
            faults,
            requests,
            asked,
            ssh,
        })
    }

    /// Changes the faults from the next request on; an empty text ends them.
    ///
    /// # Errors
    /// A sentence that names the part that cannot be read.
    pub fn set_faults(&self, faults: &str) -> Result<(), String> {
        self.faults.set(faults.parse()?);
        Ok(())
    }

    /// Returns the number of requests so far, whatever their answer.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The latest requests, oldest first, as `METHOD /platform/path`: what a test of a client looks at.
    pub fn asked(&self) -> Vec<String> {
        let lines = self.asked.0.lock();
        lines.iter().cloned().collect()
    }

    /// Ends every login, as if its hour had passed: the next call with it answers 401.
    pub fn expire_logins(&self) {
        self.credentials.expire_logins();
    }

    /// Lets the time of every password for SSH pass, as if half an hour had gone by.
    pub fn outlive_passwords(&self) {
        self.credentials.outlive_passwords();
    }

    /// The SSH end: its address and the files of a client.
    pub fn ssh(&self) -> &ssh::Server {
        &self.ssh
    }
}

impl Drop for Cloud {
    /// Ends its processes and waits for that, at most two seconds.
    fn drop(&mut self) {
        // Before anything that takes time: the program may be ended in the middle of it.
        self.ssh.files.remove();
        self.engine.end();
    }
}

/// Listens with small send buffers: what lies in them cannot be overtaken by the echo of a key.
fn listen(address: SocketAddr) -> std::io::Result<tokio::net::TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A run that follows another on the same port need not wait for the old connections' last words.
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(128 * 1024)?;
    socket.bind(address)?;
    socket.listen(1024)
}

/// One router with each face under its prefix, behind the injected faults.
fn router(
    open: &[faces::Face],
    app: &AppState,
    requests: Arc<AtomicU64>,
    asked: Arc<Asked>,
    faults: Arc<Switch>,
) -> Router {
    let enter = move |request: Request, next: Next| {
        requests.fetch_add(1, Ordering::Relaxed);
        asked.note(&request);
        let faults = faults.clone();
        async move {
            if request.headers().contains_key(header::UPGRADE) && !faces::socket::is_own(request.headers()) {
                let refusal =
                    "websockets are for clients that address this machine, and for pages of its own";
                return (StatusCode::FORBIDDEN, refusal).into_response();
            }
            faults.inject(request, next).await
        }
    };
    open.iter()
        .fold(Router::new(), |router, face| {
            router.nest(&format!("/{}", face.platform), (face.router)(app.clone()))
        })
        .layer(axum::middleware::from_fn(enter))
}

fn access(
    open: &[faces::Face],
    address: SocketAddr,
    credentials: &Credentials,
    console_input: bool,
    ssh: &ssh::ClientFiles,
) -> Vec<Access> {
    let one = |face: &faces::Face| {
        let access = Access {
            platform: face.platform,
            context: format!("demo-{}", face.platform),
            base_url: format!("http://{address}/{}", face.platform),
            secret: Secret::new(""),
            key: None,
            project: None,
            hub: None,
            email: None,
            console_input: matches!(face.ssh, faces::Ssh::ByUser(_)).then_some(console_input),
            ssh_options: match face.ssh {
                faces::Ssh::ByUser(_) => ssh.host_options(),
                faces::Ssh::ByAddress(_) => ssh.jump_options(face.platform),
                faces::Ssh::None => Vec::new(),
            },
        };
        (face.access)(credentials, access)
    };
    open.iter().map(one).collect()
}
