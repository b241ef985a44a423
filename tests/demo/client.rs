//! A client of the demo cloud, written from the APIs' documents.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use quarterdeck::demo::{Access, Cloud, CloudOptions};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// A client of one cloud.
pub struct Client {
    pub http: reqwest::Client,
    cloud: Option<Cloud>,
    pub cycle: Access,
    pub quasarch: Access,
}

pub fn options(instances: Option<usize>) -> CloudOptions {
    CloudOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        instances,
        flood: None,
        faults: None,
        faces: match instances {
            Some(_) => vec!["cycle".into(), "quasarch".into()],
            None => Vec::new(),
        },
        console_input: true,
        program: env!("CARGO_BIN_EXE_qdeck").into(),
    }
}

impl Client {
    pub async fn start(instances: Option<usize>) -> Self {
        Self::with(options(instances)).await
    }

    pub async fn with(options: CloudOptions) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let cloud = Cloud::start(options).await.expect("the cloud starts");
        let of = |platform| cloud.access.iter().find(|a| a.platform == platform).expect("a face").clone();
        let (cycle, quasarch) = (of("cycle"), of("quasarch"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, cloud: Some(cloud), cycle, quasarch }
    }

    pub async fn cycle(&self, path: &str) -> (u16, Value) {
        let request = self
            .http
            .get(format!("{}{path}", self.cycle.base_url))
            .bearer_auth(self.cycle.secret.expose())
            .header("X-Hub-Id", self.cycle.hub.as_deref().expect("a hub"));
        json(request).await
    }

    /// A client of the Cycle face of a cloud in another process, from the configuration that it printed.
    pub fn of_process(configuration: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config: toml::Table = configuration.parse().expect("TOML");
        let cycle = &config["contexts"]["demo-cycle"];
        let text = |name: &str| cycle[name].as_str().expect("a string").to_owned();
        let file = cycle["token"]["file"].as_str().expect("a file");
        let cycle = Access {
            platform: "cycle",
            context: "demo-cycle".to_owned(),
            base_url: text("base_url"),
            secret: quarterdeck::model::Secret::new(std::fs::read_to_string(file).expect("readable").trim()),
            hub: Some(text("hub")),
            email: None,
            console_input: None,
            ssh_options: Vec::new(),
            key: None,
            project: None,
        };
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, cloud: None, quasarch: cycle.clone(), cycle }
    }

    /// The cloud, when it runs in this process.
    pub fn cloud(&self) -> &Cloud {
        self.cloud.as_ref().expect("a cloud of this process")
    }

    fn authority(&self) -> String {
        let url = reqwest::Url::parse(&self.cycle.base_url).expect("a URL");
        format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"))
    }

    pub async fn log_in(&self) -> String {
        let email = self.quasarch.email.as_deref().expect("an e-mail");
        let request = self
            .http
            .get(format!("{}/v1/users/token", self.quasarch.base_url))
            .basic_auth(email, Some(self.quasarch.secret.expose()));
        let (status, body) = json(request).await;
        assert_eq!(status, 200, "{body}");
        body["token"].as_str().expect("a token").to_owned()
    }

    pub async fn quasarch(&self, token: &str, path: &str) -> (u16, Value) {
        json(self.http.get(format!("{}{path}", self.quasarch.base_url)).bearer_auth(token)).await
    }
}

pub async fn json(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}

/// Nothing here takes longer, even on a machine that has much else to do.
pub const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

impl Client {
    /// An instance of a container, by the container's identifier: both ids.
    pub async fn instance_of(&self, identifier: &str) -> (String, String) {
        let (_, found) = self.cycle(&format!("/v1/containers?filter[identifier]={identifier}")).await;
        let container = found["data"][0]["id"].as_str().expect("such a container").to_owned();
        let (_, found) =
            self.cycle(&format!("/v1/containers/{container}/instances?filter[state]=running")).await;
        (container, found["data"][0]["id"].as_str().expect("a running instance").to_owned())
    }

    /// Opens the websocket that a ticket's answer leads to.
    pub async fn open(&self, path: &str) -> Socket {
        let (status, ticket) = self.cycle(path).await;
        assert_eq!(status, 200, "{ticket}");
        let (address, token) =
            (ticket["data"]["address"].as_str(), ticket["data"]["token"].as_str().expect("a token"));
        let notifications = || format!("ws://{}/cycle{path}", self.authority());
        let address = address.map_or_else(notifications, ToOwned::to_owned);
        self.upgrade(&format!("{address}?token={token}")).await.expect("the socket opens")
    }

    /// Opens a websocket, or gives the HTTP status of the refusal.
    pub async fn upgrade(&self, url: &str) -> Result<Socket, u16> {
        let stream = TcpStream::connect(self.authority()).await.expect("it listens");
        match tokio_tungstenite::client_async(url, stream).await {
            Ok((socket, _)) => Ok(Socket { wire: socket, text: String::new(), kinds: (0, 0) }),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A websocket that remembers what it was sent.
pub struct Socket {
    pub wire: WebSocketStream<TcpStream>,
    /// Everything so far, as text.
    pub text: String,
    /// The number of binary and of text frames.
    pub kinds: (usize, usize),
}

impl Socket {
    /// The next message's text; `None` at the end.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            let message = tokio::time::timeout(LIMIT, self.wire.next()).await;
            match message.unwrap_or_else(|_| panic!("nothing came; so far: {}", tail(&self.text)))? {
                Ok(Message::Text(text)) => {
                    self.kinds.1 += 1;
                    return Some(text.as_str().to_owned());
                }
                Ok(Message::Binary(bytes)) => {
                    self.kinds.0 += 1;
                    return Some(String::from_utf8_lossy(&bytes).into_owned());
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Reads until the text holds the words, and forgets what came before and with them.
    pub async fn until(&mut self, words: &str) -> String {
        loop {
            if let Some(at) = self.text.find(words) {
                let rest = self.text.split_off(at + words.len());
                return std::mem::replace(&mut self.text, rest);
            }
            let more = self.next().await;
            self.text += &more.unwrap_or_else(|| panic!("closed before `{words}`: {}", tail(&self.text)));
        }
    }

    /// Types keys.
    pub async fn keys(&mut self, keys: &str) {
        self.wire.send(Message::binary(keys.as_bytes().to_vec())).await.expect("sent");
    }

    /// Presses Enter and waits for the shell's prompt.
    pub async fn activate(&mut self) {
        self.keys("\r").await;
        self.until("root@").await;
        self.until("# ").await;
    }
}

fn tail(text: &str) -> String {
    text.chars().rev().take(400).collect::<Vec<char>>().into_iter().rev().collect()
}
