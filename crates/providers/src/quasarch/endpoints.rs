//! Every endpoint of Quasarch's Container Service pages.

use super::super::Endpoint;

const UNCHANGED: &str = "nothing is changed";

pub(in super::super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("/v1/containers", "Containers"),
    Endpoint::read("/v1/containers/{id}", "a container and its details"),
    Endpoint::unused("POST", "/v1/containers", UNCHANGED),
    Endpoint::unused("DELETE", "/v1/containers/{id}", UNCHANGED),
    Endpoint::unused("PUT", "/v1/containers/{id}", UNCHANGED),
    Endpoint::read("/v1/containers/{id}/revisions", "Revisions"),
    Endpoint::read("/v1/containers/{id}/logs", "logs"),
    Endpoint::read("/v1/gpu-models", "GPU models"),
    Endpoint::read("/v1/providers", "details of a GPU model"),
    Endpoint::read("/v1/users/token", "signing in"),
];
