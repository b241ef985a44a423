//! Scale: the least and the most replicas, in each region of a deployment.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::super::Site;
use super::super::region::rows;
use super::Subject;
use crate::kit::form::{Body, Changes, Entered, whole, wrong_field};
use qdeck_model::{
    Expected, Field, FieldValue, Form, FormValues, Lifecycle, Method, Preview, Problem, Target, Unit,
};

/// A number of a scale: name, label, least and most for deployments, most for containers, unit and help.
struct Number {
    name: &'static str,
    label: &'static str,
    least: f64,
    most: f64,
    most_of_container: f64,
    unit: Unit,
    help: &'static str,
    is_required: bool,
    /// Only deployments have it.
    of_deployment: bool,
}

/// `ContainerScaleSerializer`s of inference and of containers as a service.
const NUMBERS: [Number; 4] = [
    Number {
        name: "min",
        label: "Least replicas",
        least: 0.0,
        most: 300.0,
        most_of_container: 25.0,
        unit: Unit::COUNT,
        help: "With 0 nothing runs, and nothing is billed, until a request comes.",
        is_required: true,
        of_deployment: false,
    },
    Number {
        name: "max",
        label: "Most replicas",
        least: 1.0,
        most: 300.0,
        most_of_container: 25.0,
        unit: Unit::COUNT,
        help: "It never has more replicas than that.",
        is_required: true,
        of_deployment: false,
    },
    Number {
        name: "cooldown_period",
        label: "Cooldown",
        least: 1.0,
        most: 3600.0,
        most_of_container: 3600.0,
        unit: Unit::SECONDS,
        help: "The time between two changes of the number of replicas.",
        is_required: false,
        of_deployment: false,
    },
    Number {
        name: "polling_interval",
        label: "Polling interval",
        least: 5.0,
        most: 3600.0,
        most_of_container: 3600.0,
        unit: Unit::SECONDS,
        help: "The time between two looks at what triggers a change.",
        is_required: false,
        of_deployment: true,
    },
];

/// A place that is scaled by itself: a region of a deployment, or the one container.
struct Part<'a> {
    /// Follows the names of its fields: `_76`.
    suffix: String,
    region: Option<&'a Value>,
    name: String,
    scale: &'a Value,
}

fn parts<'a>(site: &Arc<Site>, subject: &Subject, found: &'a Value) -> Vec<Part<'a>> {
    let nothing = &Value::Null;
    if !subject.is_deployment {
        let scale = found.get("scale").unwrap_or(nothing);
        return vec![Part { suffix: String::new(), region: None, name: String::new(), scale }];
    }
    let part = |placed: &'a Value| {
        let region = placed.get("region_id")?;
        let id = region.as_u64()?;
        let name = site.places.name(id).map_or_else(|| format!("region {id}"), |name| name.to_string());
        let scale = placed.get("scale").unwrap_or(nothing);
        Some(Part { suffix: format!("_{id}"), region: Some(region), name, scale })
    };
    rows(found.get("containers").unwrap_or(nothing)).iter().filter_map(part).collect()
}

pub(super) fn form(site: &Arc<Site>, subject: &Subject, found: &Value) -> Form {
    Form { fields: parts(site, subject, found).iter().flat_map(|part| fields(subject, part)).collect() }
}

fn fields(subject: &Subject, part: &Part<'_>) -> Vec<Field> {
    let own = NUMBERS.iter().filter(|number| subject.is_deployment || !number.of_deployment);
    own.map(|number| {
        let most = if subject.is_deployment { number.most } else { number.most_of_container };
        let place = if part.name.is_empty() { String::new() } else { format!(" in {}", part.name) };
        let field = Field::new(
            format!("{}{}", number.name, part.suffix),
            format!("{}{place}", number.label),
            whole(number.least, most, number.unit),
        );
        let field = field.help(number.help);
        let field = if number.is_required { field.required() } else { field };
        let now = part.scale.get(number.name).and_then(Value::as_u64);
        Field { default: now.map(|now| FieldValue::text(now.to_string())), ..field }
    })
    .collect()
}

/// `PATCH` with the whole scale of every region: triggers stay as they are.
pub(super) fn preview(
    site: &Arc<Site>,
    target: &Target,
    subject: &Subject,
    found: &Value,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let entered = Entered::check(form(site, subject, found), values)?;
    let (mut changes, mut placed, mut least) = (Changes::default(), Vec::new(), 0);
    for part in parts(site, subject, found) {
        let field = |name: &str| format!("{name}{}", part.suffix);
        let number = |name: &str| entered.whole(&field(name));
        if number("max") < number("min") {
            return Err(wrong_field(&field("max"), "must not be less than the least"));
        }
        least += number("min").unwrap_or_default();
        let mut scale = Body::default();
        for own in NUMBERS.iter().filter(|own| subject.is_deployment || !own.of_deployment) {
            let (now, wanted) = (part.scale.get(own.name).cloned(), number(own.name).map(Value::from));
            // What is left empty stays as it is.
            let wanted = wanted.or_else(|| now.clone().filter(|now| !now.is_null()));
            let place = if part.name.is_empty() { String::new() } else { format!(" in {}", part.name) };
            changes.compare(&format!("scale.{}{place}", own.name), now, wanted.clone());
            scale = scale.with(own.name, wanted);
        }
        let scale = scale.with("triggers", part.scale.get("triggers").map(without_nulls)).into_value();
        placed.push(match part.region {
            Some(region) => Body::default()
                .with("region_id", Some(region.clone()))
                .with("scale", Some(scale))
                .into_value(),
            None => scale,
        });
    }
    let changes = changes.into_some(&target.name)?;
    let body = if subject.is_deployment {
        Body::default().with("containers", Some(placed))
    } else {
        Body::default().with("scale", placed.pop())
    };
    let request = subject.request(Method::Patch, &[])?.body(body.into_value());
    let summary = format!("Scale {} {}.", subject.noun(), target.name);
    let expected = if least > 0 {
        Expected::State(&[Lifecycle::Running, Lifecycle::Degraded, Lifecycle::Stopped])
    } else {
        Expected::Exists
    };
    let mut preview = Preview::new(summary, vec![request], expected);
    if least == 0 {
        preview = preview.consequence("Without requests nothing runs; the first one waits for the start.");
    } else {
        preview = preview.consequence(format!("At least {least} of its replicas run and are billed."));
    }
    Ok(Preview { changes, ..preview })
}

/// Triggers that are not set come as `null`, which a change does not take in every place.
fn without_nulls(triggers: &Value) -> Value {
    let fields = triggers.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}
