//! The values of an API's answer that are secrets.

use serde_json::Value;

/// Fields whose value, or every scalar below it, is a secret.
const SECRET: [&str; 10] = [
    "password",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "credentials",
    "authorization",
    "webhook",
];

/// Fields that hold a map of environment variables: names are shown, values are not.
const ENVIRONMENT: [&str; 4] = ["env", "envs", "environment_vars", "environment_variables"];

/// JSON pointers of every secret in `value`.
pub(crate) fn secrets(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, &mut String::new(), false, 0, &mut found);
    found
}

fn walk(value: &Value, at: &mut String, hidden: bool, depth: u8, found: &mut Vec<String>) {
    // serde_json reads no deeper than 128; this is for the eye's sake only.
    if depth > 128 {
        return;
    }
    let length = at.len();
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                at.push('/');
                at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                let hides = hidden || is_secret(name) || (is_environment(name) && inner.is_object());
                walk(inner, at, hides, depth + 1, found);
                at.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                at.push('/');
                at.push_str(&index.to_string());
                walk(inner, at, hidden, depth + 1, found);
                at.truncate(length);
            }
        }
        Value::String(text) if hidden && !text.is_empty() => found.push(at.clone()),
        Value::Number(_) if hidden => found.push(at.clone()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Number(_) => {}
    }
}

/// Returns true if a field of this name holds a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|secret| name == *secret || name.ends_with(&format!("_{secret}")))
}

fn is_environment(name: &str) -> bool {
    ENVIRONMENT.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_environment_values_are_found_wherever_they_are() {
        let value = serde_json::json!({
            "env": {"A/B": "x", "EMPTY": ""},
            "environment": {"id": "e1"},
            "config": {"runtime": {"environment_vars": {"DB": "y"}}},
            "list": [{"sftp": {"password": {"algorithm": "raw", "data": "z"}, "port": 2022}}],
            "access_token": "t", "tokens": 3, "password": null,
        });
        assert_eq!(
            secrets(&value),
            [
                "/env/A~1B",
                "/config/runtime/environment_vars/DB",
                "/list/0/sftp/password/algorithm",
                "/list/0/sftp/password/data",
                "/access_token",
            ]
        );
    }
}
