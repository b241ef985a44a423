//! The values of ElasticBox's documents that are secrets: tokens of services and machines, and variables that hold one.

use serde_json::Value;

use crate::kit::secret_fields;

/// JSON pointers of every secret: the fields that are secret anywhere, and the value of each variable whose type is
/// `Password` or whose name is that of a secret.
pub(crate) fn secrets(value: &Value) -> Vec<String> {
    let mut found = secret_fields::secrets(value);
    variables(value, &mut String::new(), &mut found);
    found
}

fn variables(value: &Value, at: &mut String, found: &mut Vec<String>) {
    let length = at.len();
    match value {
        Value::Object(fields) => {
            let word = |name| fields.get(name).and_then(Value::as_str).unwrap_or_default();
            let hides = word("type").eq_ignore_ascii_case("password")
                || (fields.contains_key("type") && secret_fields::is_secret(word("name")));
            if hides && fields.get("value").is_some_and(|it| it.is_string() || it.is_number()) {
                found.push(format!("{at}/value"));
            }
            for (name, inner) in fields {
                at.push('/');
                at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                variables(inner, at, found);
                at.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                at.push('/');
                at.push_str(&index.to_string());
                variables(inner, at, found);
                at.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_passwords_are_found_wherever_they_are() {
        let value = serde_json::json!({
            "token": "t",
            "machines": [{"name": "m", "token": "u"}],
            "variables": [
                {"type": "Text", "name": "MODE", "value": "plain"},
                {"type": "Password", "name": "x", "value": "secret"},
                {"type": "Text", "name": "DB_PASSWORD", "value": "secret"},
                {"type": "Password", "name": "none", "value": null},
            ],
            "boxes": [{"variables": [{"type": "Password", "name": "y", "value": "secret"}]}],
            "name": "token",
        });
        assert_eq!(
            secrets(&value),
            [
                "/token",
                "/machines/0/token",
                "/variables/1/value",
                "/variables/2/value",
                "/boxes/0/variables/0/value",
            ]
        );
    }
}
