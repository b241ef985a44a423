//! Changes of an instance's document: tags, lease, members, variables and boxes.
//!
//! The page wants the whole document back, of which only these change. No version check is documented, so the instance is
//! read again right before the document is sent: what somebody else changed meanwhile is not written over.

mod boxes;
mod document;

use serde_json::{Value, json};

use super::super::api::{Api, field};
use super::super::read::masks;
use super::super::wire;
use super::variables::{self, Use, Variable};
use super::{Acts, Sending, given, lease, not_sent};
use crate::kit::form::{Entered, refused, wrong_field};
use document::Draft;
use qdeck_model::{
    Action, ActionId, Availability, Choice, Choices, Danger, Expected, Field, FieldKind, FieldValue, Form,
    FormValues, Lifecycle, Method, Outcome, PreparedRequest, Preview, Problem, ProblemKind, Resource, State,
    Target, TextRule,
};

const TAGS: &str = "tags";
const MEMBERS: &str = "members";
const BOXES: &str = "boxes";
const SERVICE: &str = "service";
/// No document names a limit.
const MAX_TAGS: usize = 200;
/// No service of a sample is a hundredth of it.
const MAX_SERVICE_CHARS: usize = 64 << 10;

/// The action with this availability.
pub(super) fn declared(availability: Availability) -> Action {
    Action {
        id: ActionId::INSTANCE_UPDATE,
        name: "Change settings",
        key: 'u',
        help: "Changes tags, lease, members, variables and box.",
        danger: Danger::Disruptive,
        progress: "changing",
        has_form: true,
        in_bulk: false,
        availability,
    }
}

/// The action on an instance.
pub(super) fn action(resource: &Resource) -> Action {
    let unknown = State::new(Lifecycle::Unknown, "unknown");
    declared(availability(resource.state().unwrap_or(&unknown)))
}

fn availability(state: &State) -> Availability {
    match state.lifecycle {
        Lifecycle::Gone => Availability::No("it is terminated".into()),
        lifecycle if lifecycle.is_moving() => {
            let event = state.reason.as_deref().unwrap_or("an operation");
            Availability::No(format!("{event} is in progress").into())
        }
        _ => Availability::Yes,
    }
}

/// The form, filled in with the instance as it is now.
pub(super) async fn form(acts: &Acts, target: &Target, values: &FormValues) -> Result<Form, Problem> {
    let instance = read(&acts.api, target).await?;
    Ok(form_of(&instance, values))
}

fn form_of(instance: &Value, values: &FormValues) -> Form {
    let texts = variables::TAG;
    let mut fields = vec![
        Field::new(TAGS, "Tags", FieldKind::List { texts, most: MAX_TAGS })
            .default(FieldValue::Several(document::texts(instance.get(TAGS))))
            .help("The tags that bindings and filters find it by."),
    ];
    fields.extend(lease::fields(instance.get("lease"), values));
    fields.push(
        Field::new(MEMBERS, "Members", FieldKind::Several(Choices::Loaded))
            .section("Sharing")
            .default(FieldValue::Several(document::members(instance)))
            .help("The workspaces that it is shared with."),
    );
    fields.extend(Variable::all(instance.get("variables")).iter().map(|it| it.field(Use::Change)));
    fields.push(
        Field::new(BOXES, "Box", FieldKind::Choice(Choices::Loaded))
            .section("Box and service")
            .default(FieldValue::text(boxes::AS_DEPLOYED))
            .help("The version of its box that the instance has."),
    );
    let service = instance.get(SERVICE).map(|it| serde_json::to_string_pretty(it).unwrap_or_default());
    let rule = TextRule { lines: true, ..TextRule::up_to(MAX_SERVICE_CHARS) };
    fields.push(
        Field::new(SERVICE, "Service", FieldKind::Text(rule))
            .section("Box and service")
            .default(FieldValue::text(service.unwrap_or_default()))
            .help("Its service as JSON. It is sent back with the rest; by the page a server leaves it as it is."),
    );
    Form { fields }
}

/// The choices of a field.
pub(super) async fn choices(acts: &Acts, target: &Target, name: &str) -> Result<Vec<Choice>, Problem> {
    match name {
        MEMBERS => acts.workspaces_to_choose().await,
        BOXES => boxes::choices(&acts.api, &read(&acts.api, target).await?).await,
        _ => {
            let instance = read(&acts.api, target).await?;
            let owner = field(&instance, "owner");
            super::bindings::choices(acts, name, instance.get("variables"), owner).await
        }
    }
}

/// Reads the instance again, and prepares the document with the changes.
pub(super) async fn preview(acts: &Acts, target: &Target, values: &FormValues) -> Result<Preview, Problem> {
    let instance = read(&acts.api, target).await?;
    check(acts, &instance, &target.name)?;
    Entered::check(form_of(&instance, values), values)?;
    let mut draft = Draft::of(&instance);
    if let Some(FieldValue::Several(tags)) = given(values, TAGS) {
        draft.set(TAGS, json!(tags));
    }
    if let Some(FieldValue::Several(members)) = given(values, MEMBERS) {
        draft.share_with(members);
    }
    let lease = lease::entered(instance.get("lease"), values)?;
    let ends_by_itself = lease.as_ref().filter(|it| Some(*it) != instance.get("lease")).cloned();
    // Without a lease there may also be `null` or an empty list in its place, which stays.
    let is_leased = instance.get("lease").is_some_and(|it| field(it, "operation").is_some());
    if lease.is_some() || is_leased {
        draft.set_or_remove("lease", lease);
    }
    draft.change_variables(values);
    if let Some(version) = values.text(BOXES).filter(|version| *version != boxes::AS_DEPLOYED) {
        draft.set(BOXES, boxes::chosen(&acts.api, &instance, version).await?);
    }
    if let Some(service) = values.text(SERVICE) {
        draft.set(SERVICE, service_of(service)?);
    }
    let (document, changes) = draft.finish();
    if changes.is_empty() {
        return Err(refused(&target.name, "nothing is changed"));
    }
    let request = acts.api.prepare(Method::Put, &["instances", &target.id.id], &[]).await?;
    let request = PreparedRequest { secrets: masks::secrets(&document), ..request.body(document) };
    let summary = format!("Change settings of instance {}.", target.name);
    let mut preview = Preview::new(summary, vec![request], Expected::Exists);
    if changes.iter().any(|change| change.field.starts_with("variables.") || &*change.field == BOXES) {
        preview = preview
            .consequence("Changed variables and boxes take effect with the next reinstall or reconfigure.");
    }
    if let Some(sentence) = ends_by_itself.as_ref().and_then(lease_sentence) {
        preview = preview.consequence(sentence);
    }
    if changes.iter().any(|change| &*change.field == MEMBERS) {
        preview = preview.consequence("Workspaces that are members can see the instance and work on it.");
    }
    Ok(Preview { changes, ..preview })
}

/// Sends the document, unless the instance has become busy or was changed since it was shown.
pub(super) async fn perform(acts: &Acts, write: &Sending) -> Result<Outcome, Problem> {
    let now = read(&acts.api, &write.target).await.map_err(|problem| not_sent(problem, &write.target))?;
    check(acts, &now, &write.target.name)?;
    for request in &write.requests {
        let shown = request.body.as_ref().and_then(|body| body.get("updated"));
        if shown != now.get("updated") {
            let reason = "it was changed meanwhile";
            return Err(refused(&write.target.name, reason).hint("Look at it again, and change it then"));
        }
        acts.api.write(request).await?;
    }
    Ok(Outcome::done())
}

async fn read(api: &Api, target: &Target) -> Result<Value, Problem> {
    api.get(&["instances", &target.id.id], &[]).await
}

fn check(acts: &Acts, instance: &Value, name: &str) -> Result<(), Problem> {
    let wire: wire::Instance = serde_json::from_value(instance.clone())
        .map_err(|error| Problem::new(ProblemKind::BadAnswer, format!("unexpected answer: {error}")))?;
    let availability = availability(&acts.map.instance_state(&wire));
    availability.reason().map_or(Ok(()), |reason| Err(refused(name, reason)))
}

/// The service that was entered: an object with the fields that the published schema requires.
fn service_of(text: &str) -> Result<Value, Problem> {
    let service: Value =
        serde_json::from_str(text).map_err(|error| wrong_field(SERVICE, format!("is not JSON: {error}")))?;
    match (service.get("id"), service.get("machines")) {
        (Some(Value::String(_)), Some(Value::Array(_))) => Ok(service),
        _ => Err(wrong_field(SERVICE, "must be an object with an `id` and a list of `machines`")),
    }
}

fn lease_sentence(lease: &Value) -> Option<String> {
    let (expire, operation) = (field(lease, "expire")?, field(lease, "operation")?);
    Some(match operation {
        "terminate" => {
            format!("It is terminated by itself on {expire} UTC: its machines and their disks are lost then.")
        }
        _ => format!("It is shut down by itself on {expire} UTC."),
    })
}
