//! Names of instances: the API's own rule, and what a reseller restricts in a region.

use serde_json::Value;

use super::region::{InRegion, unwrapped};
use crate::kit::form::{line, wrong_field};
use qdeck_model::{Characters, Problem, ProblemKind, TextRule};

/// `^[a-zA-Z0-9][a-zA-Z 0-9._\-]{1,61}[a-zA-Z0-9._]$`, of `CreateInstanceSerializer.name`; its end is checked by
/// [`check_name`].
pub(super) const NAME: TextRule = TextRule { characters: Characters::Name { also: " ._-" }, ..line(3, 63) };

/// The same for templates, which may also hold placeholders in braces.
pub(super) const NAME_TEMPLATE: TextRule = line(3, 63);

/// The placeholders of a template: the last three, two or one octets of the address.
pub(super) const PLACEHOLDERS: [&str; 3] = ["{ip_octets}", "{two_ip_octets}", "{one_ip_octet}"];

/// Checks what [`NAME`] cannot express.
///
/// # Errors
/// The field is wrong.
pub(super) fn check_name(field: &str, name: &str) -> Result<(), Problem> {
    if name.ends_with(|last: char| last.is_ascii_alphanumeric() || matches!(last, '.' | '_')) {
        return Ok(());
    }
    Err(wrong_field(field, "must end with one of the letters of ASCII, a digit, . or _"))
}

/// Checks a template: a name whose placeholders are known.
///
/// # Errors
/// The field is wrong.
pub(super) fn check_template(field: &str, template: &str) -> Result<(), Problem> {
    let plain = PLACEHOLDERS.iter().fold(template.to_owned(), |text, known| text.replace(known, "0"));
    if plain == template {
        return Err(wrong_field(field, format!("must hold one of {}", PLACEHOLDERS.join(", "))));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._-".contains(c);
    if let Some(odd) = plain.chars().find(|&c| !is_plain(c)) {
        return Err(wrong_field(field, format!("may hold letters, digits, . _ - and a space, not {odd}")));
    }
    if !plain.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return Err(wrong_field(
            field,
            "must begin with one of the letters of ASCII, a digit or a placeholder",
        ));
    }
    check_name(field, &plain)
}

/// The restrictions of a region for names of instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Naming {
    /// Names of one's own are taken.
    pub(super) is_free: bool,
    /// The templates that are taken; `None` for any.
    templates: Option<Vec<String>>,
    windows_templates: Option<Vec<String>>,
}

impl Naming {
    /// Reads the restrictions, by the newer call or by the one before it. Without either there are none.
    pub(super) async fn read(place: &InRegion) -> Result<Self, Problem> {
        let path = place.path("v1", "instances", &["available_names"]);
        let answer: Result<Value, Problem> = match place.api.get(&path, &[]).await {
            Err(problem) if problem.kind == ProblemKind::NotFound => {
                let path = place.path("v1", "reseller_name_templates", &["available_names"]);
                place.api.get(&path, &[]).await
            }
            answer => answer,
        };
        match answer {
            Ok(answer) => Ok(Self::of(&unwrapped(answer))),
            Err(problem) if problem.kind == ProblemKind::NotFound => Ok(Self::of(&Value::Null)),
            Err(problem) => Err(problem),
        }
    }

    fn of(answer: &Value) -> Self {
        let list = |name: &str| {
            let all = answer.get(name)?.as_array()?;
            Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        Self {
            is_free: answer.get("custom_name_allowed") != Some(&Value::Bool(false)),
            templates: list("allowed_name_templates"),
            windows_templates: list("allowed_name_win_templates"),
        }
    }

    /// The templates that an instance with this system may have; `None` for any.
    pub(super) fn templates(&self, is_windows: bool) -> Option<&[String]> {
        let own = if is_windows { &self.windows_templates } else { &self.templates };
        own.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_ends_and_a_template_is_filled_as_the_pattern_wants() {
        assert!(check_name("name", "web-1").is_ok() && check_name("name", "web_").is_ok());
        assert_eq!(
            &*check_name("name", "web-").unwrap_err().message,
            "name: must end with one of the letters of ASCII, a digit, . or _"
        );
        for good in ["{ip_octets}", "web-{two_ip_octets}.x", "a {one_ip_octet}"] {
            assert!(check_template("name_template", good).is_ok(), "{good}");
        }
        for bad in ["web-1", "web-{ip}", "-{ip_octets}", "{ip_octets}-", "{ip_octets}/", "ü{ip_octets}"] {
            assert!(check_template("name_template", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn restrictions_are_those_of_the_system() {
        let free = Naming::of(&json!({}));
        assert!(free.is_free && free.templates(false).is_none() && free.templates(true).is_none());
        let bound =
            Naming::of(&json!({"custom_name_allowed": false, "allowed_name_templates": ["l-{ip_octets}"],
            "allowed_name_win_templates": null}));
        assert!(!bound.is_free);
        assert_eq!(bound.templates(false), Some(&["l-{ip_octets}".to_owned()][..]));
        assert_eq!(bound.templates(true), None);
    }
}
