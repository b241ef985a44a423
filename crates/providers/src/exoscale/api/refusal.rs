//! Refusals in Exoscale's words: three shapes of body, and the missing permission by its name.

use serde_json::Value;

use crate::kit;
use qdeck_model::{Problem, ProblemKind};
use qdeck_net::NetError;

/// The problem of an operation that was refused. `accepted`: whether this key has ever been let in; before, a 403
/// may as well mean the key itself, since the API has one status for both.
pub(super) fn problem(error: NetError, operation: &str, accepted: bool) -> Problem {
    let body = kit::refusal_json(&error);
    let mut problem = Problem::from(error);
    if let Some(words) = body.as_ref().and_then(words) {
        problem.message = words.into();
    }
    problem.hint = match problem.kind {
        // Protection shows nowhere else: official clients learn of it in the same way.
        ProblemKind::Forbidden if operation == "delete-instance" && accepted => Some(
            format!(
                "If it is protected, use `Remove protection` on it first; else the API key's role lacks `{operation}`"
            )
            .into(),
        ),
        ProblemKind::Forbidden if accepted => {
            Some(format!("The API key's role lacks `{operation}`").into())
        }
        ProblemKind::Forbidden => Some(
            format!(
                "The API key's role lacks `{operation}`, key and secret do not belong together, or this machine's \
                 clock is wrong"
            )
            .into(),
        ),
        _ => problem.hint,
    };
    problem
}

/// The message of the body, in the order of the official clients: `message`, `error`, then `title` with `detail`; and after
/// it what is wrong in particular.
fn words(body: &Value) -> Option<String> {
    let text = |name: &str| {
        let word = body.get(name)?.as_str()?.trim();
        (!word.is_empty()).then(|| word.to_owned())
    };
    let mut words = match (text("message").or_else(|| text("error")), text("title"), text("detail")) {
        (Some(message), ..) => message,
        (None, Some(title), Some(detail)) if title != detail => format!("{title}: {detail}"),
        (None, title, detail) => title.or(detail)?,
    };
    for error in body.get("errors").and_then(Value::as_array).into_iter().flatten().take(4) {
        if let Some(detail) = detail(error).filter(|detail| !words.contains(detail)) {
            words.push_str("; ");
            words.push_str(&detail);
        }
    }
    let words = words.chars().map(|c| if c.is_control() { ' ' } else { c });
    Some(words.take(400).collect())
}

/// One of `errors`: a sentence, or an object with one and with where it was found.
fn detail(error: &Value) -> Option<String> {
    if let Some(text) = error.as_str() {
        return Some(text.to_owned());
    }
    let word = |name: &str| error.get(name).and_then(Value::as_str);
    let sentence = word("message").or(word("detail"))?;
    let place = word("path").or(word("pointer")).or(word("location"));
    Some(place.map_or_else(|| sentence.to_owned(), |place| format!("{sentence} ({place})")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_shape_of_refusal_is_read() {
        for (body, message) in [
            (json!({"message": "Not found"}), Some("Not found")),
            (
                json!({"message": "Invalid", "errors": [{"message": "name is too long"}]}),
                Some("Invalid; name is too long"),
            ),
            (
                json!({"type": "about:blank", "title": "Bad request", "status": 400, "detail": "No",
                    "errors": ["odd", {"detail": "size", "location": "body", "pointer": "/disk-size"}]}),
                Some("Bad request: No; odd; size (/disk-size)"),
            ),
            (json!({"error": "slow\ndown", "retry_after": 3}), Some("slow down")),
            (json!({"title": "Forbidden", "detail": "Forbidden"}), Some("Forbidden")),
            (json!({"status": 500}), None),
            (json!(["odd"]), None),
        ] {
            assert_eq!(words(&body).as_deref(), message, "{body}");
        }
    }
}
