//! A request as a command for a POSIX shell, its secrets as variables of that shell.

use std::fmt::Write as _;

use serde_json::Value;
use url::Url;

use qdeck_model::{MASK, Method, PreparedRequest};

/// A request as a shell's command.
///
/// ```text
/// curl --globoff -sS -X PUT -H "authorization: Bearer $CYCLE_API_KEY" 'https://api.example/v1/x'
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurlLine {
    /// The command. It holds no secret.
    pub line: String,
    /// The variables that must be set before it is run, in the order of their use. That of a secret in a JSON body holds
    /// it as it is written in JSON, without the quotes.
    pub variables: Vec<String>,
}

/// The way a platform's credentials get into a shell's command. All texts are read by the shell inside double quotes,
/// so that `$NAME` is a variable; they hold no secrets and nothing that came over the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellCredentials {
    /// Commands before it, each with a `;` at its end. They may use `$body`, see [`Self::needs_body`].
    pub before: String,
    /// The commands before it use the body, in the variable `body`.
    pub needs_body: bool,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The variables that the user sets.
    pub variables: Vec<&'static str>,
}

impl ShellCredentials {
    /// One header whose value is `scheme` and a variable: `Bearer $CYCLE_API_KEY`.
    pub fn header(name: &'static str, scheme: &str, variable: &'static str) -> Self {
        Self {
            headers: vec![(name, format!("{scheme}${variable}"))],
            variables: vec![variable],
            ..Self::default()
        }
    }
}

impl CurlLine {
    /// The command that sends `request` as it is when it is run in a shell whose variables hold the secrets.
    ///
    /// Values that were masked when the request was written down become variables, too.
    pub fn new(request: &PreparedRequest, credentials: &ShellCredentials) -> Self {
        let mut variables: Vec<String> = credentials.variables.iter().map(|&name| name.to_owned()).collect();
        let is_raw = request.has_raw_body();
        let body =
            request.body.as_ref().map(|body| body_word(body, is_raw, &request.secrets, &mut variables));
        let mut line = String::new();
        if credentials.needs_body {
            let _ = write!(line, "body={}; ", body.as_deref().unwrap_or("''"));
        }
        if !credentials.before.is_empty() {
            let _ = write!(line, "{} ", credentials.before);
        }
        line.push_str("curl --globoff -sS");
        if request.method != Method::Get {
            let _ = write!(line, " -X {}", request.method);
        }
        for (name, value) in &credentials.headers {
            let _ = write!(line, " -H \"{name}: {value}\"");
        }
        line.push_str(" -H 'accept: application/json'");
        for (name, value) in &request.headers {
            let _ = write!(line, " -H {}", quoted(&format!("{name}: {value}")));
        }
        if let Some(body) = &body {
            let has_type = request.headers.iter().any(|(name, _)| *name == "content-type");
            let kind = if has_type { "" } else { " -H 'content-type: application/json'" };
            let body = if credentials.needs_body { "\"$body\"" } else { body };
            let _ = write!(line, "{kind} --data-raw {body}");
        }
        let _ = write!(line, " {}", url_word(&request.url, &mut variables));
        Self { line, variables }
    }
}

/// A body as a word of the shell, with variables in the place of secrets. A raw one is the text itself.
fn body_word(body: &Value, is_raw: bool, secrets: &[String], variables: &mut Vec<String>) -> String {
    let mut body = body.clone();
    for pointer in secrets {
        if let Some(value) = body.pointer_mut(pointer) {
            *value = Value::String(MASK.to_owned());
        }
    }
    // A text that the body does not hold is put where a secret was, until the body is written as text.
    let written = body.to_string();
    let mut marks = (0_u32..).map(|number| format!("@secret-{number}@"));
    let mark = marks.find(|mark| !written.contains(mark)).unwrap_or_default();
    let mut names = Vec::new();
    hide_masked(&mut body, "secret", &mut |name| {
        names.push(free_name(name, variables));
        Value::String(mark.clone())
    });
    let text = match body {
        Value::String(text) if is_raw => text,
        body => body.to_string(),
    };
    let mut parts = text.split(&mark);
    let mut word = quoted(parts.next().unwrap_or_default());
    for (name, part) in names.iter().zip(parts) {
        let _ = write!(word, "\"${{{name}}}\"{}", quoted(part));
    }
    word
}

/// Replaces every masked value, given the name it has.
fn hide_masked(value: &mut Value, name: &str, replacement: &mut impl FnMut(&str) -> Value) {
    match value {
        Value::String(text) if text == MASK => *value = replacement(name),
        Value::Array(all) => all.iter_mut().for_each(|one| hide_masked(one, name, replacement)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, field)| hide_masked(field, name, replacement));
        }
        _ => {}
    }
}

/// An address as a word of the shell, with variables in the place of secrets in its query.
fn url_word(url: &str, variables: &mut Vec<String>) -> String {
    let Ok(parsed) = Url::parse(url) else {
        return quoted(url);
    };
    let mut rest = url;
    let mut word = String::new();
    for (name, value) in parsed.query_pairs().filter(|(name, _)| crate::address::is_secret_name(name)) {
        // As it is written in the address.
        let written: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        if let Some(at) = rest.find(&written).filter(|_| !written.is_empty()) {
            let _ = write!(word, "{}\"${{{}}}\"", quoted(&rest[..at]), free_name(&name, variables));
            rest = &rest[at + written.len()..];
        }
    }
    if !rest.is_empty() {
        word.push_str(&quoted(rest));
    }
    word
}

/// A variable's name that is not taken, made of the name of what it holds. It is remembered.
fn free_name(name: &str, taken: &mut Vec<String>) -> String {
    let name = shell_name(name);
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|candidate| !taken.contains(candidate));
    let free = free.unwrap_or(name);
    taken.push(free.clone());
    free
}

/// A word in single quotes, in which a POSIX shell takes everything as it is but the single quote itself.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A name that a shell's variable can have: `ROOT_PASSWORD` of `root-password`.
fn shell_name(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bearer() -> ShellCredentials {
        ShellCredentials::header("authorization", "Bearer ", "CYCLE_API_KEY")
    }

    #[test]
    fn what_a_shell_would_read_is_quoted_and_secrets_are_variables() {
        let request = PreparedRequest {
            secrets: vec!["/password".to_owned(), "/not/there".to_owned()],
            ..PreparedRequest::new(Method::Put, "https://api.example/v1/a%20b?x=$HOME&y=1")
        }
        .body(json!({"name": "it's $(rm -rf /) `x` \"y\" \\", "password": "fake"}));
        let curl = CurlLine::new(&request, &bearer());
        assert_eq!(
            curl.line,
            concat!(
                "curl --globoff -sS -X PUT -H \"authorization: Bearer $CYCLE_API_KEY\" -H 'accept: application/json' ",
                "-H 'content-type: application/json' ",
                r#"--data-raw '{"name":"it'\''s $(rm -rf /) `x` \"y\" \\","password":"'"${PASSWORD}"'"}' "#,
                "'https://api.example/v1/a%20b?x=$HOME&y=1'"
            )
        );
        assert_eq!(curl.variables, ["CYCLE_API_KEY", "PASSWORD"]);
    }

    #[test]
    fn a_raw_body_is_the_text_itself() {
        let request = PreparedRequest {
            headers: vec![("content-type", "text/plain".into())],
            ..PreparedRequest::new(Method::Post, "https://api.example/v1/files/a")
        }
        .body(json!("a = \"b\"\n"));
        let word = |request: &PreparedRequest| {
            let line = CurlLine::new(request, &bearer()).line;
            let (_, word) = line.split_once(" --data-raw ").unwrap();
            word.trim_end_matches(" 'https://api.example/v1/files/a'").to_owned()
        };
        assert_eq!(word(&request), "'a = \"b\"\n'");
        let secret = PreparedRequest { secrets: vec![String::new()], ..request.clone() };
        assert_eq!(word(&secret), "''\"${SECRET}\"''");
        let json = PreparedRequest { headers: Vec::new(), ..request };
        assert_eq!(word(&json), r#"'"a = \"b\"\n"'"#);
    }

    #[test]
    fn masked_values_of_a_request_that_was_written_down_are_variables_each_of_its_own() {
        let request = PreparedRequest {
            headers: vec![("content-type", "application/merge-patch+json".into())],
            ..PreparedRequest::new(Method::Patch, "https://api.example/v1/x?token=a%2Bb&page=2")
        }
        .body(json!({"env": {"DB-KEY": MASK, "9": MASK}, "keys": [MASK, MASK], "name": format!("{MASK}0")}));
        let curl = CurlLine::new(&request, &bearer());
        assert_eq!(curl.variables, ["CYCLE_API_KEY", "DB_KEY", "_9", "KEYS", "KEYS_2", "TOKEN"]);
        assert!(
            curl.line.ends_with("'https://api.example/v1/x?token='\"${TOKEN}\"'&page=2'"),
            "{}",
            curl.line
        );
        assert!(
            !curl.line.contains("a%2Bb") && !curl.line.contains("application/json' --data"),
            "{}",
            curl.line
        );
    }

    #[test]
    fn a_read_has_no_method_and_no_body() {
        let request = PreparedRequest::new(Method::Get, "http://[::1]:8080/v1/x");
        let curl = CurlLine::new(&request, &ShellCredentials::default());
        assert_eq!(curl.line, "curl --globoff -sS -H 'accept: application/json' 'http://[::1]:8080/v1/x'");
        assert!(curl.variables.is_empty());
    }

    #[test]
    fn a_body_that_is_signed_is_a_variable() {
        let request = PreparedRequest::new(Method::Put, "https://a.example/").body(json!({"a": 1}));
        let credentials = ShellCredentials {
            before: "s=$(printf %s \"$body\" | sign);".to_owned(),
            needs_body: true,
            headers: vec![("authorization", "k=$KEY,s=$s".to_owned())],
            variables: vec!["KEY"],
        };
        let line = CurlLine::new(&request, &credentials).line;
        assert!(line.starts_with("body='{\"a\":1}'; s=$(printf %s \"$body\" | sign); curl "), "{line}");
        assert!(line.contains(" --data-raw \"$body\" "), "{line}");
    }
}
