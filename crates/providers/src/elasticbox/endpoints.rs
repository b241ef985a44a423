//! The endpoints of the Instances API's page, and their use here. Workspaces, boxes, providers and the profile, which
//! other texts of the vendor name, are read besides.

use crate::Endpoint;

/// Why nothing is changed.
const WRITES: &str = "changes an instance; so far instances are read only";

/// Every endpoint of the page, in its order.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("/services/instances", "Instances and Operations: the personal workspace"),
    Endpoint::unused("POST", "/services/instances", WRITES),
    Endpoint::read(
        "/services/instances/{instance_id}",
        "details of an instance; the state that its log goes by",
    ),
    Endpoint::unused("PUT", "/services/instances/{instance_id}", WRITES),
    Endpoint::unused("DELETE", "/services/instances/{instance_id}", WRITES),
    Endpoint::read(
        "/services/instances/{instance_id}/service",
        "details of an instance: service, machines and addresses",
    ),
    Endpoint::read("/services/instances/{instance_id}/activity", "logs of an instance; details"),
    Endpoint::read("/services/instances/{instance_id}/machine_logs", "logs of an instance"),
    Endpoint::read("/services/instances/{instance_id}/binding", "details of an instance: bindings"),
    Endpoint::unused(
        "GET",
        "/services/instances/{instance_id}/binding_instances",
        "the page's other name of `binding`; asked only where a server lacks that one",
    ),
    Endpoint::read(
        "/services/instances/{instance_id}/operations",
        "Operations: instances that changed lately; details",
    ),
    Endpoint::unused("PUT", "/services/instances/{instance_id}/deploy", WRITES),
    Endpoint::unused("PUT", "/services/instances/{instance_id}/poweron", WRITES),
    Endpoint::unused("PUT", "/services/instances/{instance_id}/shutdown", WRITES),
    Endpoint::unused("PUT", "/services/instances/{instance_id}/reinstall", WRITES),
    Endpoint::unused("PUT", "/services/instances/{instance_id}/reconfigure", WRITES),
];
