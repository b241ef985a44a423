//! A context as the section of the file that means it; what holds without being said is left out.

use std::fmt::Write as _;

use toml::Value;

use super::context::{Context, Credentials, SecretRef, TokenHeader};
use super::file;

/// The section of a context, from its `[contexts.NAME]` on. A secret that is already in hand cannot be written: its
/// reference comes out as an environment variable that stands nowhere.
pub fn section(context: &Context) -> String {
    let mut lines = vec![
        format!("[contexts.{}]", context.name),
        format!("platform = {}", quoted(context.platform.name())),
    ];
    let address = context.base_url.as_str().trim_end_matches('/');
    if file::address(context.platform) != Some(address) {
        lines.push(format!("base_url = {}", quoted(address)));
    }
    if let Some(hub) = &context.hub {
        lines.push(format!("hub = {}", quoted(hub)));
    }
    if let Some(project) = context.project {
        lines.push(format!("project = {project}"));
    }
    if !context.regions.is_empty() {
        lines.push(format!("regions = {:?}", context.regions));
    }
    for (key, words) in [("zones", &context.zones), ("workspaces", &context.workspaces)] {
        if !words.is_empty() {
            lines.push(format!("{key} = {}", list(words)));
        }
    }
    match context.token_header {
        TokenHeader::Auto => {}
        TokenHeader::Bearer => lines.push("token_header = \"bearer\"".into()),
        TokenHeader::ElasticBox => lines.push("token_header = \"elasticbox\"".into()),
    }
    if let Credentials::Password { email, .. } = &context.credentials {
        lines.push(format!("email = {}", quoted(email)));
    }
    let references = context.credentials.references();
    lines.extend(references.into_iter().map(|(key, secret)| format!("{key} = {}", reference(secret))));
    for (key, on) in [
        ("read_only", context.read_only),
        ("insecure", context.insecure),
        ("insecure_tls", context.insecure_tls),
        ("console_size_reports", context.console_size_reports),
    ] {
        if on {
            lines.push(format!("{key} = true"));
        }
    }
    for (key, on) in [("enabled", context.enabled), ("console_input", context.console_input)] {
        if !on {
            lines.push(format!("{key} = false"));
        }
    }
    if context.concurrency != file::CONCURRENCY {
        lines.push(format!("concurrency = {}", context.concurrency));
    }
    let mut text = String::new();
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

fn reference(secret: &SecretRef) -> String {
    match secret {
        SecretRef::Env(name) => format!("{{ env = {} }}", quoted(name)),
        SecretRef::Command(words) => format!("{{ command = {} }}", list(words)),
        SecretRef::File(path) => format!("{{ file = {} }}", quoted(&path.to_string_lossy())),
        SecretRef::TomlKey { file, path } => {
            format!("{{ file = {}, key = {} }}", quoted(&file.to_string_lossy()), list(path))
        }
        SecretRef::Keyring(name) => format!("{{ keyring = {} }}", quoted(name)),
        SecretRef::Value(_) => "{ env = \"VALUE_IN_HAND\" }".into(),
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parse;
    use super::*;

    /// What was written is read as what it was.
    #[test]
    fn every_part_of_a_context_comes_back() {
        let text = r#"
[contexts.a]
platform = "exoscale"
base_url = "https://ppapi.example.com/v2"
zones = ["ch-gva-2", "de-fra-1"]
key = { file = "/home/me/exo\"scale.toml", key = ["accounts", "my work", "key"] }
secret = { command = ["pass", "show", "it's \"mine\""] }
read_only = true
enabled = false
concurrency = 3

[contexts.b]
platform = "gcore"
token = { env = "GCORE_API_KEY" }
project = 7
regions = [76, 104]
console_input = false
console_size_reports = true

[contexts.c]
platform = "elasticbox"
base_url = "http://appliance.example.com"
token = { keyring = "box" }
workspaces = ["operations"]
token_header = "elasticbox"
insecure = true
insecure_tls = true

[contexts.d]
platform = "quasarch"
base_url = "https://quasarch.example.com"
email = "me@example.com"
password = { file = "/home/me/.secret" }

[contexts.e]
platform = "cycle"
hub = "651586fca6078e98982dbd90"
token = { env = "CYCLE_API_KEY" }
"#;
        let (_, contexts) = parse(text, Path::new("/etc/qdeck/config.toml")).expect("good");
        assert_eq!(contexts.len(), 5);
        for context in contexts {
            let written = section(&context);
            let (_, again) = parse(&written, Path::new("/elsewhere/config.toml"))
                .unwrap_or_else(|mistakes| panic!("{written}\n{mistakes}"));
            assert_eq!(format!("{:?}", again[0]), format!("{context:?}"));
        }
    }
}
