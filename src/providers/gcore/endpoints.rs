//! Every endpoint of Gcore's reference page of instances, and what becomes of it here.

use super::super::{Endpoint, Use};

const CHANGES: Use = Use::Not("nothing is changed");
const OLD: Use = Use::Not("nothing is changed; deprecated for `action`");
const RESELLER: Use = Use::Not("for resellers only, and gone from the public description");

const fn get(path: &'static str, used: Use) -> Endpoint {
    Endpoint {
        method: "GET",
        path,
        used,
    }
}

const fn write(method: &'static str, path: &'static str, used: Use) -> Endpoint {
    Endpoint { method, path, used }
}

/// The page's endpoints in its order, then those of other pages that are read as well. Paths are below `base_url`.
pub(in crate::providers) const ENDPOINTS: &[Endpoint] = &[
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/addsecuritygroup",
        CHANGES,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/attach_interface",
        CHANGES,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/changeflavor",
        CHANGES,
    ),
    write(
        "POST",
        "/cloud/v2/instances/{project_id}/{region_id}/check_limits",
        Use::Not("it is asked before an instance is made, and nothing is made"),
    ),
    write("POST", "/cloud/v2/instances/{project_id}/{region_id}", CHANGES),
    write(
        "DELETE",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}",
        CHANGES,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/detach_interface",
        CHANGES,
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/get_console",
        Use::Reads("console"),
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metrics",
        Use::Reads("telemetry"),
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/available_names",
        Use::Reads("details of an instance: available_names"),
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/securitygroups",
        Use::Reads("details of an instance: securitygroups"),
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}",
        Use::Reads("Instances"),
    ),
    get(
        "/cloud/v1/flavors/{project_id}/{region_id}",
        Use::Reads("GPU models, details of an instance: flavor"),
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/interfaces",
        Use::Reads("details of an instance: interfaces"),
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/ports",
        Use::Reads("details of an instance: ports"),
    ),
    write(
        "POST",
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/action",
        CHANGES,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/powercycle",
        OLD,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/put_into_servergroup",
        CHANGES,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/reboot",
        OLD,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/remove_from_servergroup",
        CHANGES,
    ),
    write(
        "PATCH",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}",
        CHANGES,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/resume",
        OLD,
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}",
        Use::Reads("an instance and its details"),
    ),
    get("/cloud/v1/instances/search", RESELLER),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/start",
        OLD,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/stop",
        OLD,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/suspend",
        OLD,
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/delsecuritygroup",
        CHANGES,
    ),
    get(
        "/cloud/v1/apptemplates/{project_id}/{region_id}",
        Use::Reads("the check of a context"),
    ),
    get(
        "/cloud/v1/apptemplates/{project_id}/{region_id}/{apptemplate_id}",
        Use::Reads("details of an instance made from one"),
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/available_flavors",
        Use::Not("it is asked before an instance is made, and nothing is made"),
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/available_flavors",
        Use::Reads("details of an instance: available_flavors"),
    ),
    write(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata",
        CHANGES,
    ),
    write(
        "DELETE",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata/{key}",
        CHANGES,
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata/{key}",
        Use::Not("the list of metadata has every key"),
    ),
    get(
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata",
        Use::Reads("details of an instance: metadata"),
    ),
    write(
        "PUT",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata",
        CHANGES,
    ),
    write(
        "DELETE",
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/metadata_item",
        CHANGES,
    ),
    get(
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/metadata_item",
        Use::Not("the list of metadata has every key"),
    ),
    write(
        "DELETE",
        "/cloud/v1/reseller_name_templates/{reseller_id}/{region_id}",
        RESELLER,
    ),
    get(
        "/cloud/v1/reseller_name_templates/{project_id}/{region_id}/available_names",
        Use::Reads("details of an instance: available_names, where the newer call is not to be had"),
    ),
    get("/cloud/v1/reseller_name_templates", RESELLER),
    write("PUT", "/cloud/v1/reseller_name_templates", RESELLER),
    get("/iam/clients/me", Use::Reads("the check of a context")),
    get("/cloud/v1/projects", Use::Reads("the default project")),
    get("/cloud/v1/regions", Use::Reads("regions and their names")),
    get("/cloud/v1/tasks", Use::Reads("Operations")),
    get(
        "/cloud/v1/tasks/{task_id}",
        Use::Reads("an operation and its details"),
    ),
    get(
        "/cloud/v1/pricing/{project_id}/{region_id}/instances/{instance_id}",
        Use::Reads("details of an instance: pricing"),
    ),
    get(
        "/cloud/v1/volumes/{project_id}/{region_id}",
        Use::Reads("details of an instance: volumes"),
    ),
    get(
        "/cloud/v1/securitygroups/{project_id}/{region_id}",
        Use::Reads("the check of a context"),
    ),
    get(
        "/cloud/v1/bmflavors/{project_id}/{region_id}",
        Use::Reads("details of an instance: flavor of bare metal"),
    ),
    get(
        "/cloud/v3/gpu/virtual/{project_id}/{region_id}/flavors",
        Use::Reads("GPU models"),
    ),
    get(
        "/cloud/v3/gpu/baremetal/{project_id}/{region_id}/flavors",
        Use::Reads("GPU models"),
    ),
    get(
        "/cloud/v3/inference/flavors",
        Use::Reads("GPU models, sizes of Containers"),
    ),
    get(
        "/cloud/v3/inference/flavors/{flavor_name}",
        Use::Reads("details of a container: flavor"),
    ),
    get("/cloud/v3/inference/capacity", Use::Reads("GPU models")),
    get("/cloud/v2/client_quotas", Use::Reads("GPU models")),
    get(
        "/cloud/v3/inference/{project_id}/deployments",
        Use::Reads("Containers"),
    ),
    get(
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}",
        Use::Reads("a container and its details"),
    ),
    get(
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}/logs",
        Use::Reads("logs"),
    ),
    get(
        "/cloud/v1/caas/{project_id}/{region_id}/containers",
        Use::Reads("Containers"),
    ),
    get(
        "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}",
        Use::Reads("a container and its details"),
    ),
    get(
        "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}/logs",
        Use::Reads("details of a container: logs"),
    ),
    get(
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
            let twice = ENDPOINTS[..at]
                .iter()
                .any(|other| (other.method, other.path) == (one.method, one.path));
            assert!(!twice, "{one:?}");
            // Metrics are asked for by POST.
            let reads = matches!(one.used, Use::Reads(_));
            assert!(
                !reads || one.method == "GET" || one.path.ends_with("/metrics"),
                "{one:?}"
            );
        }
        assert!(ENDPOINTS.len() > 60);
    }
}
