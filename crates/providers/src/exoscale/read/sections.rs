//! The parts of a description: each a read or several, of which one that is refused hides only itself.

use std::sync::Arc;

use base64::Engine as _;
use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use super::super::Deck;
use super::super::api::{Ask, Zone};
use crate::Section;
use crate::kit::secret_fields;
use qdeck_model::{Document, Problem, ProblemKind};

/// Sections that are asked for at once; they are sent in order.
const SECTIONS_AT_ONCE: usize = 4;

/// A section to come; `None` where there turns out to be nothing to show.
pub(super) struct Part {
    title: &'static str,
    body: BoxFuture<'static, Option<Result<Value, Problem>>>,
}

impl Part {
    pub(super) fn new(
        title: &'static str,
        body: impl Future<Output = Option<Result<Value, Problem>>> + Send + 'static,
    ) -> Self {
        Self { title, body: body.boxed() }
    }

    /// The values read already.
    pub(super) fn known(title: &'static str, value: Value) -> Self {
        Self::new(title, async { Some(Ok(value)) })
    }

    /// One read. A 404 means that there is none (any more), which is nothing to show.
    pub(super) fn read(title: &'static str, deck: &Arc<Deck>, zone: &Arc<Zone>, ask: Ask) -> Self {
        let (deck, zone) = (deck.clone(), zone.clone());
        Self::new(title, async move {
            match deck.api.get(&zone, &ask).await {
                Err(problem) if problem.kind == ProblemKind::NotFound => None,
                answer => Some(answer),
            }
        })
    }

    /// One read for each of these, as a list. What is gone meanwhile is left out.
    pub(super) fn each(
        title: &'static str,
        deck: &Arc<Deck>,
        zone: &Arc<Zone>,
        operation: &'static str,
        noun: &'static str,
        ids: Vec<String>,
    ) -> Self {
        let (deck, zone) = (deck.clone(), zone.clone());
        Self::new(title, async move {
            if ids.is_empty() {
                return None;
            }
            let reads = ids.into_iter().map(|id| {
                let (deck, zone) = (&deck, &zone);
                async move {
                    let ask = Ask::new(operation, &[noun, &id]);
                    let answer = deck.api.get(zone, &ask).await;
                    (id, answer)
                }
            });
            Some(gathered(join_all(reads).await))
        })
    }
}

/// The answers as one list; an error only where there is nothing else.
fn gathered(answers: Vec<(String, Result<Value, Problem>)>) -> Result<Value, Problem> {
    let mut list = Vec::new();
    let mut failure = None;
    let mut read = false;
    for (id, answer) in answers {
        match answer {
            Ok(value) => {
                read = true;
                list.push(value);
            }
            Err(problem) if problem.kind == ProblemKind::NotFound => {}
            Err(problem) => {
                list.push(json!({"id": id, "problem": problem.to_string()}));
                failure = failure.or(Some(problem));
            }
        }
    }
    match failure {
        Some(problem) if !read => Err(problem),
        _ => Ok(Value::Array(list)),
    }
}

/// Sends the parts in order, several being read at once. `None` when the receiver is gone.
pub(super) async fn send_parts(parts: Vec<Part>, out: &Sender<Section>) -> Option<()> {
    let mut parts = stream::iter(parts)
        .map(|part| async move { (part.title, part.body.await) })
        .buffered(SECTIONS_AT_ONCE);
    while let Some((title, body)) = parts.next().await {
        let Some(body) = body else { continue };
        let body = body.map(|value| {
            let secrets = secrets(&value);
            Document::new(value, secrets)
        });
        out.send(Section { title, body }).await.ok()?;
    }
    Some(())
}

/// Fields to mask: besides those secret everywhere, scripts of users, who put passwords into them, and addresses
/// that are keys to what they lead to.
fn secrets(value: &Value) -> Vec<String> {
    let mut all = secret_fields::secrets(value);
    hidden(value, &mut String::new(), &mut all);
    all
}

fn hidden(value: &Value, at: &mut String, found: &mut Vec<String>) {
    let length = at.len();
    let mut inner = |name: &str, inner: &Value| {
        at.push('/');
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        match inner {
            Value::String(text) if !text.is_empty() && is_secret(name) => {
                found.push(at.clone());
            }
            inner => hidden(inner, at, found),
        }
        at.truncate(length);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| inner(name, value)),
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                inner(&index.to_string(), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Kebab case is this API's own, so the words that are secret everywhere come with other signs before them.
fn is_secret(name: &str) -> bool {
    matches!(name, "user-data" | "presigned-url" | "private-key")
        || ["-password", "-secret", "-token"].iter().any(|end| name.ends_with(end))
}

/// A script of an instance as text; `None` where it is packed or no text.
pub(super) fn script(encoded: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_keyed_addresses_are_masked_wherever_they_are() {
        let value = json!({
            "user-data": "I2Nsb3Vk", "name": "web",
            "list": [{"export": {"presigned-url": "https://sos.example/x?sig=1", "md5sum": "0"}}],
            "body-params": {"user-data": "", "password": "obviously-fake"},
        });
        let mut found = secrets(&value);
        found.sort();
        assert_eq!(found, ["/body-params/password", "/list/0/export/presigned-url", "/user-data"]);
    }

    #[test]
    fn one_that_is_refused_hides_no_other_and_one_that_is_gone_nothing() {
        let problem = |kind| Problem::new(kind, "no");
        let answers = |second| {
            vec![
                ("a".to_owned(), Err(problem(ProblemKind::NotFound))),
                ("b".to_owned(), second),
                ("c".to_owned(), Err(problem(ProblemKind::Forbidden))),
            ]
        };
        assert_eq!(
            gathered(answers(Ok(json!({"id": "b"})))).unwrap(),
            json!([{"id": "b"}, {"id": "c", "problem": "no"}])
        );
        let failed = gathered(answers(Err(problem(ProblemKind::Server)))).unwrap_err();
        assert_eq!(failed.kind, ProblemKind::Server);
        assert_eq!(gathered(Vec::new()).unwrap(), json!([]));
    }

    #[test]
    fn a_script_is_shown_as_text_where_it_is_text() {
        assert_eq!(script("I2Nsb3VkLWNvbmZpZw==").as_deref(), Some("#cloud-config"));
        assert_eq!(script("H4sIAAAAAAAA/w=="), None, "packed");
        assert_eq!(script("not base64!"), None);
    }
}
