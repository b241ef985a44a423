//! Every endpoint of Quasarch's Container Service pages.

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
    reads("/v1/containers", "Containers"),
    reads("/v1/containers/{id}", "a container and its details"),
    not("POST", "/v1/containers", UNCHANGED),
    not("DELETE", "/v1/containers/{id}", UNCHANGED),
    not("PUT", "/v1/containers/{id}", UNCHANGED),
    reads("/v1/containers/{id}/revisions", "Revisions"),
    reads("/v1/containers/{id}/logs", "logs"),
    reads("/v1/gpu-models", "GPU models"),
    reads("/v1/providers", "details of a GPU model"),
    reads("/v1/users/token", "signing in"),
];
