//! A resource as the platform answered it.

use serde_json::Value;

use super::Timestamp;

/// The raw answer for one resource, in the API's own words and order, and when it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The answer without its envelope.
    pub value: Value,
    /// JSON pointers ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) of values that must be masked until the
    /// user reveals them, such as `/env/DB_PASSWORD`.
    pub secrets: Vec<String>,
    /// When it was read.
    pub read: Timestamp,
}

impl Document {
    /// A document read now. What it repeats of the secrets of the process is replaced by dots for good.
    pub fn new(mut value: Value, secrets: Vec<String>) -> Self {
        redact_strings(&mut value);
        Self { value, secrets, read: Timestamp::now() }
    }

    /// The value with every secret replaced by dots.
    pub fn masked(&self) -> Value {
        let mut value = self.value.clone();
        for pointer in &self.secrets {
            if let Some(secret) = value.pointer_mut(pointer) {
                *secret = Value::String("••••••••".to_owned());
            }
        }
        value
    }
}

/// Redacts every string in a value; keys stay.
fn redact_strings(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let std::borrow::Cow::Owned(shown) = crate::redact(text) {
                *text = shown;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(redact_strings),
        Value::Object(entries) => entries.values_mut().for_each(redact_strings),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_process_is_in_no_document() {
        crate::hide(&crate::Secret::new("document-secret"));
        let value = serde_json::json!({"a": ["x document-secret"], "b": 1});
        assert_eq!(Document::new(value, Vec::new()).value, serde_json::json!({"a": ["x ••••"], "b": 1}));
    }

    #[test]
    fn masked_hides_the_named_values_and_nothing_else() {
        let document = Document::new(
            serde_json::json!({"env": {"TOKEN": "s3cret", "MODE": "prod"}, "list": [{"password": 1}]}),
            vec!["/env/TOKEN".into(), "/list/0/password".into(), "/not/there".into()],
        );
        assert_eq!(
            document.masked(),
            serde_json::json!({"env": {"TOKEN": "••••••••", "MODE": "prod"}, "list": [{"password": "••••••••"}]})
        );
    }
}
