//! Instances as the API sends them.

use serde::Deserialize;

use super::{Deployment, Events, State};
use crate::mapping::lenient::{ObjectOrDefault, ObjectOrNone, RowId, Text};

/// An instance of `GET /v1/containers/{id}/instances`.
#[derive(Debug, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: RowId,
    pub(crate) location_id: Text,
    pub(crate) server_id: Text,
    pub(crate) hostname: Text,
    pub(crate) ready_state: Text,
    pub(crate) service: Text,
    pub(crate) environment: ObjectOrDefault<InstanceEnvironment>,
    pub(crate) provider: ObjectOrDefault<ProviderPlace>,
    pub(crate) state: ObjectOrDefault<State>,
    pub(crate) traffic_drain: ObjectOrNone<Drain>,
    pub(crate) migration: ObjectOrNone<Migration>,
    pub(crate) deployment: ObjectOrDefault<Deployment>,
    pub(crate) events: ObjectOrDefault<Events>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct InstanceEnvironment {
    pub(crate) ipv6: ObjectOrNone<IpNet>,
    pub(crate) legacy: ObjectOrNone<Legacy>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct IpNet {
    pub(crate) ip: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Legacy {
    pub(crate) ipv4: ObjectOrNone<IpNet>,
}

/// The infrastructure provider: `vendor` in today's description, `identifier` in the client of 2022.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ProviderPlace {
    pub(crate) vendor: Text,
    pub(crate) identifier: Text,
    pub(crate) location: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Drain {
    pub(crate) started: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Migration {
    pub(crate) started: Text,
    pub(crate) completed: Text,
    pub(crate) from: ObjectOrNone<MigrationEnd>,
    pub(crate) to: ObjectOrNone<MigrationEnd>,
}

/// One end of a migration.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct MigrationEnd {
    pub(crate) server_id: Text,
}
