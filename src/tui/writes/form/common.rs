//! The form that is shown: of one target, or what the forms of several have in common.

use arcstr::ArcStr;

use crate::model::{Action, Form, FormValues, Target};

/// A form, and for several targets what differs between theirs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CommonForm {
    /// The form. For several targets it has the fields that all of them have.
    pub form: Form,
    /// The fields whose defaults differ between the targets. They have no default; one that is left untouched stays out
    /// of the values, so that each target keeps its own.
    pub mixed: Vec<ArcStr>,
}

impl CommonForm {
    /// The fields that all of these forms have, in the order of the first.
    pub fn of(forms: Vec<Form>) -> Self {
        let mut forms = forms.into_iter();
        let Some(mut form) = forms.next() else { return Self::default() };
        let mut mixed: Vec<ArcStr> = Vec::new();
        for other in forms {
            form.fields.retain_mut(|field| {
                let Some(same) = other.fields.iter().find(|same| same.name == field.name) else {
                    return false;
                };
                if same.default != field.default && !mixed.contains(&field.name) {
                    mixed.push(field.name.clone());
                }
                field.required |= same.required;
                true
            });
        }
        for field in form.fields.iter_mut().filter(|field| mixed.contains(&field.name)) {
            field.default = None;
        }
        mixed.retain(|name| form.fields.iter().any(|field| field.name == *name));
        Self { form, mixed }
    }
}

/// The form of an action to open.
#[derive(Debug, Clone, PartialEq)]
pub struct FormOpening {
    /// The targets, at least one. They do not follow the selection.
    pub targets: Vec<Target>,
    /// The action.
    pub action: Action,
}

impl FormOpening {
    /// The form of an action on one target.
    pub fn new(target: &Target, action: &Action) -> Self {
        Self { targets: vec![target.clone()], action: action.clone() }
    }
}

/// A form that was filled in for several targets.
#[derive(Debug, Clone, PartialEq)]
pub struct FilledForm {
    /// The targets.
    pub targets: Vec<Target>,
    /// The action.
    pub action: Action,
    /// The values, the same for all. A field that is not in them keeps the default of each target.
    pub values: FormValues,
}
