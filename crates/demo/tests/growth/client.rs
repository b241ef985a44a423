//! A client of all faces that keeps nothing: a connection for each request, and the answer's document.

use parking_lot::Mutex;
use qdeck_demo::{Access, Cloud};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub struct Client<'a> {
    cloud: &'a Cloud,
    login: Mutex<String>,
}

impl<'a> Client<'a> {
    pub fn new(cloud: &'a Cloud) -> Self {
        Self { cloud, login: Mutex::default() }
    }

    pub async fn get(&self, platform: &str, path: &str) -> Value {
        self.send(platform, "GET", path, None).await
    }

    /// Signs in to Quasarch anew; the token is sent from then on.
    pub async fn log_in(&self) {
        self.login.lock().clear();
        let answer = self.get("quasarch", "/v1/users/token").await;
        answer["token"].as_str().expect("a token").clone_into(&mut self.login.lock());
    }

    /// The login's token, or the name and password that get one.
    fn quasarch(&self, access: &Access) -> String {
        use base64::Engine as _;
        let token = self.login.lock();
        if !token.is_empty() {
            return format!("Bearer {token}");
        }
        let pair = format!("{}:{}", access.email.as_deref().expect("an address"), access.secret.expose());
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    }

    /// Sends a request that must succeed.
    pub async fn send(&self, platform: &str, method: &str, path: &str, body: Option<Value>) -> Value {
        let access = self.cloud.access.iter().find(|a| a.platform == platform).expect("the face");
        let base = access.base_url.split_once("//").and_then(|(_, rest)| rest.split_once('/'));
        let target = format!("/{}{path}", base.expect("a path").1);
        let body = body.map_or_else(String::new, |body| body.to_string());
        let secret = access.secret.expose();
        let headers = match platform {
            "cycle" => {
                format!(
                    "Authorization: Bearer {secret}\r\nX-Hub-Id: {}",
                    access.hub.as_deref().expect("a hub")
                )
            }
            "quasarch" => format!("Authorization: {}", self.quasarch(access)),
            "gcore" => format!("Authorization: APIKey {secret}"),
            "elasticbox" => format!("ElasticBox-Token: {secret}\r\nElasticBox-Release: 4.0"),
            _ => {
                let key = access.key.as_ref().expect("a key").expose();
                format!("Authorization: {}", signed(key, secret, (method, &target, &body)))
            }
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{headers}\r\n\r\n{body}",
            self.cloud.address,
            body.len()
        );
        let mut stream = TcpStream::connect(self.cloud.address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("it answers");
        let text = String::from_utf8(answer).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status");
        assert!(status.starts_with('2'), "{method} {target}: {text}");
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

/// What goes into `Authorization`, for a request without a query.
fn signed(key: &str, secret: &str, (method, path, body): (&str, &str, &str)) -> String {
    use base64::Engine as _;
    let expires = jiff::Timestamp::now().as_second() + 600;
    let message = format!("{method} {path}\n{body}\n\n\n{expires}");
    let sealed = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let signature = ring::hmac::sign(&sealed, message.as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(signature);
    format!("EXO2-HMAC-SHA256 credential={key},expires={expires},signature={signature}")
}
