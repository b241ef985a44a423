//! Forms on the side of a platform: entered values that are checked and read, bodies, and the diff of an update.
//!
//! ```text
//! Form + FormValues ── Entered::check ──▶ Entered ── text, whole, switch, … ──▶ Body ──▶ PreparedRequest
//!                                            └────── Changes::compare with what is there now ──▶ Preview::changes
//! ```

use arcstr::ArcStr;
use serde_json::{Map, Value};

use qdeck_model::{
    Choice, Choices, FieldChange, FieldError, FieldKind, FieldValue, Form, FormValues, NumberRule, Problem,
    ProblemKind, TextRule, Unit,
};

/// The rule of one line of text with a number of characters in a range.
pub(crate) const fn line(least: usize, most: usize) -> TextRule {
    TextRule { least, ..TextRule::up_to(most) }
}

/// The field of a whole number in a range.
pub(crate) const fn whole(least: f64, most: f64, unit: Unit) -> FieldKind {
    FieldKind::Number(NumberRule { least, most, whole: true, unit })
}

/// The field of one of these values, each with its label.
pub(crate) fn one_of(all: &[(&str, &str)]) -> FieldKind {
    let choice = |(value, label): &(&str, &str)| Choice { label: (*label).into(), ..Choice::plain(*value) };
    FieldKind::Choice(Choices::Fixed(all.iter().map(choice).collect()))
}

/// The values of a form that were checked by its rules. A field that was not touched has its default; one that was
/// emptied has nothing.
#[derive(Debug)]
pub(crate) struct Entered {
    form: Form,
    values: FormValues,
}

impl Entered {
    /// Checks values by the rules of their form. Values of fields that the form does not have are left out.
    ///
    /// # Errors
    /// Each field that is wrong, by its name in the API.
    pub(crate) fn check(form: Form, entered: &FormValues) -> Result<Self, Problem> {
        let mut values = form.defaults();
        for (name, value) in entered.iter() {
            if form.fields.iter().any(|field| field.name == *name) {
                values.set(name.clone(), value.clone());
            }
        }
        match form.errors(&values) {
            errors if errors.is_empty() => Ok(Self { form, values }),
            errors => Err(field_errors(&errors)),
        }
    }

    /// Checks a value, or each of several, against choices that were loaded.
    ///
    /// # Errors
    /// It is not among them, or cannot be chosen now.
    pub(crate) fn check_choice(&self, field: &str, choices: &[Choice]) -> Result<(), Problem> {
        let one = self.text(field).into_iter();
        let mut all = one.chain(self.several(field).iter().map(|value| &**value));
        all.try_for_each(|value| Choice::check(choices, value)).map_err(|message| wrong_field(field, message))
    }

    /// The text or the choice of a field.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.values.text(field)
    }

    /// A number in the unit of its field.
    pub(crate) fn number(&self, field: &str) -> Option<f64> {
        let known = self.form.fields.iter().find(|known| *known.name == *field)?;
        match &known.kind {
            FieldKind::Number(rule) => rule.parse(self.text(field)?).ok(),
            _ => None,
        }
    }

    /// A whole number in the unit of its field.
    #[expect(clippy::cast_possible_truncation, reason = "the rule of the field bounds it")]
    pub(crate) fn whole(&self, field: &str) -> Option<i64> {
        self.number(field).map(|number| number as i64)
    }

    /// The state of a switch; `None` where it has neither a value nor a default.
    pub(crate) fn switch(&self, field: &str) -> Option<bool> {
        match self.values.get(field)? {
            FieldValue::Switch(on) => Some(*on),
            _ => None,
        }
    }

    /// The choices or texts of a field; empty where there are none.
    pub(crate) fn several(&self, field: &str) -> &[ArcStr] {
        self.values.several(field)
    }

    /// The pairs of a map as an object; `None` where there are none.
    pub(crate) fn map(&self, field: &str) -> Option<Value> {
        let pairs = self.values.map(field)?;
        Some(pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect())
    }

    /// Returns true if the form has this field.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.form.fields.iter().any(|known| *known.name == *field)
    }

    /// All of them.
    pub(crate) const fn values(&self) -> &FormValues {
        &self.values
    }

    /// The value of any kind of field.
    pub(crate) fn get(&self, field: &str) -> Option<&FieldValue> {
        self.values.get(field)
    }
}

/// The label of a choice, or its value where it is not known.
pub(crate) fn label(choices: &[Choice], value: &str) -> ArcStr {
    let found = choices.iter().find(|choice| *choice.value == *value);
    found.map_or_else(|| value.into(), |choice| choice.label.clone())
}

/// The problem of a change that does not fit.
pub(crate) fn refused(name: &str, reason: &str) -> Problem {
    Problem::new(ProblemKind::Refused, format!("{name}: {reason}, so nothing was sent"))
}

/// The problem of one field's value.
pub(crate) fn wrong_field(field: &str, message: impl Into<String>) -> Problem {
    field_errors(&[FieldError { field: field.into(), message: message.into() }])
}

fn field_errors(errors: &[FieldError]) -> Problem {
    let all: Vec<_> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
    Problem::new(ProblemKind::Refused, all.join("; "))
}

/// A JSON object of what is set, in the order of setting.
#[derive(Debug, Default)]
pub(crate) struct Body(Map<String, Value>);

impl Body {
    /// The same with a value; `None` leaves it out.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The object.
    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// The differences between what is there now and what is wanted.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<FieldChange>);

impl Changes {
    /// Notes a difference. Returns true if there is one.
    pub(crate) fn compare(&mut self, field: &str, from: Option<Value>, to: Option<Value>) -> bool {
        let differs = from != to;
        if differs {
            self.note(field, from, to);
        }
        differs
    }

    /// Notes a difference whose values are not compared: descriptions of secrets.
    pub(crate) fn note(&mut self, field: &str, from: Option<Value>, to: Option<Value>) {
        self.0.push(FieldChange { field: field.into(), from, to });
    }

    /// Returns true if a field differs.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.iter().any(|change| *change.field == *field)
    }

    /// All of them, which may be none.
    pub(crate) fn into_vec(self) -> Vec<FieldChange> {
        self.0
    }

    /// All of them.
    ///
    /// # Errors
    /// There are none.
    pub(crate) fn into_some(self, target: &str) -> Result<Vec<FieldChange>, Problem> {
        if self.0.is_empty() {
            let message = format!("{target}: nothing would change, so nothing was sent");
            return Err(Problem::new(ProblemKind::Refused, message));
        }
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use qdeck_model::Field;

    fn form() -> Form {
        let labels = FieldKind::Map { names: line(1, 10), values: line(0, 10), most: 2 };
        let fields = vec![
            Field::new("name", "Name", FieldKind::Text(line(1, 5))).required(),
            Field::new("disk-size", "Disk", whole(10.0, 2048.0, Unit::GIBIBYTES))
                .default(FieldValue::text("50")),
            Field::new("labels", "Labels", labels)
                .default(FieldValue::Map(vec![("env".to_owned(), "prod".to_owned())])),
            Field::new("mode", "Mode", one_of(&[("a", "Mode A"), ("b", "Mode B")])),
            Field::new("tpm", "TPM", FieldKind::Switch),
        ];
        Form { fields }
    }

    #[test]
    fn what_was_not_touched_has_its_default_and_what_was_emptied_nothing() {
        let named = FormValues::new().with("name", FieldValue::text("web"));
        let entered = Entered::check(form(), &named.clone().with("stray", FieldValue::text("x"))).unwrap();
        assert_eq!((entered.text("name"), entered.whole("disk-size")), (Some("web"), Some(50)));
        assert_eq!((entered.map("labels"), entered.switch("tpm")), (Some(json!({"env": "prod"})), None));
        assert_eq!(entered.get("stray"), None);
        let emptied =
            named.with("labels", FieldValue::Map(Vec::new())).with("disk-size", FieldValue::text("2T"));
        let entered = Entered::check(form(), &emptied).unwrap();
        assert_eq!((entered.map("labels"), entered.whole("disk-size")), (None, Some(2048)));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let values =
            FormValues::new().with("disk-size", FieldValue::text("9")).with("mode", FieldValue::text("c"));
        let problem = Entered::check(form(), &values).unwrap_err();
        assert_eq!(
            &*problem.message,
            "name: must be filled in; disk-size: must be from 10 GiB to 2048 GiB; mode: c is not among the choices"
        );
        let values = FormValues::new().with("name", FieldValue::text("web"));
        let entered = Entered::check(form(), &values).unwrap();
        let taken = Choice { unavailable: Some("it is taken".into()), ..Choice::plain("web") };
        assert_eq!(&*entered.check_choice("name", &[taken]).unwrap_err().message, "name: web: it is taken");
        assert!(entered.check_choice("name", &[Choice::plain("web")]).is_ok());
        assert!(entered.check_choice("mode", &[]).is_ok(), "nothing was chosen");
    }

    #[test]
    fn a_body_has_what_is_set_and_changes_what_differs() {
        let body = Body::default().with("b", Some(1)).with("a", None::<&str>).with("c", Some("x"));
        assert_eq!(body.into_value().to_string(), r#"{"b":1,"c":"x"}"#);
        let mut changes = Changes::default();
        assert!(!changes.compare("name", Some("web".into()), Some("web".into())));
        assert!(changes.compare("disk-size", Some(50.into()), Some(60.into())));
        assert_eq!(changes.into_some("web").unwrap().len(), 1);
        let none = Changes::default().into_some("web-1").unwrap_err();
        assert_eq!(&*none.message, "web-1: nothing would change, so nothing was sent");
    }
}
