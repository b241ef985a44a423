//! A problem of a write, taken apart: what is about which field, and what is left for the top of the form.

use arcstr::ArcStr;

use crate::model::{Field, Problem};

/// The parts of a problem.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// What is about a field, by its place in the form.
    pub(super) fields: Vec<(usize, String)>,
    /// What is to be shown on top; `None` where the fields show all of it.
    pub(super) rest: Option<String>,
}

impl Refusal {
    /// Takes a problem apart. Our own checks name each field (`name: at most 5 characters; zone: …`); a remote one may only
    /// mention it, and then its whole message stays on top too.
    pub(super) fn of<'a>(problem: &Problem, fields: impl Iterator<Item = &'a Field> + Clone) -> Self {
        let by_name = |name: &str| fields.clone().position(|field| *field.name == *name);
        let mut named = Vec::new();
        let mut rest = Vec::new();
        for part in problem.message.split("; ") {
            let found = part.split_once(": ").and_then(|(name, message)| Some((by_name(name)?, message)));
            match found {
                Some((field, message)) => named.push((field, message.to_owned())),
                None => rest.push(part),
            }
        }
        if !named.is_empty() {
            let rest = (!rest.is_empty()).then(|| rest.join("; "));
            return Self { fields: named, rest };
        }
        let mentioned = fields.enumerate().filter(|(_, field)| mentions(&problem.message, field));
        Self {
            fields: mentioned.map(|(at, _)| (at, problem.message.to_string())).collect(),
            rest: Some(problem.to_string()),
        }
    }
}

/// Returns true if a message mentions a field as a whole word: `disk-size`, `disk_size` or `Disk size`.
fn mentions(message: &str, field: &Field) -> bool {
    let message = message.to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let has = |name: &str| {
        !name.is_empty()
            && message.match_indices(name).any(|(at, _)| {
                let before = message[..at].chars().next_back();
                let after = message[at + name.len()..].chars().next();
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            })
    };
    let name: ArcStr = field.name.to_lowercase().into();
    has(&name)
        || has(&name.replace('-', "_"))
        || (field.label.contains(' ') && has(&field.label.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldKind, ProblemKind};

    fn parts(message: &str) -> (Vec<(usize, String)>, Option<String>) {
        let fields = ["name", "disk-size", "zone"].map(|name| Field::new(name, name, FieldKind::Switch));
        let refusal = Refusal::of(&Problem::new(ProblemKind::Refused, message), fields.iter());
        (refusal.fields, refusal.rest)
    }

    #[test]
    fn a_problem_goes_to_the_fields_that_it_names() {
        let (fields, rest) = parts("name: at most 5 characters; disk-size: must be from 10 to 20 GiB");
        assert_eq!(
            fields,
            [(0, "at most 5 characters".to_owned()), (1, "must be from 10 to 20 GiB".to_owned())]
        );
        assert_eq!(rest, None);
        let (fields, rest) = parts("zone: is full; try another day");
        assert_eq!((fields.len(), rest.as_deref()), (1, Some("try another day")));
    }

    #[test]
    fn a_remote_message_marks_what_it_mentions_and_stays_on_top() {
        let (fields, rest) = parts("Invalid value for disk_size");
        assert_eq!(fields, [(1, "Invalid value for disk_size".to_owned())]);
        assert_eq!(rest.as_deref(), Some("Invalid value for disk_size"));
        let (fields, rest) = parts("the hostname is taken in time-zone x");
        assert_eq!((fields.len(), rest.is_some()), (0, true));
    }
}
