//! Deploying a box: its form, which follows the box that is chosen, and its request (the page's `deploy-instance-request`,
//! whose published schema forbids any other field).

mod catalogue;
mod deployment;
mod uploads;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::api::field;
use super::super::read::masks;
use super::follow::Begun;
use super::variables::{self, Use};
use super::{Acts, Sending, lease};
use crate::kit::form::{Entered, line, whole, wrong_field};
use catalogue::{Chosen, Source};
pub(in super::super) use deployment::Deployment;
use qdeck_model::{
    Action, ActionId, Availability, Choice, Choices, Danger, Expected, Field, FieldKind, FieldValue, Form,
    FormValues, Kind, Lifecycle, Method, NewResource, Outcome, PreparedRequest, Preview, Problem,
    ProblemKind, Resource, ResourceId, Target, Unit,
};

/// The schema of the request.
const SCHEMA: &str = "http://elasticbox.net/schemas/deploy-instance-request";
pub(super) const BOX: &str = "box";
const NAME: &str = "name";
const OWNER: &str = "owner";
const POLICY: &str = "policy_box";
const INSTANCES: &str = "instances";
const UPDATES: &str = "automatic_updates";
const TAGS: &str = "instance_tags";
/// The length of a name, from the published schema.
const MAX_NAME_CHARS: usize = 30;
/// Instances deployed with one form, ours: each is a request of its own.
const MAX_INSTANCES: f64 = 20.0;
/// No document names a limit.
const MAX_TAGS: usize = 200;

/// The actions that make an instance.
pub(super) fn declared(id: ActionId, availability: Availability) -> Action {
    let is_like = id == ActionId::INSTANCE_CREATE_LIKE;
    Action {
        id,
        name: if is_like { "Deploy one like this" } else { "Deploy a box" },
        key: if is_like { 'c' } else { 'n' },
        help: if is_like {
            "Deploys another one, filled in from this one."
        } else {
            "Deploys a box as a new instance."
        },
        danger: Danger::Disruptive,
        progress: "deploying",
        has_form: true,
        in_bulk: false,
        availability,
    }
}

/// The actions on a row: another instance like it, or an instance of it where it is a box.
pub(super) fn action(resource: &Resource) -> Option<Action> {
    match resource {
        Resource::Instance(_) => Some(declared(ActionId::INSTANCE_CREATE_LIKE, Availability::Yes)),
        Resource::Container(row) => {
            let kind = &*row.state.raw;
            let availability = match catalogue::why_not_deployed(kind) {
                Some(reason) => Availability::No(reason.into()),
                None if row.state.lifecycle == Lifecycle::Gone => Availability::No("it was deleted".into()),
                None => Availability::Yes,
            };
            Some(declared(ActionId::INSTANCE_CREATE, availability))
        }
        _ => None,
    }
}

/// The form: the box alone at first, then everything that follows from it.
pub(super) async fn form(acts: &Acts, target: &Target, values: &FormValues) -> Result<Form, Problem> {
    let source = Source::of(acts, target).await?;
    let field = Field::new(BOX, "Box", FieldKind::Choice(Choices::Loaded))
        .required()
        .reshapes()
        .help("The box to deploy; which variables there are follows from it.");
    let Some(id) = values.text(BOX).or(source.box_id()) else {
        return Ok(Form { fields: vec![field] });
    };
    let chosen = Chosen::read(acts, id, &source).await?;
    let mut fields = vec![field.default(FieldValue::text(id))];
    fields.extend(fields_of(&chosen, &source, values));
    Ok(Form { fields })
}

fn fields_of(chosen: &Chosen, source: &Source, values: &FormValues) -> Vec<Field> {
    let policy = Field::new(POLICY, "Policy", FieldKind::Choice(Choices::Loaded))
        .depends_on(&[BOX, OWNER])
        .help("The deployment policy: cloud account, place and size.");
    let policy = if chosen.needs_policy() { policy.required() } else { policy };
    let updates = ["off", "patch", "minor", "major"].map(Choice::plain).to_vec();
    let texts = variables::TAG;
    let mut fields = vec![
        Field::new(NAME, "Name", FieldKind::Text(line(1, MAX_NAME_CHARS)))
            .required()
            .default(FieldValue::text(source.name(chosen, MAX_NAME_CHARS)))
            .help("1 to 30 characters."),
        Field::new(OWNER, "Workspace", FieldKind::Choice(Choices::Loaded))
            .required()
            .default(FieldValue::text(source.owner(chosen)))
            .help("The workspace that will own the instance."),
        source.policy().map_or(policy.clone(), |id| policy.default(FieldValue::text(id))),
        Field::new(INSTANCES, "Instances", whole(1.0, MAX_INSTANCES, Unit::COUNT))
            .required()
            .default(FieldValue::text("1"))
            .help("Each is deployed by a request of its own, and gets a number behind its name."),
        Field::new(TAGS, "Tags", FieldKind::List { texts, most: MAX_TAGS })
            .default(FieldValue::Several(source.tags()))
            .help("The tags that bindings and filters find it by."),
        Field::new(UPDATES, "Updates", FieldKind::Choice(Choices::Fixed(updates)))
            .required()
            .default(FieldValue::text(source.updates()))
            .help("Which new versions of the box are taken over by themselves."),
    ];
    fields.extend(lease::fields(None, values));
    fields.extend(chosen.variables.iter().map(|it| it.field(Use::Deploy)));
    fields
}

/// The choices of a field.
pub(super) async fn choices(
    acts: &Acts,
    target: &Target,
    name: &str,
    values: &FormValues,
) -> Result<Vec<Choice>, Problem> {
    if name == BOX {
        return catalogue::boxes(acts).await;
    }
    if name == OWNER {
        return acts.workspaces_to_choose().await;
    }
    let source = Source::of(acts, target).await?;
    let id = values.text(BOX).or(source.box_id()).ok_or_else(|| wrong_field(BOX, "must be filled in"))?;
    let chosen = Chosen::read(acts, id, &source).await?;
    let owner = values.text(OWNER).map_or_else(|| source.owner(&chosen), str::to_owned);
    if name == POLICY {
        return catalogue::policies(acts, &chosen, &owner).await;
    }
    let variables = json!(chosen.variables.iter().map(|it| &it.document).collect::<Vec<_>>());
    super::bindings::choices(acts, name, Some(&variables), Some(&*owner)).await
}

/// Prepares a request for each instance.
pub(super) async fn preview(acts: &Acts, target: &Target, values: &FormValues) -> Result<Preview, Problem> {
    let source = Source::of(acts, target).await?;
    let id = values.text(BOX).or(source.box_id()).ok_or_else(|| wrong_field(BOX, "must be filled in"))?;
    let chosen = Chosen::read(acts, id, &source).await?;
    let form = Form { fields: fields_of(&chosen, &source, values) };
    let entered = Entered::check(form, values)?;
    let all = entered.values();
    let owner = all.text(OWNER).unwrap_or_default().to_owned();
    if all.text(POLICY).is_some() {
        entered.check_choice(POLICY, &catalogue::policies(acts, &chosen, &owner).await?)?;
    }
    let body = body(&chosen, all)?;
    let name = all.text(NAME).unwrap_or_default();
    let names = names(name, entered.whole(INSTANCES))?;
    let mut requests = uploads::requests(acts, &chosen.variables, all).await?;
    let uploaded = requests.len();
    for name in &names {
        let request = acts.api.prepare(Method::Post, &["instances"], &[]).await?;
        let mut body = body.clone();
        body["name"] = json!(name);
        requests.push(PreparedRequest { secrets: masks::secrets(&body), ..request.body(body) });
    }
    let first = names.first().map_or(name, String::as_str);
    let subject = match names.len() {
        1 => format!("as instance {first}"),
        count => {
            format!("{count} times, as instances {first} to {}", names.last().map_or(first, String::as_str))
        }
    };
    let summary = format!("Deploy box {} {subject} in workspace {owner}.", chosen.name());
    let creates = NewResource { kind: Kind::Instance, scope: None, name: first.into() };
    let preview = Preview {
        creates: Some(creates),
        ..Preview::new(summary, requests, Expected::State(&[Lifecycle::Running]))
    };
    let preview = preview.consequence("The cloud account of its policy pays for its machines from now on.");
    let preview = match uploaded {
        0 => preview,
        _ => preview.consequence(
            "Its files are uploaded first; they stay at ElasticBox if the deployment is refused.",
        ),
    };
    Ok(match body.get("lease").and_then(|lease| field(lease, "operation").zip(field(lease, "expire"))) {
        Some(("terminate", at)) => {
            preview.consequence(format!("It is terminated by itself on {at} UTC: its disks are lost then."))
        }
        Some((_, at)) => preview.consequence(format!("It is shut down by itself on {at} UTC.")),
        None => preview,
    })
}

/// The body without its name: only what differs from the box is sent of its variables, and what the box requires.
fn body(chosen: &Chosen, values: &FormValues) -> Result<Value, Problem> {
    let variables: Vec<Value> = chosen.variables.iter().filter_map(|it| chosen.sent(it, values)).collect();
    let mut body = Map::new();
    body.insert("schema".to_owned(), json!(SCHEMA));
    body.insert("owner".to_owned(), json!(values.text(OWNER)));
    body.insert("name".to_owned(), json!(""));
    body.insert("box".to_owned(), json!({"id": chosen.id(), "variables": variables}));
    if let Some(policy) = values.text(POLICY) {
        body.insert("policy_box".to_owned(), json!({"id": policy, "variables": []}));
    }
    body.insert("instance_tags".to_owned(), json!(values.several(TAGS)));
    body.insert("automatic_updates".to_owned(), json!(values.text(UPDATES).unwrap_or("off")));
    if let Some(lease) = lease::entered(None, values)? {
        body.insert("lease".to_owned(), lease);
    }
    Ok(Value::Object(body))
}

/// `web` alone, or `web-1` to `web-3`.
fn names(name: &str, count: Option<i64>) -> Result<Vec<String>, Problem> {
    let count = count.unwrap_or(1);
    if count == 1 {
        return Ok(vec![name.to_owned()]);
    }
    let names: Vec<String> = (1..=count).map(|number| format!("{name}-{number}")).collect();
    match names.iter().find(|name| name.chars().count() > MAX_NAME_CHARS) {
        Some(long) => {
            Err(wrong_field(NAME, format!("at most {MAX_NAME_CHARS} characters with the number, not {long}")))
        }
        None => Ok(names),
    }
}

/// Sends the requests one after the other. The first that fails ends it; what was deployed before stays, and is followed.
pub(super) async fn perform(acts: &Acts, write: &Sending) -> Result<Outcome, Problem> {
    let (uploads, deployments) = uploads::split(&write.requests);
    let uploaded = uploads::send(acts, uploads).await?;
    let mut deployed = Vec::new();
    let mut failed = None;
    for request in deployments {
        let request = &uploaded.enter(request);
        match acts.api.write(request).await.and_then(|answer| id_of(&answer)) {
            Ok(id) => deployed.push(id),
            Err(problem) => {
                failed = Some(problem);
                break;
            }
        }
    }
    let Some(first) = deployed.first() else {
        return Err(failed.unwrap_or_else(|| wrong_field(INSTANCES, "must be at least 1")));
    };
    let first = ResourceId::new(write.target.context(), Kind::Instance, first.as_str());
    let deployment = Deployment { instances: deployed, asked: deployments.len() };
    let outcome = Outcome::accepted(deployment.id(&first)).created(first);
    Ok(match failed {
        Some(problem) => {
            outcome.document("The instance that was not deployed", json!({"error": problem.to_string()}))
        }
        None => outcome,
    })
}

/// The id of the instance that an answer is.
fn id_of(answer: &Value) -> Result<String, Problem> {
    let id = field(answer, "id").map(str::to_owned);
    id.ok_or_else(|| {
        Problem::new(ProblemKind::BadAnswer, "unexpected answer: `id` is not the id of an instance")
            .request("POST /instances")
    })
}

/// The instance that a write made whose answer was lost: the only one of its name that is younger than the write.
pub(super) async fn created(acts: &Acts, write: &Sending, name: &str) -> Result<Option<ResourceId>, Problem> {
    let owner = write.requests.last().and_then(|it| field(it.body.as_ref()?, "owner"));
    let path = match owner {
        Some(owner) => vec!["workspaces", owner, "instances"],
        None => vec!["instances"],
    };
    let list: super::wire::List<super::wire::Instance> = acts.api.get(&path, &[]).await?;
    let since = write.prepared.before(deployment::CLOCK_TOLERANCE);
    let is_it = |it: &&super::wire::Instance| {
        it.name.as_deref() == Some(name) && it.created.timestamp().is_some_and(|at| at > since)
    };
    let ids: BTreeSet<&str> = list.0.good.iter().filter(is_it).map(|it| &*it.id.0).collect();
    let only = if ids.len() == 1 { ids.first() } else { None };
    Ok(only.map(|id| ResourceId::new(write.target.context(), Kind::Instance, *id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_instances_are_numbered_and_fit_the_length_of_a_name() {
        let named = |name: &str, count| names(name, count).map_err(|it| it.message.to_string());
        assert_eq!(named("web", Some(1)), Ok(vec!["web".to_owned()]));
        assert_eq!(named("web", None), Ok(vec!["web".to_owned()]));
        assert_eq!(named("web", Some(2)), Ok(vec!["web-1".to_owned(), "web-2".to_owned()]));
        let long = "x".repeat(28);
        assert!(named(&long, Some(9)).is_ok());
        let error = format!("name: at most 30 characters with the number, not {long}-10");
        assert_eq!(named(&long, Some(10)), Err(error));
    }
}
