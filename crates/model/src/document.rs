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
    /// A document read now.
    pub fn new(value: Value, secrets: Vec<String>) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

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
