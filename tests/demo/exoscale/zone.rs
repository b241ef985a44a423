//! A client of one zone, which signs by the rules of the API's description and holds every answer against it.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quarterdeck::demo::{Cloud, CloudOptions};
use ring::hmac;
use serde_json::Value;

use crate::client::{LIMIT, options};
use crate::schema::Description;

/// The description is large: it is read once.
fn description() -> Option<&'static Description> {
    static READ: OnceLock<Option<Description>> = OnceLock::new();
    READ.get_or_init(|| Description::open("exoscale.openapi.json")).as_ref()
}

/// A client of the face, sent to one zone.
pub struct Zone<'a> {
    pub http: reqwest::Client,
    cloud: &'a Cloud,
    pub name: &'static str,
    pub key: String,
    pub secret: String,
}

/// A cloud with this face alone.
pub async fn cloud() -> Cloud {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = CloudOptions { faces: vec!["exoscale".to_owned()], ..options(None) };
    Cloud::start(options).await.expect("the cloud starts")
}

/// The value of `Authorization`: the parts of the message are method and path, body, values of the sorted query,
/// nothing, and the expiry.
pub fn signed(
    key: &str,
    secret: &str,
    request: (&str, &str, &str),
    query: &[(&str, &str)],
    expires: i64,
) -> String {
    let (method, path, body) = request;
    let mut query = query.to_vec();
    query.sort_unstable();
    let names: Vec<&str> = query.iter().map(|(name, _)| *name).collect();
    let values: String = query.iter().map(|(_, value)| *value).collect();
    let message = format!("{method} {path}\n{body}\n{values}\n\n{expires}");
    let sealed = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = STANDARD.encode(hmac::sign(&sealed, message.as_bytes()));
    let names =
        if names.is_empty() { String::new() } else { format!(",signed-query-args={}", names.join(";")) };
    format!("EXO2-HMAC-SHA256 credential={key}{names},expires={expires},signature={signature}")
}

impl<'a> Zone<'a> {
    pub fn of(cloud: &'a Cloud, name: &'static str) -> Self {
        let access = cloud.access.iter().find(|a| a.platform == "exoscale").expect("the face");
        Self {
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            cloud,
            name,
            key: access.key.as_ref().expect("a key").expose().to_owned(),
            secret: access.secret.expose().to_owned(),
        }
    }

    /// The path on the wire of one below `/v2`.
    pub fn path(&self, below: &str) -> String {
        format!("/exoscale/{}/v2{below}", self.name)
    }

    pub fn url(&self, below: &str) -> String {
        format!("http://{}{}", self.cloud.address, self.path(below))
    }

    /// A signed call.
    pub async fn call(&self, method: &str, below: &str, body: Option<Value>) -> (u16, Value) {
        self.ask(method, below, &[], body).await
    }

    /// A signed call with a query.
    pub async fn ask(
        &self,
        method: &str,
        below: &str,
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> (u16, Value) {
        let text = body.map_or_else(String::new, |body| body.to_string());
        let expires = jiff::Timestamp::now().as_second() + 600;
        let header = signed(&self.key, &self.secret, (method, &self.path(below), &text), query, expires);
        let request = self
            .http
            .request(method.parse().expect("a method"), self.url(below))
            .query(query)
            .header("Authorization", header)
            .header("Content-Type", "application/json")
            .body(text);
        let (status, answer) = crate::client::json(request).await;
        if let (Some(description), 200) = (description(), status) {
            let faults = description.faults(method, below, status, Some(&answer));
            assert!(faults.is_empty(), "{method} {below}: {faults:#?}\n{answer:#}");
        }
        (status, answer)
    }

    /// The answer of a read that must succeed.
    pub async fn get(&self, below: &str) -> Value {
        let (status, answer) = self.call("GET", below, None).await;
        assert_eq!(status, 200, "GET {below}: {answer}");
        answer
    }

    /// A change that must be taken: its operation as first answered.
    pub async fn change(&self, method: &str, below: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.call(method, below, body).await;
        assert_eq!(status, 200, "{method} {below}: {answer}");
        answer
    }

    /// A change that must be refused: its status and its message.
    pub async fn refused(&self, method: &str, below: &str, body: Option<Value>) -> (u16, String) {
        let (status, answer) = self.call(method, below, body).await;
        assert!(status >= 400, "{method} {below}: {answer}");
        (status, answer["message"].as_str().expect("a message").to_owned())
    }

    /// Asks after an operation until it has ended.
    pub async fn wait(&self, operation: &Value) -> Value {
        let id = operation["id"].as_str().expect("an id");
        let began = Instant::now();
        loop {
            let now = self.get(&format!("/operation/{id}")).await;
            if now["state"] != "pending" {
                return now;
            }
            assert!(began.elapsed() < LIMIT, "it stays pending: {now}");
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    /// A change that must be taken and succeed.
    pub async fn done(&self, method: &str, below: &str, body: Option<Value>) -> Value {
        let operation = self.change(method, below, body).await;
        let ended = self.wait(&operation).await;
        assert_eq!(ended["state"], "success", "{method} {below}: {ended}");
        ended
    }

    /// The id of an instance of this zone by its name.
    pub async fn instance(&self, name: &str) -> String {
        let all = self.get("/instance").await;
        let rows = all["instances"].as_array().expect("a list").iter();
        let mut found = rows.filter(|row| row["name"] == name);
        found.next().expect("such an instance")["id"].as_str().expect("an id").to_owned()
    }

    /// The id of something in a list by a field of it.
    pub async fn find(&self, below: &str, list: &str, field: &str, value: &str) -> String {
        let all = self.get(below).await;
        let rows = all[list].as_array().expect("a list").iter();
        let found = rows.filter(|row| row[field] == value).map(|row| row["id"].as_str());
        found.flatten().next().expect("one like that").to_owned()
    }

    /// The id of a type such as `standard.small`.
    pub async fn kind(&self, name: &str) -> String {
        let (family, size) = name.split_once('.').expect("family.size");
        let all = self.get("/instance-type").await;
        let rows = all["instance-types"].as_array().expect("a list").iter();
        let found = rows.filter(|row| row["family"] == family && row["size"] == size);
        found.map(|row| row["id"].as_str()).next().flatten().expect("a type").to_owned()
    }

    /// The id of the first public template of that name.
    pub async fn template(&self, name: &str) -> String {
        self.find("/template", "templates", "name", name).await
    }
}
