//! Every endpoint of Quasarch's Container Service pages.

use super::super::Endpoint;

pub(in super::super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("/v1/containers", "Containers"),
    Endpoint::read("/v1/containers/{id}", "a container and its details"),
    Endpoint::write("POST", "/v1/containers", "container.create, container.create-like"),
    Endpoint::write("DELETE", "/v1/containers/{id}", "container.delete"),
    Endpoint::write("PUT", "/v1/containers/{id}", "container.update, revision.roll-back"),
    Endpoint::read("/v1/containers/{id}/revisions", "Revisions"),
    Endpoint::read("/v1/containers/{id}/logs", "logs"),
    Endpoint::read("/v1/gpu-models", "GPU models"),
    Endpoint::read("/v1/providers", "details of a GPU model"),
    Endpoint::read("/v1/users/token", "signing in"),
];
