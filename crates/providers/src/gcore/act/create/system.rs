//! The system that a new instance boots, as far as its form follows from it.

use serde_json::Value;

use super::super::region::{InRegion, text};
use crate::kit::form::wrong_field;
use qdeck_model::{FormValues, Problem, ProblemKind};

/// What is known of the image, template or snapshot that is booted.
#[derive(Debug, Default, PartialEq)]
pub(super) struct System {
    pub(super) is_windows: bool,
    /// The least size of the boot volume, in GiB.
    pub(super) least_disk: u64,
    /// `allow`, `deny` or `required`, of an image.
    pub(super) ssh_key: Option<String>,
    /// The parameters of an app template.
    pub(super) app_config: Vec<Parameter>,
    /// An app template is booted.
    pub(super) is_app: bool,
}

/// A parameter of an app template: `app_config`.
#[derive(Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) help: String,
    pub(super) is_required: bool,
    pub(super) default: Option<String>,
}

impl System {
    /// Reads what the boot volume is made from. Nothing is known of what is not there.
    pub(super) async fn read(place: &InRegion, values: &FormValues) -> Result<Self, Problem> {
        let source = values.text("volume_1_source").unwrap_or("image");
        let (service, field) = match source {
            "image" => ("images", "volume_1_image_id"),
            "apptemplate" => ("apptemplates", "volume_1_apptemplate_id"),
            "snapshot" => ("snapshots", "volume_1_snapshot_id"),
            _ => return Ok(Self::default()),
        };
        let is_app = source == "apptemplate";
        let Some(id) = values.text(field) else { return Ok(Self { is_app, ..Self::default() }) };
        let answer: Result<Value, Problem> = place.api.get(&place.path("v1", service, &[id]), &[]).await;
        match answer {
            Ok(found) => Ok(Self { is_app, ..Self::of(&found) }),
            Err(problem) if matches!(problem.kind, ProblemKind::NotFound | ProblemKind::Refused) => {
                Ok(Self { is_app, ..Self::default() })
            }
            Err(problem) => Err(problem),
        }
    }

    fn of(found: &Value) -> Self {
        let number = |name: &str| found.get(name).and_then(Value::as_u64);
        let system = text(found, &["os_type", "os_distro", "os_name"]).unwrap_or_default();
        let parameters = found.get("app_config").and_then(Value::as_array).into_iter().flatten();
        Self {
            is_windows: system.to_ascii_lowercase().contains("windows"),
            // A snapshot has only its own size.
            least_disk: number("min_disk").or_else(|| number("size")).unwrap_or_default(),
            ssh_key: text(found, &["ssh_key"]).map(str::to_owned),
            app_config: parameters.filter_map(Parameter::of).collect(),
            is_app: false,
        }
    }

    /// Checks the means of signing in by the rules of the system: of `CreateInstanceSerializer`.
    ///
    /// # Errors
    /// The field is wrong.
    pub(super) fn check_access(&self, values: &FormValues) -> Result<(), Problem> {
        let (has_user, has_key) = (values.text("username").is_some(), values.text("ssh_key_name").is_some());
        let has_password = values.secret("password").is_some();
        if self.is_windows && has_user {
            let message = "cannot be chosen on Windows: the password is that of the user Admin";
            return Err(wrong_field("username", message));
        }
        if self.ssh_key.as_deref() == Some("deny") && has_key {
            return Err(wrong_field("ssh_key_name", "this image takes no SSH key"));
        }
        if has_user && !has_password {
            return Err(wrong_field("password", "must be filled in for the new user"));
        }
        if !self.is_windows && has_password && values.text("user_data").is_some() {
            let message = "is ignored on Linux when a password is set: leave one of both empty";
            return Err(wrong_field("user_data", message));
        }
        Ok(())
    }
}

impl Parameter {
    fn of(row: &Value) -> Option<Self> {
        let name = text(row, &["name"])?;
        let default = row.get("default").and_then(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        });
        Some(Self {
            name: name.to_owned(),
            label: text(row, &["label", "name"]).unwrap_or(name).to_owned(),
            help: text(row, &["description"]).unwrap_or("A parameter of the app template.").to_owned(),
            is_required: row.get("required") == Some(&Value::Bool(true)),
            default,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use qdeck_model::{FieldValue, Secret};

    fn message(system: &System, values: &FormValues) -> Option<String> {
        system.check_access(values).err().map(|problem| problem.message.to_string())
    }

    #[test]
    fn windows_and_linux_have_rules_of_their_own() {
        let image = |os: &str, key: &str| System::of(&json!({"os_type": os, "min_disk": 20, "ssh_key": key}));
        let (linux, windows) = (image("linux", "allow"), image("windows", "deny"));
        assert!(windows.is_windows && !linux.is_windows && linux.least_disk == 20);
        let password = FormValues::new().with("password", FieldValue::Secret(Secret::new("made-up")));
        let user = password.clone().with("username", FieldValue::text("me"));
        let data = password.clone().with("user_data", FieldValue::text("#cloud-config"));
        assert_eq!(message(&linux, &user), None);
        assert_eq!(message(&windows, &data), None);
        assert!(message(&windows, &user).unwrap().starts_with("username: cannot be chosen on Windows"));
        assert!(message(&linux, &data).unwrap().starts_with("user_data: is ignored on Linux"));
        let alone = FormValues::new().with("username", FieldValue::text("me"));
        assert_eq!(message(&linux, &alone).unwrap(), "password: must be filled in for the new user");
        let key = FormValues::new().with("ssh_key_name", FieldValue::text("mine"));
        assert_eq!(message(&windows, &key).unwrap(), "ssh_key_name: this image takes no SSH key");
    }
}
