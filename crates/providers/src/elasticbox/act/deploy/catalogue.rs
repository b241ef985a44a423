//! What can be deployed, and where: boxes, the policies that claim what a box requires, and what a form begins with.

use std::collections::HashSet;

use arcstr::ArcStr;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::super::super::api::field;
use super::super::super::map::kind_of_box;
use super::super::super::read::workspaces::Place;
use super::super::super::wire;
use super::super::Acts;
use super::super::variables::Variable;
use super::BOX;
use crate::kit::form::wrong_field;
use qdeck_model::{ActionId, Choice, FormValues, Kind, Problem, ProblemKind, Target};

/// Workspaces whose boxes are asked for at once.
const WORKSPACES_AT_ONCE: usize = 4;

/// The reason why a box of this kind is not deployed by the request of this form.
pub(super) fn why_not_deployed(kind: &str) -> Option<&'static str> {
    match kind {
        "policy" => Some("it is a policy: boxes are deployed with it"),
        "application" => Some("an application box is deployed by another request, which is not documented"),
        _ => None,
    }
}

/// The boxes of every workspace that can be deployed, by name.
pub(super) async fn boxes(acts: &Acts) -> Result<Vec<Choice>, Problem> {
    let (teams, _) = acts.workspaces.teams().await.unwrap_or_default();
    let places: Vec<Place> = std::iter::once(Place::Personal).chain(teams).collect();
    let mut lists = stream::iter(places)
        .map(|place| async move { acts.workspaces.boxes(&place).await })
        .buffered(WORKSPACES_AT_ONCE);
    let (mut all, mut known, mut failure) = (Vec::new(), HashSet::new(), None);
    while let Some(list) = lists.next().await {
        match list {
            // A box that is shared is in the list of each.
            Ok(list) => all.extend(list.good.into_iter().filter(|it| known.insert(it.id.0.clone()))),
            Err(problem) => failure = failure.or(Some(problem)),
        }
    }
    if let (true, Some(problem)) = (all.is_empty(), failure) {
        return Err(problem);
    }
    all.retain(|it| kind_of_box(it) != "policy" && it.deleted.is_none());
    all.sort_by(|a, b| a.name.as_deref().cmp(&b.name.as_deref()));
    Ok(all.iter().map(choice_of_box).collect())
}

fn choice_of_box(wire: &wire::Box) -> Choice {
    let kind = kind_of_box(wire);
    let owner = wire.owner.as_deref().map_or_else(String::new, |owner| format!(" of {owner}"));
    Choice {
        value: (*wire.id).into(),
        label: wire.name.as_deref().unwrap_or(&wire.id).into(),
        note: Some(format!("{kind}{owner}").into()),
        unavailable: why_not_deployed(kind).map(Into::into),
    }
}

/// The policies of a workspace; those that do not claim what the box requires cannot be chosen.
pub(super) async fn policies(acts: &Acts, chosen: &Chosen, owner: &str) -> Result<Vec<Choice>, Problem> {
    let all = acts.workspaces.boxes(&Place::Workspace(owner.into())).await?;
    let policies = all.good.iter().filter(|it| kind_of_box(it) == "policy" && it.deleted.is_none());
    Ok(policies.map(|policy| choice_of_policy(policy, chosen)).collect())
}

fn choice_of_policy(policy: &wire::Box, chosen: &Chosen) -> Choice {
    let profile = &policy.profile;
    let instances = profile.instances.as_deref().filter(|count| *count != "1");
    let parts = [
        profile.flavor.as_deref().map(str::to_owned),
        profile.location.as_deref().or(profile.datacenter.as_deref()).map(str::to_owned),
        instances.map(|count| format!("{count} machines each")),
        super::super::super::map::lifespan(&policy.lifespan),
    ];
    let note = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let missing: Vec<&str> = chosen
        .requirements()
        .into_iter()
        .filter(|it| !policy.claims.iter().any(|claim| claim == it))
        .collect();
    Choice {
        value: (*policy.id).into(),
        label: policy.name.as_deref().unwrap_or(&policy.id).into(),
        note: Some(note.into()).filter(|note: &ArcStr| !note.is_empty()),
        unavailable: (!missing.is_empty())
            .then(|| format!("it does not claim {}, which the box requires", missing.join(", ")).into()),
    }
}

/// The box that was chosen, with the variables that its form begins with.
pub(super) struct Chosen {
    document: Value,
    pub(super) variables: Vec<Variable>,
}

impl Chosen {
    /// Reads a box. Its variables have the values of the instance to be like.
    pub(super) async fn read(acts: &Acts, id: &str, source: &Source) -> Result<Self, Problem> {
        let document: Value = match acts.api.get(&["boxes", id], &[]).await {
            Err(problem) if problem.kind == ProblemKind::NotFound => {
                return Err(wrong_field(BOX, format!("there is no box {id}")));
            }
            answer => answer?,
        };
        if let Some(reason) = why_not_deployed(kind_of(&document)) {
            return Err(wrong_field(BOX, reason));
        }
        let variables = source.variables(Variable::all(document.get("variables")), id);
        Ok(Self { document, variables })
    }

    pub(super) fn id(&self) -> &str {
        field(&self.document, "id").unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        field(&self.document, "name").unwrap_or_else(|| self.id())
    }

    /// A box of `CloudFormation` names its account and place itself.
    pub(super) fn needs_policy(&self) -> bool {
        kind_of(&self.document) != "cloudformation"
    }

    fn requirements(&self) -> Vec<&str> {
        let all = self.document.get("requirements").and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The variable as it is sent: with another value than the box has, or not at all.
    pub(super) fn sent(&self, variable: &Variable, values: &FormValues) -> Option<Value> {
        let entered = variable.entered(values).unwrap_or_else(|| variable.document.clone());
        let own = self.document.get("variables").and_then(Value::as_array);
        let own = own.into_iter().flatten().find(|it| variable.is_same(it));
        (own != Some(&entered)).then_some(entered)
    }
}

/// What a form begins with: nothing, a box, or an instance.
pub(super) enum Source {
    Nothing,
    Box(ArcStr),
    Instance(Box<Value>),
}

impl Source {
    /// What the target of an action is.
    pub(super) async fn of(acts: &Acts, target: &Target) -> Result<Self, Problem> {
        if target.is_context() {
            return Ok(Self::Nothing);
        }
        match target.id.kind {
            Kind::Container => Ok(Self::Box(target.id.id.clone())),
            Kind::Instance => Ok(Self::Instance(acts.api.get(&["instances", &target.id.id], &[]).await?)),
            _ => Err(super::super::not_offered(ActionId::INSTANCE_CREATE)),
        }
    }

    fn instance(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Instance(document) => document.get(name),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.instance(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn box_id(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Box(id) => Some(id),
            Self::Instance(_) => self.text("box"),
        }
    }

    /// The name to begin with: that of the box, which the vendor's pages suggest too, or of the instance.
    pub(super) fn name(&self, chosen: &Chosen, most: usize) -> String {
        let name = self.text("name").unwrap_or_else(|| chosen.name());
        name.chars().filter(|c| !c.is_control()).take(most).collect()
    }

    pub(super) fn owner(&self, chosen: &Chosen) -> String {
        self.text("owner").or(field(&chosen.document, "owner")).unwrap_or_default().to_owned()
    }

    pub(super) fn policy(&self) -> Option<&str> {
        field(self.instance("policy_box")?, "id")
    }

    pub(super) fn tags(&self) -> Vec<ArcStr> {
        let tags = self.instance("tags").and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(Value::as_str).map(ArcStr::from).collect()
    }

    pub(super) fn updates(&self) -> &str {
        let known = |word: &&str| ["off", "patch", "minor", "major"].contains(word);
        self.text("automatic_updates").filter(known).unwrap_or("off")
    }

    /// The variables of a box with the values that the instance has, where it is of this box.
    fn variables(&self, mut variables: Vec<Variable>, id: &str) -> Vec<Variable> {
        if self.text("box") != Some(id) {
            return variables;
        }
        for own in Variable::all(self.instance("variables")) {
            match variables.iter_mut().find(|it| it.is_same(&own.document)) {
                Some(variable) => {
                    for name in ["value", "tags"] {
                        if let Some(value) = own.document.get(name) {
                            variable.document[name] = value.clone();
                        }
                    }
                }
                // Of a box within, by its scope.
                None => variables.push(own),
            }
        }
        variables
    }
}

/// The kind of a box, which ends its schema's address.
fn kind_of(document: &Value) -> &str {
    field(document, "schema").and_then(|schema| schema.rsplit('/').next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use qdeck_model::FieldValue;

    fn chosen(requirements: &[&str], variables: &Value) -> Chosen {
        let document = json!({"id": "b", "name": "Web", "owner": "ops", "requirements": requirements,
            "variables": variables, "schema": "http://elasticbox.net/schemas/boxes/script"});
        let variables = Variable::all(document.get("variables"));
        Chosen { document, variables }
    }

    #[test]
    fn a_policy_must_claim_what_the_box_requires() {
        let policy: wire::Box =
            serde_json::from_value(json!({"id": "p", "name": "Big ones", "claims": ["linux"],
            "profile": {"flavor": "m1", "location": "Zurich", "instances": 3},
            "lifespan": {"operation": "terminate", "interval": "hours", "quantity": 8}}))
            .unwrap();
        let choice = choice_of_policy(&policy, &chosen(&["linux"], &json!([])));
        assert_eq!(choice.note.as_deref(), Some("m1, Zurich, 3 machines each, terminate after 8 hours"));
        assert_eq!(choice.unavailable, None);
        let choice = choice_of_policy(&policy, &chosen(&["linux", "gpu", "fast"], &json!([])));
        let reason = "it does not claim gpu, fast, which the box requires";
        assert_eq!(choice.unavailable.as_deref(), Some(reason));
    }

    #[test]
    fn only_variables_that_differ_from_the_box_are_sent_and_those_of_the_instance_are() {
        let own = json!([{"name": "port", "type": "Port", "value": "80"}, {"name": "mode", "type": "Text", "value": "a"}]);
        let mut chosen = chosen(&[], &own);
        let source = Source::Instance(Box::new(json!({"box": "b", "variables": [
            {"name": "port", "type": "Port", "value": "8080"}, {"name": "x", "type": "Text", "value": "1", "scope": "db"}]})));
        chosen.variables = source.variables(chosen.variables.clone(), "b");
        let values = FormValues::new().with("variable.mode", FieldValue::text("a"));
        let sent: Vec<Value> = chosen.variables.iter().filter_map(|it| chosen.sent(it, &values)).collect();
        assert_eq!(
            sent,
            [
                json!({"name": "port", "type": "Port", "value": "8080"}),
                json!({"name": "x", "type": "Text", "value": "1", "scope": "db"})
            ]
        );
        let back = FormValues::new().with("variable.port", FieldValue::text("80"));
        assert_eq!(chosen.sent(&chosen.variables[0], &back), None, "the value of the box again");
        assert_eq!(source.variables(Vec::new(), "another").len(), 0);
    }

    #[test]
    fn policies_and_applications_are_not_deployed_by_this_form() {
        assert!(why_not_deployed("script").is_none() && why_not_deployed("docker").is_none());
        assert!(why_not_deployed("policy").is_some() && why_not_deployed("application").is_some());
    }
}
