//! A deployment as JSON.

use serde_json::{Value, json};

use super::super::marks;
use super::super::view::View;
use super::{Deployment, Scale};
use crate::engine::fleet::{Container, Phase};

/// The API's word for the state of a deployment.
pub(super) fn status(phase: Phase, ready: usize, total: usize) -> &'static str {
    match phase {
        Phase::Deleting | Phase::Gone => "DELETING",
        Phase::Stopping | Phase::Stopped => "DISABLED",
        _ if total == 0 => "PENDING",
        _ if ready == total => "ACTIVE",
        _ if ready == 0 => "DEPLOYING",
        _ => "PARTIALLYDEPLOYED",
    }
}

/// Ready and all replicas in a region; in all regions for `None`.
fn counted(view: &View<'_>, container: &Container, region: Option<i64>) -> (usize, usize, Option<String>) {
    let (mut ready, mut total, mut error) = (0, 0, None);
    for key in &container.instances {
        let Some(row) = view.fleet.instances.get(*key) else {
            continue;
        };
        if region.is_some_and(|id| view.region_of(row).map(|r| r.id) != Some(id)) {
            continue;
        }
        total += 1;
        ready += usize::from(row.phase == Phase::Running);
        error = error.or_else(|| row.error.as_deref().map(ToOwned::to_owned));
    }
    (ready, total, error)
}

fn region(view: &View<'_>, container: &Container, scale: &Scale) -> Value {
    let (ready, total, error) = counted(view, container, Some(scale.region));
    let none = Value::Null;
    json!({
        "region_id": scale.region,
        "address": address(container),
        "deploy_status": { "ready": ready, "total": total },
        "error_message": error,
        "scale": {
            "min": scale.min,
            "max": scale.max,
            "cooldown_period": scale.cooldown,
            "polling_interval": scale.polling,
            "triggers": {
                "cpu": { "threshold": 80 }, "memory": { "threshold": 80 }, "gpu_memory": none,
                "gpu_utilization": none, "http": none, "sqs": none,
            },
        },
    })
}

fn address(container: &Container) -> Option<String> {
    container.urls.first().map(|host| format!("https://{host}"))
}

/// One deployment.
pub(super) fn deployment(view: &View<'_>, container: &Container, own: &Deployment) -> Value {
    let (ready, total, _) = counted(view, container, None);
    let regions: Vec<Value> = own.scales.iter().map(|scale| region(view, container, scale)).collect();
    json!({
        "name": container.name,
        "project_id": view.account.project,
        "status": status(container.phase, ready, total),
        "image": container.image,
        "flavor_name": own.flavor,
        "listening_port": own.port,
        "description": own.description,
        "address": address(container),
        "created_at": marks::zulu(container.created),
        "auth_enabled": own.auth,
        "api_keys": [],
        "command": own.command,
        "envs": own.envs,
        "credentials_name": own.credentials,
        "containers": regions,
        "timeout": own.timeout,
        "ingress_opts": { "disable_response_buffering": false },
        "logging": Value::Null,
        "probes": Value::Null,
        "object_references": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_follows_the_replicas() {
        assert_eq!(status(Phase::Running, 0, 0), "PENDING");
        assert_eq!(status(Phase::Running, 2, 2), "ACTIVE");
        assert_eq!(status(Phase::Running, 1, 2), "PARTIALLYDEPLOYED");
        assert_eq!(status(Phase::Starting, 0, 2), "DEPLOYING");
        assert_eq!(status(Phase::Stopped, 0, 2), "DISABLED");
        assert_eq!(status(Phase::Deleting, 2, 2), "DELETING");
    }
}
