//! Changes at Quasarch: containers are made, updated, rolled back and deleted.
//!
//! Every change but a deletion deploys the container anew, and how far that is shows in the container alone: see
//! `deployment`, which makes an operation of it. There are no entity tags; the target is read again for each preview.

mod create;
mod delete;
mod deployment;
mod fields;
mod quantity;
mod roll_back;
mod send;
mod update;

use std::sync::Arc;

use super::api::Api;
use super::{unsupported, wire};
use crate::kit::form::refused;
use crate::mapping::lenient::Text;
pub(super) use deployment::operation;
use qdeck_model::{
    Action, ActionId, Availability, Choice, Danger, Form, FormValues, Kind, Preview, Problem, Resource,
    Target,
};
pub(super) use send::perform;

/// Makes a container with the settings of another one to begin with.
const CREATE_LIKE: ActionId = ActionId::new("container.create-like");

/// The parts that a change needs.
#[derive(Clone)]
pub(super) struct Deck {
    pub(super) api: Arc<Api>,
}

/// Every action that there is.
pub(super) fn declared() -> Vec<Action> {
    let mut all = context_actions();
    all.extend(of_container(&Availability::Yes));
    all
}

/// The actions on the context.
pub(super) fn context_actions() -> Vec<Action> {
    vec![Action {
        id: ActionId::CONTAINER_CREATE,
        name: "Create",
        key: 'n',
        help: "Makes a container and deploys it.",
        danger: Danger::Disruptive,
        progress: "creating",
        has_form: true,
        in_bulk: false,
        availability: Availability::Yes,
    }]
}

/// The actions that fit a resource as it is now.
pub(super) fn actions(resource: &Resource) -> Vec<Action> {
    match resource {
        Resource::Container(it) => {
            // The one word for an end that the demo and Kubernetes share; the documents have none.
            let ends = matches!(&*it.state.raw, "deleting" | "deleted");
            of_container(&Availability::when(!ends, format!("it is {}", it.state.word())))
        }
        Resource::Revision(it) => {
            let fits = Availability::when(&*it.state.raw != "current", "it is the revision in force");
            vec![Action { has_form: false, availability: fits, ..roll_back(Availability::Yes) }]
        }
        _ => Vec::new(),
    }
}

fn of_container(availability: &Availability) -> Vec<Action> {
    let action = |id, name, key, help, danger, progress| Action {
        id,
        name,
        key,
        help,
        danger,
        progress,
        has_form: true,
        in_bulk: false,
        availability: availability.clone(),
    };
    vec![
        Action {
            // Another one can be made like it whatever becomes of it.
            availability: Availability::Yes,
            ..action(
                CREATE_LIKE,
                "Create one like this",
                'c',
                "Makes a container with the settings of this one to begin with.",
                Danger::Disruptive,
                "creating",
            )
        },
        action(
            ActionId::CONTAINER_UPDATE,
            "Change settings",
            'u',
            "Changes image, variables, resources, port or command, and deploys that as a new revision.",
            Danger::Disruptive,
            "updating",
        ),
        roll_back(availability.clone()),
        Action {
            has_form: false,
            in_bulk: true,
            ..action(
                ActionId::CONTAINER_DELETE,
                "Delete",
                'd',
                "Deletes the container with its revisions.",
                Danger::Destructive,
                "deleting",
            )
        },
    ]
}

fn roll_back(availability: Availability) -> Action {
    Action {
        id: ActionId::REVISION_ROLL_BACK,
        name: "Roll back",
        key: 'b',
        help: "Deploys the image of an earlier revision, as a new revision.",
        danger: Danger::Destructive,
        progress: "rolling back",
        has_form: true,
        in_bulk: false,
        availability,
    }
}

/// The form of an action.
pub(super) async fn form(deck: &Deck, target: &Target, action: ActionId) -> Result<Form, Problem> {
    match (action, target.id.kind) {
        (ActionId::CONTAINER_CREATE, Kind::Container) => Ok(create::form(None)),
        (CREATE_LIKE, Kind::Container) => Ok(create::form(Some(&read(deck, &target.id.id).await?))),
        (ActionId::CONTAINER_UPDATE, Kind::Container) => Ok(update::form(&read(deck, &target.id.id).await?)),
        (ActionId::REVISION_ROLL_BACK, Kind::Container) => Ok(roll_back::form()),
        _ => Ok(Form::default()),
    }
}

/// The choices of a field.
pub(super) async fn choices(deck: &Deck, target: &Target, field: &str) -> Result<Vec<Choice>, Problem> {
    match field {
        fields::MODELS => fields::models(deck).await,
        roll_back::REVISION => roll_back::choices(deck, &target.id.id).await,
        _ => Ok(Vec::new()),
    }
}

/// Reads the target again and prepares the request.
pub(super) async fn preview(
    deck: &Deck,
    target: &Target,
    action: ActionId,
    values: &FormValues,
) -> Result<Preview, Problem> {
    match (action, target.id.kind) {
        (ActionId::CONTAINER_CREATE, Kind::Container) => create::preview(deck, None, values).await,
        (CREATE_LIKE, Kind::Container) => {
            let source = read(deck, &target.id.id).await?;
            create::preview(deck, Some(&source), values).await
        }
        (ActionId::CONTAINER_UPDATE, Kind::Container) => update::preview(deck, target, values).await,
        (ActionId::CONTAINER_DELETE, Kind::Container) => delete::preview(deck, target).await,
        (ActionId::REVISION_ROLL_BACK, Kind::Container | Kind::Revision) => {
            roll_back::preview(deck, target, values).await
        }
        _ => Err(unsupported(&format!("there is no action {action}"))),
    }
}

/// One read of a container, as a change needs it before.
async fn read(deck: &Deck, id: &str) -> Result<wire::Container, Problem> {
    deck.api.get(&["v1", "containers", id], &[]).await
}

/// Refuses a change of a container that ends.
fn permit(container: &wire::Container, name: &str) -> Result<(), Problem> {
    match container.status.as_deref() {
        Some(status @ ("deleting" | "deleted")) => Err(refused(name, &format!("it is {status}"))),
        _ => Ok(()),
    }
}

/// The name of a container, else its id.
fn name_of(container: &wire::Container) -> &str {
    container.name.as_deref().unwrap_or(&container.id)
}

fn text(text: &Text) -> Option<String> {
    text.as_deref().map(str::to_owned)
}
