//! Every endpoint of Cycle's page on instances, and what else of its API is read for the panes.

use super::super::{Endpoint, Use};

const UNCHANGED: &str = "nothing is changed";

pub(in super::super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("/v1/containers/{containerId}/instances", "Instances"),
    Endpoint::unused("POST", "/v1/containers/{containerId}/instances", UNCHANGED),
    Endpoint::unused("DELETE", "/v1/containers/{containerId}/instances", UNCHANGED),
    Endpoint::read("/v1/containers/{containerId}/instances/{instanceId}", "an instance and its details"),
    Endpoint::unused("DELETE", "/v1/containers/{containerId}/instances/{instanceId}", UNCHANGED),
    Endpoint::unused(
        "GET",
        "/v1/containers/{containerId}/instances/{instanceId}/ssh",
        "it makes a credential, so looking would be a change",
    ),
    Endpoint::unused("DELETE", "/v1/containers/{containerId}/instances/{instanceId}/ssh", UNCHANGED),
    Endpoint::unused("POST", "/v1/containers/{containerId}/instances/{instanceId}/tasks", UNCHANGED),
    Endpoint::read("/v1/containers/{containerId}/instances/{instanceId}/volumes", "details of an instance"),
    Endpoint::read(
        "/v1/containers/{containerId}/instances/{instanceId}/telemetry/resources/report",
        "telemetry, the past",
    ),
    Endpoint::read(
        "/v1/containers/{containerId}/instances/{instanceId}/telemetry/resources/stream",
        "telemetry, live",
    ),
    Endpoint::read("/v1/containers/{containerId}/instances/{instanceId}/console", "console and logs"),
    Endpoint::read("/v1/containers", "Containers"),
    Endpoint::read("/v1/containers/{id}", "a container and its details"),
    Endpoint::read("/v1/environments/{id}", "details of a container"),
    Endpoint::read("/v1/infrastructure/servers/{id}", "details of an instance"),
    Endpoint::read("/v1/jobs", "Operations"),
    Endpoint::read("/v1/jobs/{id}", "an operation and its details"),
    Endpoint::read("/v1/hubs/current", "the check of a context"),
    Endpoint::read("/v1/hubs/current/notifications", "changes as they happen"),
    Endpoint::new("POST", "/v1/monitoring/logs/aggregate", Use::Reads("logs from before")),
];
