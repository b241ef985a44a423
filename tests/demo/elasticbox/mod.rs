//! The ElasticBox face, as its page and the documents around it say; every answer is held against the description.

mod deploys;
mod leases;
mod logs;
mod reads;
mod writes;

use std::time::{Duration, Instant};

use quarterdeck::demo::Cloud;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::client::{LIMIT, options};
use crate::schema::Description;

/// A client of the face with a good token.
pub struct Box {
    http: reqwest::Client,
    base: String,
    token: String,
    password: String,
    description: Option<Description>,
    _cloud: Cloud,
}

/// One answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Null where it is no JSON.
    pub json: Value,
}

impl Box {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut options = options(None);
        options.faces = vec!["elasticbox".into(), "quasarch".into()];
        let cloud = Cloud::start(options).await.expect("the cloud starts");
        let of = |platform: &str| cloud.access.iter().find(|a| a.platform == platform).expect("a face");
        let access = of("elasticbox").clone();
        // The same user signs in to both.
        let password = of("quasarch").secret.expose().to_owned();
        Self {
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            base: access.base_url,
            token: access.secret.expose().to_owned(),
            password,
            description: Description::open("elasticbox.openapi.yaml"),
            _cloud: cloud,
        }
    }

    /// A request with nothing but its method and path.
    pub fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// A request with the three headers of the page.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, path)
            .header("Content-Type", "application/json")
            .header("Elasticbox-Token", &self.token)
            .header("ElasticBox-Release", "4.0")
    }

    /// Sends a request; the answer must be as described, and say its release.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let path = path.strip_prefix("/elasticbox").expect("the prefix").to_owned();
        let answer = self.http.execute(request).await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        assert_eq!(headers["ElasticBox-Release"], "4.0", "{method} {path}");
        let text = answer.text().await.expect("whole");
        let is_json = headers.get("content-type").is_some_and(|v| v == "application/json");
        let json: Value = if is_json { serde_json::from_str(&text).expect("JSON") } else { Value::Null };
        if status >= 400 {
            assert!(json["message"].is_string(), "{method} {path}: {status} {text}");
        }
        // The description has no shape of errors, and lists them for some calls only.
        if let (Some(description), true) = (&self.description, status < 400 && is_described(&path)) {
            let faults = description.faults(method.as_str(), &path, status, is_json.then_some(&json));
            assert!(faults.is_empty(), "{method} {path} {status}: {faults:#?}");
        }
        Answer { status, headers, text, json }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// A GET that must succeed.
    pub async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json
    }

    pub async fn put(&self, path: &str) -> Answer {
        self.send(self.request(Method::PUT, path)).await
    }

    pub async fn delete(&self, id: &str, operation: &str) -> Answer {
        let path = format!("/services/instances/{id}?operation={operation}");
        self.send(self.request(Method::DELETE, &path)).await
    }

    /// Every instance of every workspace, each once.
    pub async fn all(&self) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        for workspace in rows(&self.read("/services/workspaces").await) {
            let id = workspace["id"].as_str().expect("an id");
            for instance in rows(&self.read(&format!("/services/workspaces/{id}/instances")).await) {
                if found.iter().all(|known| known["id"] != instance["id"]) {
                    found.push(instance.clone());
                }
            }
        }
        found
    }

    /// The id of an instance by name.
    pub async fn id_of(&self, name: &str) -> String {
        let all = self.all().await;
        let found = all.iter().find(|i| i["name"] == name);
        let found = found.unwrap_or_else(|| panic!("no {name} in {all:#?}"));
        found["id"].as_str().expect("an id").to_owned()
    }

    /// Waits until an instance is as wanted, and gives every `(state, event)` pair on the way there.
    pub async fn until(&self, id: &str, wanted: (&str, &str)) -> Vec<(String, String)> {
        let began = Instant::now();
        let mut seen: Vec<(String, String)> = Vec::new();
        loop {
            let pair = pair(&self.read(&format!("/services/instances/{id}")).await);
            if seen.last() != Some(&pair) {
                seen.push(pair.clone());
            }
            if (pair.0.as_str(), pair.1.as_str()) == wanted {
                return seen;
            }
            assert!(began.elapsed() < LIMIT, "never {wanted:?}, but {seen:?}");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }
}

/// Boxes, providers and single workspaces are in the vendor's other documents, not in the description.
fn is_described(path: &str) -> bool {
    let outside = ["/services/boxes", "/services/blobs", "/services/providers", "/services/tokens/"];
    let workspace = path.starts_with("/services/workspaces/") && path.split('/').count() == 4;
    !outside.iter().any(|prefix| path.starts_with(prefix)) && !workspace
}

pub fn rows(list: &Value) -> &[Value] {
    list.as_array().expect("a bare array")
}

pub fn pair(instance: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&instance["state"]), text(&instance["operation"]["event"]))
}
