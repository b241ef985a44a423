//! Values of a form from the command line and from a file.

use std::path::{Path, PathBuf};

use toml::Value as Toml;

use crate::cli::error::CommandError;
use crate::fleet::Fleet;
use crate::model::{
    ActionId, Choice, Choices, Field, FieldKind, FieldValue, Form, FormValues, Secret, Target, Timestamp,
};

/// The largest file with values, and the largest with a secret, in bytes.
const MAX_VALUES_BYTES: u64 = 1 << 20;
/// A form that has changed so often with its own values is taken as it is.
const MAX_SHAPES: usize = 8;
/// The most choices that an error lists.
const MAX_CHOICES: usize = 30;

/// A value as it was given.
#[derive(Debug, Clone)]
enum Given {
    /// `--set`, each time.
    Texts(Vec<String>),
    /// `--set field.key=value`, each time.
    Pairs(Vec<(String, String)>),
    /// In a file.
    Toml(Toml),
}

/// The values that were given, in their order.
#[derive(Debug, Default)]
pub(super) struct GivenValues {
    values: Vec<(String, Given)>,
}

impl GivenValues {
    /// Reads the file, then the options, which come before it.
    pub(super) fn read(file: Option<&Path>, set: &[String]) -> Result<Self, CommandError> {
        let mut given = Self::default();
        if let Some(path) = file {
            let text = crate::files::read_text(path, MAX_VALUES_BYTES)
                .map_err(|error| CommandError::usage(error.to_string()))?;
            let table: toml::Table =
                text.parse().map_err(|error| CommandError::usage(format!("{}: {error}", path.display())))?;
            given.values.extend(table.into_iter().map(|(name, value)| (name, Given::Toml(value))));
        }
        let mut options = Self::default();
        for option in set {
            let Some((name, value)) = option.split_once('=') else {
                return Err(CommandError::usage(format!("`--set {option}` has no value"))
                    .hint("Write --set FIELD=VALUE"));
            };
            options.add(name, value);
        }
        given.values.retain(|(name, _)| !options.values.iter().any(|(other, _)| other == name));
        given.values.append(&mut options.values);
        Ok(given)
    }

    fn add(&mut self, name: &str, value: &str) {
        let (base, key) = name.split_once('.').map_or((name, None), |(base, key)| (base, Some(key)));
        match (self.values.iter_mut().find(|(known, _)| known == base), key) {
            (Some((_, Given::Pairs(pairs))), Some(key)) => pairs.push((key.to_owned(), value.to_owned())),
            (Some((_, Given::Texts(texts))), None) => texts.push(value.to_owned()),
            (_, Some(key)) => {
                let pairs = vec![(key.to_owned(), value.to_owned())];
                self.values.push((base.to_owned(), Given::Pairs(pairs)));
            }
            (_, None) => self.values.push((name.to_owned(), Given::Texts(vec![value.to_owned()]))),
        }
    }

    /// The values of an action's form, its defaults where nothing was given. A form that follows from its values is asked
    /// for until it no longer changes.
    ///
    /// # Errors
    /// A field that the form does not have, or a value that it refuses.
    pub(super) async fn fill(
        &self,
        fleet: &Fleet,
        target: &Target,
        action: ActionId,
    ) -> Result<FormValues, CommandError> {
        let mut values = FormValues::new();
        let (mut form, mut wrong) = (Form::default(), Vec::new());
        for _ in 0..MAX_SHAPES {
            form = fleet.form(target, action, &values).await?;
            let mut next = self.entered(&form)?;
            wrong = self.choose_by_label(fleet, target, action, &form, &mut next).await;
            let is_final = next == values || !form.fields.iter().any(|field| field.reshapes);
            values = next;
            if is_final {
                break;
            }
        }
        self.check_names(&form, action)?;
        let errors = form.errors(&values);
        if errors.is_empty() && wrong.is_empty() {
            return Ok(values);
        }
        let mut lines = wrong;
        for error in errors {
            let choices = match form.fields.iter().find(|field| field.name == error.field) {
                Some(field) => choices(fleet, target, action, field, &values).await,
                None => String::new(),
            };
            lines.push(format!("{}: {}{choices}", error.field, error.message));
        }
        Err(CommandError::usage(format!("these values of {action} are wrong:")).list("fields", lines))
    }

    /// The defaults of a form with what was given for its fields.
    fn entered(&self, form: &Form) -> Result<FormValues, CommandError> {
        let mut values = form.defaults();
        for (name, given) in &self.values {
            if let Some(field) = form.fields.iter().find(|field| *field.name == **name) {
                let value = given.value(&field.kind);
                let value = value.map_err(|why| CommandError::usage(format!("`{name}`: {why}")))?;
                values.set(field.name.clone(), value);
            }
        }
        Ok(values)
    }

    /// Puts the value of a choice in the place of its label, where a choice was given by that. Returns what was given and is
    /// none of the choices that the platform has, which the form alone does not know, each with the choices.
    async fn choose_by_label(
        &self,
        fleet: &Fleet,
        target: &Target,
        action: ActionId,
        form: &Form,
        values: &mut FormValues,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        for field in &form.fields {
            let given = self.values.iter().any(|(name, _)| **name == *field.name);
            let Some(text) = values.text(&field.name).filter(|_| given).map(str::to_owned) else { continue };
            let all = all_choices(fleet, target, action, field, values).await;
            if all.iter().any(|choice| *choice.value == *text) {
                continue;
            }
            let mut labelled = all.iter().filter(|choice| *choice.label == *text);
            if let (Some(only), None) = (labelled.next(), labelled.next()) {
                values.set(field.name.clone(), FieldValue::text(&*only.value));
            } else if matches!(field.kind, FieldKind::Choice(Choices::Loaded)) && !all.is_empty() {
                wrong.push(format!("{}: `{text}` is none of its choices{}", field.name, listed(&all)));
            }
        }
        wrong
    }

    fn check_names(&self, form: &Form, action: ActionId) -> Result<(), CommandError> {
        let is_field = |name: &str| form.fields.iter().any(|field| *field.name == *name);
        let Some((name, _)) = self.values.iter().find(|(name, _)| !is_field(name)) else { return Ok(()) };
        let message = format!("{action} has no field `{name}`");
        if form.fields.is_empty() {
            return Err(CommandError::usage(message).hint("It takes no values"));
        }
        let names = form.fields.iter().map(|field| field.name.to_string()).collect();
        Err(CommandError::usage(format!("{message}; it has:")).list("fields", names))
    }
}

impl Given {
    fn value(&self, kind: &FieldKind) -> Result<FieldValue, String> {
        match kind {
            FieldKind::Text(_) | FieldKind::Number(_) | FieldKind::Choice(_) => {
                self.text().map(FieldValue::Text)
            }
            FieldKind::Switch => self.switch().map(FieldValue::Switch),
            FieldKind::Several(_) | FieldKind::List { .. } => {
                let texts = self.texts()?;
                Ok(FieldValue::Several(texts.into_iter().map(Into::into).collect()))
            }
            FieldKind::Map { .. } => self.pairs().map(FieldValue::Map),
            FieldKind::Secret(_) => self.secret().map(FieldValue::Secret),
            FieldKind::File { .. } => self.text().map(|path| FieldValue::File(PathBuf::from(path))),
            FieldKind::Date => {
                let text = self.text()?;
                let date = Timestamp::parse(&text);
                date.map(FieldValue::Date).ok_or_else(|| format!("`{text}` is no date such as 2026-11-29"))
            }
        }
    }

    fn text(&self) -> Result<String, String> {
        match self {
            Self::Texts(texts) => match &**texts {
                [one] => Ok(one.clone()),
                _ => Err("is given more than once".to_owned()),
            },
            Self::Toml(Toml::String(text)) => Ok(text.clone()),
            Self::Toml(value @ (Toml::Integer(_) | Toml::Float(_) | Toml::Datetime(_))) => {
                Ok(value.to_string())
            }
            Self::Pairs(_) | Self::Toml(_) => Err("expected a text or a number".to_owned()),
        }
    }

    fn switch(&self) -> Result<bool, String> {
        if let Self::Toml(Toml::Boolean(on)) = self {
            return Ok(*on);
        }
        match self.text().as_deref() {
            Ok("true" | "yes" | "on") => Ok(true),
            Ok("false" | "no" | "off") => Ok(false),
            _ => Err("expected true or false".to_owned()),
        }
    }

    fn texts(&self) -> Result<Vec<String>, String> {
        let split = |text: &String| -> Vec<String> {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        match self {
            Self::Texts(texts) => Ok(texts.iter().flat_map(split).collect()),
            Self::Toml(Toml::Array(all)) => all.iter().map(|one| Self::Toml(one.clone()).text()).collect(),
            Self::Toml(_) => self.text().map(|text| vec![text]),
            Self::Pairs(_) => Err("expected a list".to_owned()),
        }
    }

    fn pairs(&self) -> Result<Vec<(String, String)>, String> {
        match self {
            Self::Pairs(pairs) => Ok(pairs.clone()),
            Self::Texts(_) => self.texts()?.iter().map(|text| pair(text)).collect(),
            Self::Toml(Toml::Table(table)) => {
                let text = |value: &Toml| Self::Toml(value.clone()).text();
                table.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect()
            }
            Self::Toml(_) => Err("expected a table of names with values".to_owned()),
        }
    }

    /// A secret by reference: what is on a command line can be read by others, and a file of values is passed on.
    fn secret(&self) -> Result<Secret, String> {
        let reference = if let Self::Toml(Toml::Table(table)) = self {
            let only = table.iter().next().filter(|_| table.len() == 1);
            only.and_then(|(way, of)| Some((way.clone(), of.as_str()?.to_owned())))
        } else {
            let text = self.text()?;
            text.split_once(':').map(|(way, of)| (way.to_owned(), of.to_owned()))
        };
        let value = match reference {
            Some((way, name)) if way == "env" => {
                std::env::var(&name).map_err(|_| format!("the variable {name} is not set"))?
            }
            Some((way, path)) if way == "file" => crate::files::read_text(Path::new(&path), MAX_VALUES_BYTES)
                .map_err(|error| error.to_string())?,
            _ => return Err("is a secret: write env:NAME or file:PATH".to_owned()),
        };
        let secret = Secret::new(value.strip_suffix('\n').unwrap_or(&value));
        crate::model::hide(&secret);
        Ok(secret)
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is no NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The choices of a field; none where it has none, or where they cannot be loaded.
async fn all_choices(
    fleet: &Fleet,
    target: &Target,
    action: ActionId,
    field: &Field,
    values: &FormValues,
) -> Vec<Choice> {
    match &field.kind {
        FieldKind::Choice(Choices::Fixed(all)) | FieldKind::Several(Choices::Fixed(all)) => all.clone(),
        FieldKind::Choice(Choices::Loaded) | FieldKind::Several(Choices::Loaded) => {
            fleet.choices(target, action, &field.name, values).await.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The choices of a field, for a message.
async fn choices(
    fleet: &Fleet,
    target: &Target,
    action: ActionId,
    field: &Field,
    values: &FormValues,
) -> String {
    listed(&all_choices(fleet, target, action, field, values).await)
}

fn listed(all: &[Choice]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = all
        .iter()
        .take(MAX_CHOICES)
        .map(|choice| {
            if choice.label == choice.value {
                choice.value.to_string()
            } else {
                format!("{} ({})", choice.value, choice.label)
            }
        })
        .collect();
    let more = if all.len() > MAX_CHOICES { ", …" } else { "" };
    format!("; one of {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TextRule;

    const ANY: TextRule = TextRule::up_to(100);

    fn form() -> Form {
        let map = FieldKind::Map { names: ANY, values: ANY, most: 10 };
        Form {
            fields: vec![
                Field::new("name", "Name", FieldKind::Text(ANY)).required(),
                Field::new("size", "Size", FieldKind::Choice(Choices::Fixed(vec![Choice::plain("small")])))
                    .default(FieldValue::text("small")),
                Field::new("ipv6", "IPv6", FieldKind::Switch),
                Field::new("tags", "Tags", FieldKind::List { texts: ANY, most: 10 }),
                Field::new("labels", "Labels", map),
                Field::new("password", "Password", FieldKind::Secret(ANY)),
                Field::new("until", "Until", FieldKind::Date),
            ],
        }
    }

    fn given(set: &[&str]) -> GivenValues {
        let set: Vec<String> = set.iter().map(|&one| one.to_owned()).collect();
        GivenValues::read(None, &set).unwrap()
    }

    #[test]
    fn options_become_values_of_their_fields() {
        let all = ["name=web-9", "ipv6=yes", "tags=a, b", "tags=c", "labels.env=test", "labels.x=a=b"];
        let values = given(&[&all[..], &["until=2026-11-29"]].concat()).entered(&form()).unwrap();
        assert_eq!((values.text("name"), values.text("size")), (Some("web-9"), Some("small")));
        assert!(values.switch("ipv6"));
        assert_eq!(values.several("tags").iter().map(|tag| &**tag).collect::<Vec<_>>(), ["a", "b", "c"]);
        let pairs = [("env", "test"), ("x", "a=b")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(values.map("labels"), Some(&pairs[..]));
        assert!(matches!(values.get("until"), Some(FieldValue::Date(_))));
        let values = given(&["labels=env=test,tier=web"]).entered(&form()).unwrap();
        assert_eq!(values.map("labels").unwrap().len(), 2);
    }

    #[test]
    fn a_file_gives_values_and_options_come_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("values.toml");
        let text = "name = \"web-1\"\nipv6 = true\ntags = [\"a\", 2]\nlabels = { env = \"test\" }\n";
        std::fs::write(&path, text).unwrap();
        let values = GivenValues::read(Some(&path), &["name=web-2".to_owned()]).unwrap();
        let values = values.entered(&form()).unwrap();
        assert_eq!(values.text("name"), Some("web-2"));
        assert!(values.switch("ipv6"));
        assert_eq!(values.several("tags").len(), 2);
        assert_eq!(values.map("labels").unwrap().len(), 1);
    }

    #[test]
    fn a_secret_is_a_reference_and_a_wrong_value_names_its_field() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "obviously-fake\n").unwrap();
        let values = given(&[&format!("password=file:{}", path.display())]).entered(&form()).unwrap();
        assert_eq!(values.secret("password").unwrap().expose(), "obviously-fake");
        for (set, message) in [
            ("password=hunter2", "`password`: is a secret: write env:NAME or file:PATH"),
            ("password=env:NOT_SET_ANYWHERE", "`password`: the variable NOT_SET_ANYWHERE is not set"),
            ("ipv6=perhaps", "`ipv6`: expected true or false"),
            ("until=soon", "`until`: `soon` is no date such as 2026-11-29"),
            ("labels=env", "`labels`: `env` is no NAME=VALUE"),
        ] {
            assert_eq!(given(&[set]).entered(&form()).unwrap_err().text(), message);
        }
        let error = given(&["nmae=web"]).check_names(&form(), ActionId::INSTANCE_CREATE).unwrap_err();
        assert!(error.text().starts_with("instance.create has no field `nmae`; it has:\n  name"));
        assert!(GivenValues::read(None, &["name".to_owned()]).is_err());
    }
}
