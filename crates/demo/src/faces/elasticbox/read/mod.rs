//! Reading: every GET, and the login.

pub(super) mod account;
pub(super) mod bindings;
pub(super) mod boxes;
pub(super) mod instances;
pub(super) mod logs;

/// A parameter of the query.
pub(super) fn parameter(raw: Option<&str>, name: &str) -> Option<String> {
    url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Comma-separated ids; a comma behind the last one does no harm.
fn ids(raw: Option<&str>) -> Option<Vec<String>> {
    let text = parameter(raw, "ids")?;
    Some(text.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_separated_by_commas() {
        assert_eq!(ids(Some("ids=i-a,i-b,")), Some(vec!["i-a".to_owned(), "i-b".to_owned()]));
        assert_eq!(ids(Some("ids=")), Some(Vec::new()));
        assert_eq!(ids(Some("limit=3")), None);
        assert_eq!(ids(None), None);
    }
}
