//! The embedded cloud: a fleet of real local processes behind faces that speak the platforms' wire protocols.
//!
//! Written from the APIs' documents, apart from `providers`, so that each checks the other.

use std::net::SocketAddr;

/// How a demo cloud starts.
#[derive(Debug, Clone)]
pub struct CloudOptions {
    /// The loopback address to listen on; port 0 finds a free one.
    pub listen: SocketAddr,
    /// How many instances the fleet has in all; `None` is the hand-made fleet of the assets.
    pub instances: Option<usize>,
    /// `latency=300ms,error=5%,429=2%,cut=1%,garbage=1%`.
    pub faults: Option<String>,
    /// The program that runs workloads and reaps processes: this very binary.
    pub program: std::path::PathBuf,
}

/// What a client needs to reach one face of the cloud. The values are random and die with the run.
#[derive(Debug, Clone)]
pub struct Access {
    /// The platform's name, as in the configuration: `cycle`, `quasarch`.
    pub platform: &'static str,
    /// A name for the context: `demo-cycle`.
    pub context: String,
    /// The API's base URL.
    pub base_url: String,
    /// Cycle: the API key. Quasarch: the password.
    pub secret: crate::model::Secret,
    /// Cycle: the hub's id.
    pub hub: Option<String>,
    /// Quasarch: the e-mail address.
    pub email: Option<String>,
}

/// A running demo cloud. Dropping it ends its processes.
pub struct Cloud {
    /// The address it listens on.
    pub address: SocketAddr,
    /// How to reach its faces.
    pub access: Vec<Access>,
}

impl Cloud {
    /// Starts listening. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// A sentence that names what is wrong: an address that is not loopback, a port in use, a fault that cannot be
    /// read.
    pub async fn start(options: CloudOptions) -> Result<Self, String> {
        Err(format!("not written yet: {}", options.listen))
    }
}
