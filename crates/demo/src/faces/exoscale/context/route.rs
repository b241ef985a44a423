//! A path held against the pattern of a call: the router of the server knows nothing of verbs behind a colon.

/// The parameters of a path, decoded.
pub(in crate::faces::exoscale) type Params = Vec<(&'static str, String)>;

/// The parameters of a path that has the form of a pattern. A verb follows a parameter after a colon; what has no verb
/// has no colon.
pub(in crate::faces::exoscale) fn fits(pattern: &'static str, path: &str) -> Option<Params> {
    let mut params = Vec::new();
    let mut parts = path.split('/');
    for wanted in pattern.split('/') {
        let part = parts.next()?;
        let Some(inside) = wanted.strip_prefix('{') else {
            if wanted != part {
                return None;
            }
            continue;
        };
        let (name, verb) = inside.split_once('}')?;
        let part = decoded(part)?;
        let value = part.strip_suffix(verb)?;
        if value.is_empty() || value.contains(':') {
            return None;
        }
        params.push((name, value.to_owned()));
    }
    parts.next().is_none().then_some(params)
}

/// Undoes percent-encoding; unlike in a query, a plus is a plus.
fn decoded(part: &str) -> Option<String> {
    let kept = part.replace('+', "%2B");
    let pair = format!("{kept}=");
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    // An equals sign or an ampersand would end the name too early: no id or name here has one.
    pairs.next().map(|(name, _)| name.into_owned()).filter(|_| !part.contains(['=', '&']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let one = fits("/ssh-key/{name}", "/ssh-key/my%20key+");
        assert_eq!(one, Some(vec![("name", "my key+".to_owned())]));
        let two = fits("/security-group/{id}/rules/{rule-id}", "/security-group/a/rules/b");
        assert_eq!(two, Some(vec![("id", "a".to_owned()), ("rule-id", "b".to_owned())]));
        assert_eq!(fits("/ssh-key/{name}", "/ssh-key/a&b=c"), None);
    }

    #[test]
    fn a_verb_is_no_part_of_a_parameter() {
        let stop = fits("/instance/{id}:stop", "/instance/a:stop");
        assert_eq!(stop, Some(vec![("id", "a".to_owned())]));
        for path in ["/instance/a", "/instance/:stop", "/instance/a:b:stop", "/instance/a:stop/"] {
            assert_eq!(fits("/instance/{id}:stop", path), None, "{path}");
        }
        assert_eq!(fits("/instance/{id}", "/instance/a:stop"), None);
    }
}
