//! Every endpoint of Cycle's page on instances, and what else of its API is read for the panes.

use super::super::{Endpoint, Use};

pub(in super::super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("/v1/containers/{containerId}/instances", "Instances"),
    Endpoint::write("POST", "/v1/containers/{containerId}/instances", "instance.create"),
    Endpoint::unused(
        "DELETE",
        "/v1/containers/{containerId}/instances",
        "it documents no way to name instances, and without one it may mean all: several are deleted one by one",
    ),
    Endpoint::read("/v1/containers/{containerId}/instances/{instanceId}", "an instance and its details"),
    Endpoint::write(
        "DELETE",
        "/v1/containers/{containerId}/instances/{instanceId}",
        "instance.delete, container.delete-instances",
    ),
    Endpoint::write(
        "GET",
        "/v1/containers/{containerId}/instances/{instanceId}/ssh",
        "instance.ssh-credentials",
    ),
    Endpoint::write(
        "DELETE",
        "/v1/containers/{containerId}/instances/{instanceId}/ssh",
        "instance.expire-ssh",
    ),
    Endpoint::write(
        "POST",
        "/v1/containers/{containerId}/instances/{instanceId}/tasks",
        "instance.migrate, instance.revert-migration, instance.extend-volume, instance.drain-traffic, instance.undrain-traffic",
    ),
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
    Endpoint::write("DELETE", "/v1/containers/{id}", "container.delete"),
    Endpoint::write(
        "POST",
        "/v1/containers/{id}/tasks",
        "container.start, container.stop, container.restart, container.scale, container.update, container.reimage",
    ),
    Endpoint::read("/v1/containers/{id}/servers/usable", "the servers to choose from"),
    Endpoint::read("/v1/containers/{id}/compatible-images", "the images to choose from"),
    Endpoint::read("/v1/environments/{id}", "details of a container"),
    Endpoint::read("/v1/infrastructure/servers/{id}", "details of an instance"),
    Endpoint::read("/v1/jobs", "Operations"),
    Endpoint::read("/v1/jobs/{id}", "an operation and its details"),
    Endpoint::read("/v1/hubs/current", "the check of a context"),
    Endpoint::read("/v1/hubs/current/membership", "what the key may do"),
    Endpoint::read("/v1/hubs/current/notifications", "changes as they happen"),
    Endpoint::new("POST", "/v1/monitoring/logs/aggregate", Use::Reads("logs from before")),
];
