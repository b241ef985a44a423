//! Every endpoint of Gcore's reference page of instances, and what becomes of it here.

use super::super::{Endpoint, Use};

/// The page's endpoints in its order, then those of other pages that are read as well. Paths are below `base_url`.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/addsecuritygroup",
        Use::Writes("Assign a security group"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/attach_interface",
        Use::Writes("Attach an interface"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/changeflavor",
        Use::Writes("Change flavor"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v2/instances/{project_id}/{region_id}/check_limits",
        Use::Reads("before an instance is made: quota"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v2/instances/{project_id}/{region_id}",
        Use::Writes("Create an instance, Create one like this"),
    ),
    Endpoint::new(
        "DELETE",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}",
        Use::Writes("Delete"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/detach_interface",
        Use::Writes("Detach an interface"),
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
    Endpoint::new(
        "POST",
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/action",
        Use::Writes("Start, Stop, Reboot, Power-cycle, Suspend, Resume"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/powercycle",
        Use::Writes("Power-cycle, where the action call is not to be had"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/put_into_servergroup",
        Use::Writes("Put into a server group"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/reboot",
        Use::Writes("Reboot, where the action call is not to be had"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/remove_from_servergroup",
        Use::Writes("Take out of its server group"),
    ),
    Endpoint::new(
        "PATCH",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}",
        Use::Writes("Rename, Change tags"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/resume",
        Use::Writes("Resume, where the action call is not to be had"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}",
        Use::Reads("an instance and its details"),
    ),
    Endpoint::new("GET", "/cloud/v1/instances/search", Use::Reads("Search all clients, of resellers")),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/start",
        Use::Writes("Start, where the action call is not to be had"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/stop",
        Use::Writes("Stop, where the action call is not to be had"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/suspend",
        Use::Writes("Suspend, where the action call is not to be had"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/delsecuritygroup",
        Use::Writes("Un-assign a security group"),
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
        Use::Reads("the form of a new instance: flavors for its volumes"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/available_flavors",
        Use::Reads("details of an instance: available_flavors"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata",
        Use::Writes("Add metadata"),
    ),
    Endpoint::new(
        "DELETE",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata/{key}",
        Use::Writes("Delete a metadata item"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata/{key}",
        Use::Reads("Show a metadata item"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata",
        Use::Reads("details of an instance: metadata"),
    ),
    Endpoint::new(
        "PUT",
        "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata",
        Use::Writes("Replace metadata"),
    ),
    Endpoint::new(
        "DELETE",
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/metadata_item",
        Use::Writes("Delete a metadata item whose key the path does not support"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/metadata_item",
        Use::Reads("Show a metadata item whose key the path does not support"),
    ),
    Endpoint::new(
        "DELETE",
        "/cloud/v1/reseller_name_templates/{reseller_id}/{region_id}",
        Use::Writes("Drop name templates, of resellers"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/reseller_name_templates/{project_id}/{region_id}/available_names",
        Use::Reads("details of an instance: available_names, where the newer call is not to be had"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/reseller_name_templates",
        Use::Reads("Show name templates, of resellers"),
    ),
    Endpoint::new(
        "PUT",
        "/cloud/v1/reseller_name_templates",
        Use::Writes("Set name templates, of resellers"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/images/{project_id}/{region_id}",
        Use::Reads("the form of a new instance: images"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/images/{project_id}/{region_id}/{image_id}",
        Use::Reads("the form of a new instance: what the image allows"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/snapshots/{project_id}/{region_id}",
        Use::Reads("the form of a new instance: snapshots"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/snapshots/{project_id}/{region_id}/{snapshot_id}",
        Use::Reads("the form of a new instance: the size of a snapshot"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/networks/{project_id}/{region_id}",
        Use::Reads("the form of a new instance or interface: networks"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/subnets/{project_id}/{region_id}",
        Use::Reads("the form of a new instance or interface: subnets"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/reserved_fixed_ips/{project_id}/{region_id}",
        Use::Reads("the forms of a new instance or interface, and of a deletion"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/floatingips/{project_id}/{region_id}",
        Use::Reads("the form of a new instance: floating IPs"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/servergroups/{project_id}/{region_id}",
        Use::Reads("the forms of a new instance and of server groups"),
    ),
    Endpoint::new(
        "GET",
        "/cloud/v1/ssh_keys/{project_id}",
        Use::Reads("the form of a new instance: SSH keys"),
    ),
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
    Endpoint::new(
        "POST",
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}/start",
        Use::Writes("Start"),
    ),
    Endpoint::new(
        "POST",
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}/stop",
        Use::Writes("Stop"),
    ),
    Endpoint::new(
        "PATCH",
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}",
        Use::Writes("Scale, Change settings"),
    ),
    Endpoint::new(
        "DELETE",
        "/cloud/v3/inference/{project_id}/deployments/{deployment_name}",
        Use::Writes("Delete"),
    ),
    Endpoint::new(
        "PATCH",
        "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}",
        Use::Writes("Start, Stop, Scale, Change settings"),
    ),
    Endpoint::new(
        "DELETE",
        "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}",
        Use::Writes("Delete"),
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
            // Metrics are asked for by POST, and what is asked before an instance is made.
            let reads = matches!(one.used, Use::Reads(_));
            let searches = ["/metrics", "/check_limits", "/available_flavors"];
            let is_search = searches.iter().any(|end| one.path.ends_with(end));
            assert!(!reads || one.method == "GET" || is_search, "{one:?}");
        }
        assert!(ENDPOINTS.len() > 60);
    }
}
