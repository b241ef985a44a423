//! Every endpoint of Cycle's page on instances, and what else of its API is read for the panes.

use super::super::{Endpoint, Use};

const fn reads(path: &'static str, shown: &'static str) -> Endpoint {
    Endpoint {
        method: "GET",
        path,
        used: Use::Reads(shown),
    }
}

const fn not(method: &'static str, path: &'static str, why: &'static str) -> Endpoint {
    Endpoint {
        method,
        path,
        used: Use::Not(why),
    }
}

const UNCHANGED: &str = "nothing is changed";

pub(in super::super) const ENDPOINTS: &[Endpoint] = &[
    reads("/v1/containers/{containerId}/instances", "Instances"),
    not("POST", "/v1/containers/{containerId}/instances", UNCHANGED),
    not("DELETE", "/v1/containers/{containerId}/instances", UNCHANGED),
    reads(
        "/v1/containers/{containerId}/instances/{instanceId}",
        "an instance and its details",
    ),
    not(
        "DELETE",
        "/v1/containers/{containerId}/instances/{instanceId}",
        UNCHANGED,
    ),
    not(
        "GET",
        "/v1/containers/{containerId}/instances/{instanceId}/ssh",
        "it makes a credential, so looking would be a change",
    ),
    not(
        "DELETE",
        "/v1/containers/{containerId}/instances/{instanceId}/ssh",
        UNCHANGED,
    ),
    not(
        "POST",
        "/v1/containers/{containerId}/instances/{instanceId}/tasks",
        UNCHANGED,
    ),
    reads(
        "/v1/containers/{containerId}/instances/{instanceId}/volumes",
        "details of an instance",
    ),
    reads(
        "/v1/containers/{containerId}/instances/{instanceId}/telemetry/resources/report",
        "telemetry, the past",
    ),
    reads(
        "/v1/containers/{containerId}/instances/{instanceId}/telemetry/resources/stream",
        "telemetry, live",
    ),
    reads(
        "/v1/containers/{containerId}/instances/{instanceId}/console",
        "console and logs",
    ),
    reads("/v1/containers", "Containers"),
    reads("/v1/containers/{id}", "a container and its details"),
    reads("/v1/environments/{id}", "details of a container"),
    reads("/v1/infrastructure/servers/{id}", "details of an instance"),
    reads("/v1/jobs", "Operations"),
    reads("/v1/jobs/{id}", "an operation and its details"),
    reads("/v1/hubs/current", "the check of a context"),
    reads("/v1/hubs/current/notifications", "changes as they happen"),
    Endpoint {
        method: "POST",
        path: "/v1/monitoring/logs/aggregate",
        used: Use::Reads("logs from before"),
    },
];
