//! A request as a line of `curl` for a POSIX shell, its secrets as variables of that shell.

use std::fmt::Write as _;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use super::request::Request;
use qdeck_model::Secret;

/// A request as a shell's command.
///
/// ```text
/// curl -X PUT -H 'accept: application/json' -H 'authorization: Bearer '"$AUTHORIZATION" 'https://api.example/v1/x'
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurlLine {
    /// The command. It holds no secret.
    pub line: String,
    /// The variables that must be set before it is run, in the order of their use.
    pub variables: Vec<String>,
}

impl Request {
    /// The request as a command that does the same when it is run in a shell whose variables hold the secrets.
    pub fn as_curl(&self) -> CurlLine {
        let mut writer = Writer::new(self);
        let mut line = "curl --globoff -sS".to_owned();
        if self.method != Method::GET {
            let _ = write!(line, " -X {}", self.method);
        }
        for (name, value) in &self.headers {
            if *name == CONTENT_TYPE && self.body.is_none() {
                continue;
            }
            let value = String::from_utf8_lossy(value.as_bytes());
            let header = match self.sensitive(name.as_str(), &value) {
                Some((scheme, credential)) => {
                    let variable = writer.variable(&credential, name.as_str());
                    format!("{}\"${variable}\"", quoted(&format!("{name}: {scheme}")))
                }
                None => writer.hidden(&format!("{name}: {value}")),
            };
            let _ = write!(line, " -H {header}");
        }
        if let Some(body) = &self.body {
            let _ = write!(line, " --data-raw {}", writer.hidden(&String::from_utf8_lossy(body)));
        }
        let _ = write!(line, " {}", writer.hidden(self.url.as_str()));
        CurlLine { line, variables: writer.variables.into_iter().map(|(_, name)| name).collect() }
    }

    /// A header that holds a credential, cut into its scheme and the credential.
    fn sensitive(&self, name: &str, value: &str) -> Option<(String, String)> {
        if !self.headers.get(name)?.is_sensitive() {
            return None;
        }
        let scheme = ["Bearer ", "Basic "].into_iter().find(|scheme| value.starts_with(scheme)).unwrap_or("");
        Some((scheme.to_owned(), value[scheme.len()..].to_owned()))
    }
}

/// Writes words of a shell, with variables in the place of secrets.
struct Writer {
    secrets: Vec<(String, String)>,
    /// Values and the names of their variables, those that were used.
    variables: Vec<(String, String)>,
}

impl Writer {
    fn new(request: &Request) -> Self {
        let mut secrets: Vec<(String, String)> = Vec::new();
        for (name, value) in request.url.query_pairs() {
            if crate::address::is_secret_name(&name) {
                // As it is written in the address.
                let written: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
                secrets.push((written, shell_name(&name)));
            }
        }
        for secret in request.secrets.iter().map(Secret::expose) {
            secrets.push((secret.to_owned(), "SECRET".to_owned()));
            // In a JSON body it is written with escapes; the variable holds it as it is written there.
            let escaped = serde_json::Value::from(secret).to_string();
            let escaped = &escaped[1..escaped.len() - 1];
            if escaped != secret {
                secrets.push((escaped.to_owned(), "SECRET_JSON".to_owned()));
            }
        }
        secrets.retain(|(value, _)| !value.is_empty());
        // A secret that is part of another one must not be found first.
        secrets.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self { secrets, variables: Vec::new() }
    }

    /// The variable of a value, with a number behind its name where another value has that name.
    fn variable(&mut self, value: &str, name: &str) -> String {
        if let Some((_, known)) = self.variables.iter().find(|(known, _)| known == value) {
            return known.clone();
        }
        let name = shell_name(name);
        let taken = |candidate: &str| self.variables.iter().any(|(_, name)| name == candidate);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|candidate| !taken(candidate));
        let free = free.unwrap_or(name);
        self.variables.push((value.to_owned(), free.clone()));
        free
    }

    /// A word of the shell with every secret in it replaced by its variable.
    fn hidden(&mut self, text: &str) -> String {
        let mut word = String::new();
        let mut rest = text;
        while let Some((at, value, name)) = self.first_secret(rest) {
            if at > 0 {
                word.push_str(&quoted(&rest[..at]));
            }
            let variable = self.variable(&value, &name);
            let _ = write!(word, "\"${{{variable}}}\"");
            rest = &rest[at + value.len()..];
        }
        if !rest.is_empty() || word.is_empty() {
            word.push_str(&quoted(rest));
        }
        word
    }

    fn first_secret(&self, text: &str) -> Option<(usize, String, String)> {
        let found = self.secrets.iter().filter_map(|(value, name)| Some((text.find(&**value)?, value, name)));
        let (at, value, name) = found.min_by_key(|(at, value, _)| (*at, std::cmp::Reverse(value.len())))?;
        Some((at, value.clone(), name.clone()))
    }
}

/// A word in single quotes, in which a POSIX shell takes everything as it is but the single quote itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A name that a shell's variable can have: `ELASTICBOX_TOKEN` of `elasticbox-token`.
fn shell_name(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(text: &str) -> url::Url {
        text.parse().unwrap()
    }

    #[test]
    fn what_a_shell_would_read_is_quoted_and_secrets_are_variables() {
        let token = Secret::new("fake-token");
        let request = Request::put(url("https://api.example/v1/a%20b?x=$HOME&y=1"))
            .json(&json!({"name": "it's $(rm -rf /) `x` \"y\" \\", "token": "fake-token"}))
            .bearer(&token);
        let curl = request.as_curl();
        assert_eq!(
            curl.line,
            concat!(
                "curl --globoff -sS -X PUT -H 'accept: application/json' -H 'content-type: application/json' ",
                "-H 'authorization: Bearer '\"$AUTHORIZATION\" ",
                r#"--data-raw '{"name":"it'\''s $(rm -rf /) `x` \"y\" \\","token":"'"${AUTHORIZATION}"'"}' "#,
                "'https://api.example/v1/a%20b?x=$HOME&y=1'"
            )
        );
        assert_eq!(curl.variables, ["AUTHORIZATION"]);
    }

    #[test]
    fn every_sort_of_secret_has_a_variable_of_its_own() {
        let request = Request::get(url("https://api.example/v1/x?token=a%2Bb&page=2"))
            .secret_header("elasticbox-token", &Secret::new("one"))
            .authorization("EXO2 credential=k,signature=s", &Secret::new("two"));
        let curl = request.as_curl();
        assert_eq!(curl.variables, ["ELASTICBOX_TOKEN", "AUTHORIZATION", "TOKEN"]);
        assert!(
            curl.line.ends_with("'https://api.example/v1/x?token='\"${TOKEN}\"'&page=2'"),
            "{}",
            curl.line
        );
        for secret in ["one", "two", "signature", "a%2Bb"] {
            assert!(!curl.line.contains(secret), "{secret} in {}", curl.line);
        }
    }

    #[test]
    fn a_secret_that_json_escapes_is_hidden_as_it_is_written() {
        let secret = Secret::new("a\"b\nc");
        let curl = Request::post(url("https://api.example/"), &json!({"password": "a\"b\nc"}))
            .bearer(&Secret::new("other"))
            .secret(&secret)
            .as_curl();
        assert!(curl.line.contains(r#"'{"password":"'"${SECRET_JSON}"'"}'"#), "{}", curl.line);
    }

    #[test]
    fn a_read_has_no_method_and_no_body() {
        let curl = Request::get(url("http://[::1]:8080/v1/x")).as_curl();
        assert_eq!(curl.line, "curl --globoff -sS -H 'accept: application/json' 'http://[::1]:8080/v1/x'");
        assert!(curl.variables.is_empty());
    }
}
