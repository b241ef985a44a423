//! A demo cloud and the providers of its contexts.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::config::{Context, Credentials, SecretRef};
use quarterdeck::demo::{Access, Cloud, CloudOptions};
use quarterdeck::model::{ContextName, Kind, Lifecycle, Problem, Resource, ResourceId, Secret};
use quarterdeck::providers::{ListEvent, Registry, SharedProvider};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A cloud with so many instances, or the hand-made fleet.
pub async fn start(instances: Option<usize>, faults: Option<&str>) -> Cloud {
    let options = CloudOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        instances,
        flood: None,
        faults: faults.map(str::to_owned),
        faces: faces(instances),
        program: env!("CARGO_BIN_EXE_qdeck").into(),
    };
    Cloud::start(options).await.expect("the cloud starts")
}

/// A counted fleet stands behind the two faces whose pages are counted here.
fn faces(instances: Option<usize>) -> Vec<String> {
    match instances {
        Some(_) => vec!["cycle".into(), "quasarch".into()],
        None => Vec::new(),
    }
}

pub fn access<'a>(cloud: &'a Cloud, platform: &str) -> &'a Access {
    let of = cloud.access.iter().find(|access| access.platform == platform);
    of.expect("the cloud has this face")
}

/// The context of a face, signing in with `secret`.
pub fn context(access: &Access, secret: &Secret) -> Context {
    let secret = SecretRef::Value(secret.clone());
    let platform = Registry::builtin().find(access.platform).expect("a platform").platform;
    let credentials = match (&access.email, &access.key) {
        (Some(email), _) => Credentials::Password { email: email.clone(), password: secret },
        (None, Some(key)) => Credentials::KeyPair { key: SecretRef::Value(key.clone()), secret },
        (None, None) => Credentials::Token(secret),
    };
    let base_url = access.base_url.parse().expect("an address");
    Context {
        hub: access.hub.clone(),
        project: access.project,
        console_size_reports: true,
        concurrency: 4,
        ..Context::new(ContextName::new(access.context.as_str()), platform, base_url, credentials)
    }
}

/// The provider of a context, whatever its platform.
pub fn open(context: &Context) -> Result<SharedProvider, Problem> {
    Registry::builtin().open(context)
}

pub fn provider(cloud: &Cloud, platform: &str) -> SharedProvider {
    let access = access(cloud, platform);
    open(&context(access, &access.secret)).expect("the context is whole")
}

/// A future that must end in time: generous, since the machine may be busy.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .expect("it took longer than any machine needs")
}

/// A whole listing: its rows, and everything else that was told.
pub async fn list(provider: &SharedProvider, kind: Kind) -> (Vec<Resource>, Vec<ListEvent>) {
    let mut rows = Vec::new();
    let mut rest = Vec::new();
    let mut stream = provider.list(kind);
    within(async {
        while let Some(event) = stream.next().await {
            match event {
                ListEvent::Page { rows: page, .. } => rows.extend(page),
                other => rest.push(other),
            }
        }
    })
    .await;
    (rows, rest)
}

/// An instance that is up.
pub async fn running(provider: &SharedProvider) -> Resource {
    let (rows, _) = list(provider, Kind::Instance).await;
    rows.into_iter()
        .find(|row| row.state().unwrap().lifecycle == Lifecycle::Running)
        .expect("the fleet has one that is up")
}

/// Reads a resource until it is so.
pub async fn until(provider: &SharedProvider, id: &ResourceId, lifecycle: Lifecycle) {
    within(async {
        while provider.get(id).await.unwrap().state().unwrap().lifecycle != lifecycle {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// Asks the demo's Cycle for a task of a container (`start`, `stop`, `restart`).
pub async fn task(access: &Access, container: &str, action: &str) {
    let key = format!("Bearer {}", access.secret.expose());
    let hub = access.hub.as_deref().unwrap_or_default();
    let path = format!("/v1/containers/{container}/tasks");
    let headers = [("authorization", key.as_str()), ("x-hub-id", hub)];
    let body = format!(r#"{{"action":"{action}"}}"#);
    assert_eq!(post(access, &path, &headers, &body).await, 202);
}

/// A request made by hand, since no provider writes; the status of its answer.
pub async fn post(access: &Access, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let base: url::Url = access.base_url.parse().expect("an address");
    let (host, port) = (base.host_str().expect("a host"), base.port().expect("a port"));
    let below = base.path().trim_end_matches('/');
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = lines.concat();
    let request = format!(
        "POST {below}{path} HTTP/1.1\r\nhost: {host}:{port}\r\n{headers}content-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
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
    status.expect("a status")
}
