//! The endpoints of the Instances API's page, and their use here. Workspaces, boxes, providers and the profile, which
//! other texts of the vendor name, are read besides.

use crate::Endpoint;

/// Every endpoint of the page, in its order.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("/services/instances", "Instances and Operations: the personal workspace"),
    Endpoint::write("POST", "/services/instances", "Deploy a box, Deploy one like this"),
    Endpoint::read(
        "/services/instances/{instance_id}",
        "details of an instance; the state that its log goes by",
    ),
    Endpoint::write("PUT", "/services/instances/{instance_id}", "Change settings"),
    Endpoint::write(
        "DELETE",
        "/services/instances/{instance_id}",
        "Terminate, Force terminate, Delete record",
    ),
    Endpoint::read(
        "/services/instances/{instance_id}/service",
        "details of an instance: service, machines and addresses",
    ),
    Endpoint::read(
        "/services/instances/{instance_id}/activity",
        "logs of an instance; details of it and of one operation",
    ),
    Endpoint::read(
        "/services/instances/{instance_id}/machine_logs",
        "logs of an instance; details of it and of one operation, machine by machine",
    ),
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
    Endpoint::write("PUT", "/services/instances/{instance_id}/deploy", "Deploy again"),
    Endpoint::write("PUT", "/services/instances/{instance_id}/poweron", "Power on"),
    Endpoint::write("PUT", "/services/instances/{instance_id}/shutdown", "Shut down"),
    Endpoint::write("PUT", "/services/instances/{instance_id}/reinstall", "Reinstall"),
    Endpoint::write("PUT", "/services/instances/{instance_id}/reconfigure", "Reconfigure"),
];
