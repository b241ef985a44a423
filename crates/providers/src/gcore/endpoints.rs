//! Every endpoint of Gcore's reference page of instances, and what becomes of it here.

use super::super::{Endpoint, Use};

const CHANGES: Use = Use::Not("nothing is changed");
const OLD: Use = Use::Not("nothing is changed; deprecated for `action`");
const RESELLER: Use = Use::Not("for resellers only, and gone from the public description");

/// The page's endpoints in its order, then those of other pages that are read as well. Paths are below `base_url`.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/addsecuritygroup",
        CHANGES,
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/attach_interface",
        CHANGES,
    ),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/changeflavor", CHANGES),
    Endpoint::new(
        "POST",
        "/cloud/v2/instances/{project_id}/{region_id}/check_limits",
        Use::Not("it is asked before an instance is made, and nothing is made"),
    ),
    Endpoint::new("POST", "/cloud/v2/instances/{project_id}/{region_id}", CHANGES),
    Endpoint::new("DELETE", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}", CHANGES),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/detach_interface",
        CHANGES,
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/get_console",
        Use::Reads("console"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metrics",
        Use::Reads("telemetry"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/available_names",
        Use::Reads("details of an instance: available_names"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/securitygroups",
        Use::Reads("details of an instance: securitygroups"),
    ),
    Endpoint::new("GET", "/cloud/v1/instances/{project_id}/{region_id}", Use::Reads("Instances")),
    Endpoint::new(
        "GET",
        "/cloud/v1/flavors/{project_id}/{region_id}",
        Use::Reads("GPU models, details of an instance: flavor"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/interfaces",
        Use::Reads("details of an instance: interfaces"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/ports",
        Use::Reads("details of an instance: ports"),
    ),
    Endpoint::new("POST", "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/action", CHANGES),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/powercycle", OLD),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/put_into_servergroup",
        CHANGES,
    ),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/reboot", OLD),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/remove_from_servergroup",
        CHANGES,
    ),
    Endpoint::new("PATCH", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}", CHANGES),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/resume", OLD),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}",
        Use::Reads("an instance and its details"),
    ),
    Endpoint::new("GET", "/cloud/v1/instances/search", RESELLER),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/start", OLD),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/stop", OLD),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/suspend", OLD),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/delsecuritygroup",
        CHANGES,
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/apptemplates/{project_id}/{region_id}",
        Use::Reads("the check of a context"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/apptemplates/{project_id}/{region_id}/{apptemplate_id}",
        Use::Reads("details of an instance made from one"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/available_flavors",
        Use::Not("it is asked before an instance is made, and nothing is made"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/available_flavors",
        Use::Reads("details of an instance: available_flavors"),
    ),
    Endpoint::new("POST", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata", CHANGES),
    Endpoint::new(
        "DELETE",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata/{key}",
        CHANGES,
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata/{key}",
        Use::Not("the list of metadata has every key"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata",
        Use::Reads("details of an instance: metadata"),
    ),
    Endpoint::new("PUT", "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata", CHANGES),
    Endpoint::new(
        "DELETE",
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/metadata_item",
        CHANGES,
    ),
    Endpoint::new(
        "GET",
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/metadata_item",
        Use::Not("the list of metadata has every key"),
    ),
    Endpoint::new("DELETE", "/cloud/v1/reseller_name_templates/{reseller_id}/{region_id}", RESELLER),
    Endpoint::new(
        "GET",
        "/cloud/v1/reseller_name_templates/{project_id}/{region_id}/available_names",
        Use::Reads("details of an instance: available_names, where the newer call is not to be had"),
    ),
    Endpoint::new("GET", "/cloud/v1/reseller_name_templates", RESELLER),
    Endpoint::new("PUT", "/cloud/v1/reseller_name_templates", RESELLER),
    Endpoint::new("GET", "/iam/clients/me", Use::Reads("the check of a context")),
    Endpoint::new("GET", "/cloud/v1/projects", Use::Reads("the default project")),
    Endpoint::new("GET", "/cloud/v1/regions", Use::Reads("regions and their names")),
    Endpoint::new("GET", "/cloud/v1/tasks", Use::Reads("Operations")),
    Endpoint::new("GET", "/cloud/v1/tasks/{task_id}", Use::Reads("an operation and its details")),
    Endpoint::new(
        "GET",
        "/cloud/v1/pricing/{project_id}/{region_id}/instances/{instance_id}",
        Use::Reads("details of an instance: pricing"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/volumes/{project_id}/{region_id}",
        Use::Reads("details of an instance: volumes"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/securitygroups/{project_id}/{region_id}",
        Use::Reads("the check of a context"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/bmflavors/{project_id}/{region_id}",
        Use::Reads("details of an instance: flavor of bare metal"),
    ),
    Endpoint::new("GET", "/cloud/v3/gpu/virtual/{project_id}/{region_id}/flavors", Use::Reads("GPU models")),
    Endpoint::new(
        "GET",
        "/cloud/v3/gpu/baremetal/{project_id}/{region_id}/flavors",
        Use::Reads("GPU models"),
    ),
    Endpoint::new("GET", "/cloud/v3/inference/flavors", Use::Reads("GPU models, sizes of Containers")),
    Endpoint::new(
        "GET",
        "/cloud/v3/inference/flavors/{flavor_name}",
        Use::Reads("details of a container: flavor"),
    ),
    Endpoint::new("GET", "/cloud/v3/inference/capacity", Use::Reads("GPU models")),
    Endpoint::new("GET", "/cloud/v2/client_quotas", Use::Reads("GPU models")),
    Endpoint::new("GET", "/cloud/v3/inference/{project_id}/deployments", Use::Reads("Containers")),
    Endpoint::new(
        "GET",
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}",
        Use::Reads("a container and its details"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}/logs",
        Use::Reads("logs"),
    ),
    Endpoint::new("GET", "/cloud/v1/caas/{project_id}/{region_id}/containers", Use::Reads("Containers")),
    Endpoint::new(
        "GET",
        "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}",
        Use::Reads("a container and its details"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}/logs",
        Use::Reads("details of a container: logs"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/caas/flavors/{project_id}/{region_id}",
        Use::Reads("details of a container: flavor"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_listed_twice_and_no_write_is_read() {
        for (at, one) in ENDPOINTS.iter().enumerate() {
            let twice =
                ENDPOINTS[..at].iter().any(|other| (other.method, other.path) == (one.method, one.path));
            assert!(!twice, "{one:?}");
            // Metrics are asked for by POST.
            let reads = matches!(one.used, Use::Reads(_));
            assert!(!reads || one.method == "GET" || one.path.ends_with("/metrics"), "{one:?}");
        }
        assert!(ENDPOINTS.len() > 60);
    }
}
