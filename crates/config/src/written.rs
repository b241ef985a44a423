//! A context as the section of the file that describes it; defaults are left out.

use std::fmt::Write as _;

use super::context::{
    ConsoleEncoding, Context, Credentials, DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONCURRENCY,
    DEFAULT_REQUESTS_PER_SECOND, SecretRef,
};
use super::platform::Value;
use super::ssh::SshSettings;

/// The section of a context, from its `[contexts.NAME]` on. A secret that is already in hand cannot be written: its
/// reference is written as an environment variable that no one sets.
pub fn section(context: &Context) -> String {
    let spec = context.spec;
    let mut lines =
        vec![format!("[contexts.{}]", context.name), format!("platform = {}", quoted(spec.platform.name()))];
    let address = context.base_url.as_str().trim_end_matches('/');
    if spec.address.default != Some(address) {
        lines.push(format!("base_url = {}", quoted(address)));
    }
    if let Credentials::Password { email, .. } = &context.credentials {
        lines.push(format!("email = {}", quoted(email)));
    }
    let references = context.credentials.references();
    lines.extend(references.into_iter().map(|(key, secret)| format!("{key} = {}", reference(secret))));
    for setting in spec.settings {
        let value = context.settings.get(setting);
        if let Some(value) = value.filter(|value| setting.takes.default().as_ref() != Some(value)) {
            lines.push(format!("{} = {}", setting.name, written(value)));
        }
    }
    for (key, on) in [
        ("read_only", context.read_only),
        ("insecure", context.insecure),
        ("insecure_tls", context.insecure_tls),
    ] {
        if on {
            lines.push(format!("{key} = true"));
        }
    }
    if context.console_encoding != ConsoleEncoding::default() {
        lines.push(format!("console_encoding = {}", quoted(context.console_encoding.name())));
    }
    if !context.enabled {
        lines.push("enabled = false".into());
    }
    if context.concurrency != DEFAULT_CONCURRENCY {
        lines.push(format!("concurrency = {}", context.concurrency));
    }
    if context.requests_per_second != DEFAULT_REQUESTS_PER_SECOND {
        lines.push(format!("requests_per_second = {}", context.requests_per_second));
    }
    if context.answer_timeout != DEFAULT_ANSWER_TIMEOUT {
        lines.push(format!("answer_timeout = \"{}ms\"", context.answer_timeout.as_millis()));
    }
    // Tables last: what follows them would belong to them.
    lines.extend(ssh(context));
    let mut text = String::new();
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The table `ssh` and its rules.
fn ssh(context: &Context) -> Vec<String> {
    let SshSettings { user, jump, options, rules } = &context.ssh;
    let mut lines = Vec::new();
    let mut table = |head: String, user: &Option<String>, jump: &Option<String>, options: &[String]| {
        lines.push(head);
        lines.extend(user.iter().map(|user| format!("user = {}", quoted(user))));
        lines.extend(jump.iter().map(|jump| format!("jump = {}", quoted(jump))));
        if !options.is_empty() {
            lines.push(format!("options = {}", list(options)));
        }
    };
    if user.is_some() || jump.is_some() || !options.is_empty() {
        table(format!("[contexts.{}.ssh]", context.name), user, jump, options);
    }
    for rule in rules {
        let label = match &rule.value {
            Some(value) => format!("{}={value}", rule.label),
            None => rule.label.clone(),
        };
        let head = format!("[[contexts.{}.ssh.rules]]\nlabel = {}", context.name, quoted(&label));
        table(head, &rule.user, &rule.jump, &rule.options);
    }
    lines
}

fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Number(number) => number.to_string(),
        Value::Numbers(numbers) => format!("{numbers:?}"),
        Value::Words(words) => list(words),
        Value::Switch(on) => on.to_string(),
    }
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
    toml::Value::String(text.to_owned()).to_string()
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}
