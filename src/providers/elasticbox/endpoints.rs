//! What the Instances API's page names, and what becomes of it here. Workspaces, boxes, providers and the profile, which
//! other texts of the vendor name, are read besides.

use crate::providers::{Endpoint, Use};

/// Why nothing is changed.
const WRITES: &str = "changes an instance; so far instances are read only";

/// Every endpoint of the page, in its order.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    get(
        "/services/instances",
        "Instances and Operations: the personal workspace",
    ),
    change("POST", "/services/instances"),
    get(
        "/services/instances/{instance_id}",
        "details of an instance; the state that its log goes by",
    ),
    change("PUT", "/services/instances/{instance_id}"),
    change("DELETE", "/services/instances/{instance_id}"),
    get(
        "/services/instances/{instance_id}/service",
        "details of an instance: service, machines and addresses",
    ),
    get(
        "/services/instances/{instance_id}/activity",
        "logs of an instance; details",
    ),
    get(
        "/services/instances/{instance_id}/machine_logs",
        "logs of an instance",
    ),
    get(
        "/services/instances/{instance_id}/binding",
        "details of an instance: bindings",
    ),
    Endpoint {
        method: "GET",
        path: "/services/instances/{instance_id}/binding_instances",
        used: Use::Not(
            "the page's other name of `binding`; asked only where a server does not know that one",
        ),
    },
    get(
        "/services/instances/{instance_id}/operations",
        "Operations: instances that changed lately; details",
    ),
    change("PUT", "/services/instances/{instance_id}/deploy"),
    change("PUT", "/services/instances/{instance_id}/poweron"),
    change("PUT", "/services/instances/{instance_id}/shutdown"),
    change("PUT", "/services/instances/{instance_id}/reinstall"),
    change("PUT", "/services/instances/{instance_id}/reconfigure"),
];

const fn get(path: &'static str, shown: &'static str) -> Endpoint {
    Endpoint {
        method: "GET",
        path,
        used: Use::Reads(shown),
    }
}

const fn change(method: &'static str, path: &'static str) -> Endpoint {
    Endpoint {
        method,
        path,
        used: Use::Not(WRITES),
    }
}
