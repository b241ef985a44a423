//! A demo cloud, and providers for the contexts of its faces.

use std::net::SocketAddr;

use quarterdeck::config::{Context, Credentials, SecretRef};
use quarterdeck::demo::{Access, Cloud, CloudOptions};
use quarterdeck::model::{ContextName, Secret};
use quarterdeck::providers::{CONSOLE_SIZE_REPORTS, Registry, SharedProvider, cycle, gcore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::within;

/// A demo cloud that is looked at through the face of one platform; [`DemoSetup::start`] starts it.
pub fn demo(platform: &str) -> DemoSetup {
    DemoSetup { platform: platform.to_owned(), instances: None, faults: None }
}

/// A demo cloud before it is started: the hand-made fleet without faults, unless changed.
pub struct DemoSetup {
    platform: String,
    instances: Option<usize>,
    faults: Option<String>,
}

impl DemoSetup {
    /// A generated fleet of this many instances, behind the face of the platform and the two whose pages are counted.
    pub fn instances(mut self, count: usize) -> Self {
        self.instances = Some(count);
        self
    }

    /// Faults on purpose, as in `qdeck demo --faults`.
    pub fn faults(mut self, faults: &str) -> Self {
        self.faults = Some(faults.to_owned());
        self
    }

    pub async fn start(self) -> Demo {
        let faces = match self.instances {
            Some(_) => {
                let mut faces = vec!["cycle".to_owned(), "quasarch".to_owned(), self.platform.clone()];
                faces.sort_unstable();
                faces.dedup();
                faces
            }
            None => Vec::new(),
        };
        let options = CloudOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            instances: self.instances,
            flood: None,
            faults: self.faults,
            faces,
            console_input: true,
            program: env!("CARGO_BIN_EXE_qdeck").into(),
        };
        let cloud = Cloud::start(options).await.expect("the cloud starts");
        Demo { cloud, platform: self.platform }
    }
}

/// Variables of a shell with their values.
#[cfg(feature = "system-tests")]
pub type CurlVariables = Vec<(String, String)>;

/// A demo cloud that is running, until it is dropped.
pub struct Demo {
    pub cloud: Cloud,
    platform: String,
}

impl Demo {
    /// The address and the credentials of the platform's face.
    pub fn access(&self) -> &Access {
        let of = self.cloud.access.iter().find(|access| access.platform == self.platform);
        of.expect("the cloud has this face")
    }

    /// A new provider that has read nothing yet.
    pub fn provider(&self) -> SharedProvider {
        let access = self.access();
        open(access, &access.base_url, access.secret.clone())
    }

    /// A provider that signs in with this secret.
    pub fn provider_with_secret(&self, secret: &str) -> SharedProvider {
        let access = self.access();
        open(access, &access.base_url, Secret::new(secret))
    }

    /// A provider that signs in here with the credentials of another cloud.
    pub fn provider_with_credentials_of(&self, other: &Demo) -> SharedProvider {
        let access = other.access();
        open(access, &self.access().base_url, access.secret.clone())
    }

    /// Requests a task of a container (`start`, `stop`, `restart`) from the face of Cycle.
    pub async fn container_task(&self, container: &str, action: &str) {
        let access = self.access();
        let key = format!("Bearer {}", access.secret.expose());
        let hub = access.hub.as_deref().unwrap_or_default();
        let headers =
            [("authorization", key.as_str()), ("x-hub-id", hub), ("content-type", "application/json")];
        let body = format!(r#"{{"action":"{action}"}}"#);
        let path = format!("{}/v1/containers/{container}/tasks", self.base_path());
        assert_eq!(self.send("POST", &path, &headers, &body).await, 202);
    }

    /// The variables of a shell that commands of `curl` take the credentials from, whatever the platform.
    #[cfg(feature = "system-tests")]
    pub fn curl_variables(&self) -> CurlVariables {
        let access = self.access();
        let secret = access.secret.expose();
        let of = |names: &[&str], value: &str| -> CurlVariables {
            names.iter().map(|&name| (name.to_owned(), value.to_owned())).collect()
        };
        let mut all = of(
            &[
                "CYCLE_API_KEY",
                "QUASARCH_PASSWORD",
                "GCORE_API_KEY",
                "ELASTICBOX_TOKEN",
                "EXOSCALE_API_SECRET",
            ],
            secret,
        );
        all.extend(access.email.iter().flat_map(|email| of(&["QUASARCH_EMAIL"], email)));
        all.extend(access.key.iter().flat_map(|key| of(&["EXOSCALE_API_KEY"], key.expose())));
        all
    }

    /// The path of the face's base address, without a slash at its end.
    pub fn base_path(&self) -> String {
        self.base().path().trim_end_matches('/').to_owned()
    }

    /// Sends a request made by hand, for what providers do not send; returns the status of its answer.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        let base = self.base();
        let (host, port) = (base.host_str().expect("a host"), base.port().expect("a port"));
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = lines.concat();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}:{port}\r\n{headers}content-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = within(async {
            let mut stream = TcpStream::connect((host, port)).await.expect("it listens");
            stream.write_all(request.as_bytes()).await.expect("it reads");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("it answers");
            answer
        });
        let answer = answer.await;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("no status: {answer}"))
    }

    fn base(&self) -> url::Url {
        self.access().base_url.parse().expect("an address")
    }
}

fn open(access: &Access, base_url: &str, secret: Secret) -> SharedProvider {
    let registry = Registry::builtin();
    let spec = &registry.find(access.platform).expect("a platform").spec;
    let secret = SecretRef::Value(secret);
    let credentials = match (&access.email, &access.key) {
        (Some(email), _) => Credentials::Password { email: email.clone(), password: secret },
        (None, Some(key)) => Credentials::KeyPair { key: SecretRef::Value(key.clone()), secret },
        (None, None) => Credentials::Token(secret),
    };
    let base_url = base_url.parse().expect("an address");
    let name = ContextName::new(access.context.as_str());
    let mut context = Context { concurrency: 4, ..Context::new(name, spec, base_url, credentials) };
    context.settings.set(&CONSOLE_SIZE_REPORTS, true);
    if let Some(hub) = &access.hub {
        context.settings.set(&cycle::HUB, hub.as_str());
        context.settings.set(&cycle::CONSOLE_INPUT, true);
    }
    if let Some(project) = access.project {
        context.settings.set(&gcore::PROJECT, project);
    }
    registry.open(&context).expect("the context is complete")
}
