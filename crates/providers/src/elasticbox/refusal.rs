//! The message of a refusal. No document shows an error body: these are the shapes that the vendor's clients read.

use serde_json::Value;

/// No refusal needs more characters.
const MAX_MESSAGE_CHARS: usize = 400;

/// `{"message"}`, `{"error"}`, a JSON text, plain text, or a web page without its markup, in that order.
pub(super) fn words(body: &[u8]) -> Option<String> {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(value) => json(&value)?,
        Err(_) => plain(&String::from_utf8_lossy(body)),
    };
    let line: String = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(MAX_MESSAGE_CHARS) {
        Some((at, _)) => Some(format!("{}…", &line[..at])),
        None => Some(line).filter(|line| !line.is_empty()),
    }
}

fn json(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(plain(text)),
        Value::Object(fields) => {
            ["message", "error"].into_iter().filter_map(|name| fields.get(name)).find_map(json)
        }
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

/// Text without tags, and without what of a page is not for the eye.
fn plain(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !(lower.contains("</") || lower.trim_start().starts_with("<!doctype")) {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut at = 0;
    while let Some(open) = lower[at..].find('<') {
        let open = at + open;
        shown.push_str(&text[at..open]);
        shown.push(' ');
        let hidden = ["head", "style", "script"].into_iter().find(|name| {
            let rest = &lower[open + 1..];
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(|c: char| c == '>' || c.is_whitespace()))
        });
        let end = match hidden {
            Some(name) => lower[open..].find(&format!("</{name}")).map(|end| open + end + 1),
            None => Some(open),
        };
        let close = end.and_then(|end| lower[end..].find('>').map(|close| end + close + 1));
        at = close.unwrap_or(text.len());
    }
    shown.push_str(&text[at..]);
    for (code, sign) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        shown = shown.replace(code, sign);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_clients_met_is_read() {
        for (body, message) in [
            (r#"{"message": "Instance is locked", "error": "conflict"}"#, Some("Instance is locked")),
            (r#"{"message": "", "error": "conflict"}"#, Some("conflict")),
            (r#"{"error": {"message": "deep  down"}}"#, Some("deep down")),
            (r#""Operation Conflict""#, Some("Operation Conflict")),
            ("Forbidden\n", Some("Forbidden")),
            (
                "<html><head><title>x</title><style>b{}</style></head><body><h1>502&nbsp;Bad Gateway</h1><hr>a &amp; b</body></html>",
                Some("502 Bad Gateway a & b"),
            ),
            ("<!DOCTYPE html><script>if (a < b) {}</script><p>é no", Some("é no")),
            ("<p>cut</p><b", Some("cut")),
            ("a < b", Some("a < b")),
            ("{}", None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(words(body.as_bytes()).as_deref(), message, "{body}");
        }
        assert_eq!(words("é".repeat(500).as_bytes()).map(|it| it.chars().count()), Some(401));
    }
}
