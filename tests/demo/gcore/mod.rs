//! The Gcore face as a client sees it. Every answer is held against the platform's description, where that is present.

mod console;
mod inference;
mod reads;
mod refusals;
mod writes;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use quarterdeck::demo::Access;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, LIMIT};
use crate::schema::Description;

static DESCRIPTION: OnceLock<Option<Description>> = OnceLock::new();

/// Paths that were in the specification when the pages were written, and are no longer.
const UNDESCRIBED: [&str; 2] = ["/cloud/v1/instances/search", "/cloud/v1/reseller_name_templates"];

/// A client of the face.
pub struct Gcore {
    client: Client,
    access: Access,
    /// The numbers of the regions.
    regions: Vec<i64>,
}

impl Gcore {
    pub async fn start() -> Self {
        let client = Client::start(None).await;
        let access = client.cloud().access.iter().find(|a| a.platform == "gcore");
        let access = access.expect("the face").clone();
        let mut gcore = Self { client, access, regions: Vec::new() };
        let list = gcore.get("/cloud/v1/regions").await;
        let ids = list["results"].as_array().into_iter().flatten();
        gcore.regions = ids.filter_map(|region| region["id"].as_i64()).collect();
        assert!(gcore.regions.len() > 1, "{list}");
        gcore
    }

    fn project(&self) -> u64 {
        self.access.project.expect("a project")
    }

    /// `1437/76`: the project and the `nth` region.
    fn scope(&self, nth: usize) -> String {
        format!("{}/{}", self.project(), self.regions[nth])
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self
            .client
            .http
            .request(method.clone(), format!("{}{path}", self.access.base_url))
            .header("Authorization", format!("APIKey {}", self.access.secret.expose()));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        let body: Option<Value> = (!text.is_empty()).then(|| serde_json::from_str(&text).expect("JSON"));
        let bare = path.split('?').next().unwrap_or(path);
        let described = DESCRIPTION.get_or_init(|| Description::open("gcore.openapi.json"));
        if let Some(description) = described
            && status < 400
            && !UNDESCRIBED.iter().any(|known| bare.starts_with(known))
        {
            let faults = description.faults(method.as_str(), bare, status, body.as_ref());
            assert!(faults.is_empty(), "{method} {path}: {faults:#?}");
        }
        if status >= 400 {
            let body = body.as_ref().expect("an error has a body");
            for key in ["exception_class", "message", "request_id"] {
                assert!(body[key].is_string(), "{method} {path}: no {key} in {body}");
            }
        }
        (status, body.unwrap_or(Value::Null))
    }

    /// A read that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// A write that must be accepted as one task; gives the task's id.
    pub async fn begin(&self, method: Method, path: &str, body: Option<Value>) -> String {
        let (status, answer) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        let tasks = answer["tasks"].as_array().expect("tasks");
        assert_eq!(tasks.len(), 1, "{answer}");
        tasks[0].as_str().expect("an id").to_owned()
    }

    /// Waits for a task's end and gives it as it then is.
    pub async fn finish(&self, task: &str) -> Value {
        let ends = Instant::now() + LIMIT;
        loop {
            let answer = self.get(&format!("/cloud/v1/tasks/{task}")).await;
            if answer["state"] == "FINISHED" {
                return answer;
            }
            assert!(answer["state"] == "NEW" || answer["state"] == "RUNNING", "{answer}");
            assert!(Instant::now() < ends, "the task did not end: {answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A write that ends as it should.
    async fn done(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let task = self.begin(method, path, body).await;
        self.finish(&task).await
    }

    /// The path of a machine by its name.
    async fn machine(&self, region: usize, name: &str) -> String {
        let list = self
            .get(&format!("/cloud/v1/instances/{}?name={name}&include_ai=true", self.scope(region)))
            .await;
        let id = list["results"][0]["id"].as_str();
        let id = id.unwrap_or_else(|| panic!("no machine {name}: {list}"));
        format!("/cloud/v1/instances/{}/{id}", self.scope(region))
    }

    /// A machine that serves on an external address, and its path.
    pub async fn api(&self) -> String {
        self.machine(0, "api").await
    }

    /// A body that makes a small machine of a public image.
    async fn wish(&self, name: &str) -> Value {
        let images = self.get(&format!("/cloud/v1/images/{}?os_distro=debian", self.scope(0))).await;
        let image = images["results"][0]["id"].clone();
        json!({
            "name": name,
            "flavor": "g2-standard-1-2",
            "interfaces": [{ "type": "external" }],
            "volumes": [{ "source": "image", "image_id": image, "size": 10, "boot_index": 0 }],
            "tags": { "stage": "test" },
        })
    }
}

/// The values of a field over the rows of a list.
fn all(list: &Value, field: &str) -> Vec<String> {
    let rows = list["results"].as_array().into_iter().flatten();
    rows.map(|row| row[field].as_str().map_or_else(|| row[field].to_string(), ToOwned::to_owned)).collect()
}
