//! The deployment of a container as an operation. The API has no operations: a container that is made or changed is
//! `deploying` until it is `deployed` or has `failed`.

use super::super::map::Mapper;
use super::super::wire;
use super::name_of;
use qdeck_model::{ContextName, Kind, Lifecycle, Operation, ResourceId, State};

/// What the operation is called.
const DEPLOY: &str = "deploy";

/// The id of the deployment of a container.
pub(super) fn id(context: &ContextName, container: &str) -> ResourceId {
    ResourceId::scoped(context, Kind::Operation, container, DEPLOY)
}

/// The deployment as the container shows it.
pub(crate) fn operation(map: &Mapper, container: &wire::Container) -> Operation {
    let row = map.container(container);
    let lifecycle = match row.state.lifecycle {
        Lifecycle::Running => Lifecycle::Done,
        Lifecycle::Failed => Lifecycle::Failed,
        Lifecycle::Pending => Lifecycle::Running,
        _ => Lifecycle::Unknown,
    };
    let mut state = State::new(lifecycle, row.state.raw.clone());
    if lifecycle == Lifecycle::Failed {
        state.reason = Some("the deployment failed: look at the container's logs".into());
    }
    Operation {
        target: Some(name_of(container).into()),
        created: row.changed.or(row.created),
        ..Operation::new(id(&map.context, &container.id), DEPLOY, state)
    }
}
