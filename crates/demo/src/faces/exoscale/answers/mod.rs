//! Every call that is answered: method, path below `/v2`, the name in the API's description, and who answers it.

mod account;
mod actions;
mod create;
mod groups;
mod instances;
mod networks;
mod pools;
mod shapes;
mod snapshots;

use serde_json::Value;

use super::context::RequestContext;
use super::context::route::{Params, fits};
use super::problem::Problem;
use networks::{addresses, private};

/// The result of a call.
pub(super) type Answer = Result<Value, Problem>;

/// One call of the API.
pub(super) struct Call {
    method: &'static str,
    path: &'static str,
    /// `list-instances`: the name that the API's description and its audit trail give it.
    pub(super) name: &'static str,
    handler: Handler,
}

/// The function that answers a call; some cannot fail.
enum Handler {
    Infallible(fn(&mut RequestContext<'_>) -> Value),
    Fallible(fn(&mut RequestContext<'_>) -> Answer),
}

impl Call {
    /// Answers it.
    pub(super) fn answer(&self, ctx: &mut RequestContext<'_>) -> Answer {
        match self.handler {
            Handler::Infallible(handle) => Ok(handle(ctx)),
            Handler::Fallible(handle) => handle(ctx),
        }
    }
}

const fn call(
    method: &'static str,
    path: &'static str,
    name: &'static str,
    handle: fn(&mut RequestContext<'_>) -> Answer,
) -> Call {
    Call { method, path, name, handler: Handler::Fallible(handle) }
}

/// A read that nothing can be wrong with.
const fn read(path: &'static str, name: &'static str, handle: fn(&mut RequestContext<'_>) -> Value) -> Call {
    Call { method: "GET", path, name, handler: Handler::Infallible(handle) }
}

const CALLS: &[Call] = &[
    read("/zone", "list-zones", account::zones),
    call("GET", "/operation/{id}", "get-operation", account::operation),
    call("GET", "/instance", "list-instances", instances::list),
    call("POST", "/instance", "create-instance", create::create),
    call("GET", "/instance/{id}", "get-instance", instances::get),
    call("PUT", "/instance/{id}", "update-instance", instances::update),
    call("DELETE", "/instance/{id}", "delete-instance", instances::delete),
    call("DELETE", "/instance/{id}/{field}", "reset-instance-field", instances::reset_field),
    call("PUT", "/instance/{id}:start", "start-instance", actions::start),
    call("PUT", "/instance/{id}:stop", "stop-instance", actions::stop),
    call("PUT", "/instance/{id}:reboot", "reboot-instance", actions::reboot),
    call("PUT", "/instance/{id}:reset", "reset-instance", actions::reset),
    call("PUT", "/instance/{id}:scale", "scale-instance", actions::scale),
    call("PUT", "/instance/{id}:resize-disk", "resize-instance-disk", actions::resize_disk),
    call("POST", "/instance/{id}:enable-tpm", "enable-tpm", actions::enable_tpm),
    call("GET", "/instance/{id}:password", "reveal-instance-password", actions::password),
    call("PUT", "/instance/{id}:reset-password", "reset-instance-password", actions::reset_password),
    call("PUT", "/instance/{id}:add-protection", "add-instance-protection", instances::protect),
    call("PUT", "/instance/{id}:remove-protection", "remove-instance-protection", instances::unprotect),
    call("POST", "/instance/{id}:create-snapshot", "create-snapshot", snapshots::create),
    call("POST", "/instance/{id}:revert-snapshot", "revert-instance-to-snapshot", snapshots::revert),
    call("GET", "/console/{id}", "get-console-proxy-url", actions::console),
    read("/snapshot", "list-snapshots", account::snapshots),
    call("GET", "/snapshot/{id}", "get-snapshot", snapshots::get),
    call("DELETE", "/snapshot/{id}", "delete-snapshot", snapshots::delete),
    call("POST", "/snapshot/{id}:export", "export-snapshot", snapshots::export),
    call("POST", "/snapshot/{id}:promote", "promote-snapshot-to-template", snapshots::promote),
    read("/instance-type", "list-instance-types", account::types),
    call("GET", "/instance-type/{id}", "get-instance-type", account::one_type),
    read("/ai/instance-type", "list-ai-instance-types", account::accelerators),
    call("GET", "/template", "list-templates", account::templates),
    call("GET", "/template/{id}", "get-template", account::template),
    call("DELETE", "/template/{id}", "delete-template", snapshots::delete_template),
    call("GET", "/security-group", "list-security-groups", groups::list),
    call("POST", "/security-group", "create-security-group", groups::create),
    call("GET", "/security-group/{id}", "get-security-group", groups::get),
    call("DELETE", "/security-group/{id}", "delete-security-group", groups::delete),
    call("POST", "/security-group/{id}/rules", "add-rule-to-security-group", groups::add_rule),
    call(
        "DELETE",
        "/security-group/{id}/rules/{rule-id}",
        "delete-rule-from-security-group",
        groups::delete_rule,
    ),
    call(
        "PUT",
        "/security-group/{id}:add-source",
        "add-external-source-to-security-group",
        groups::add_source,
    ),
    call(
        "PUT",
        "/security-group/{id}:remove-source",
        "remove-external-source-from-security-group",
        groups::remove_source,
    ),
    call("PUT", "/security-group/{id}:attach", "attach-instance-to-security-group", groups::attach),
    call("PUT", "/security-group/{id}:detach", "detach-instance-from-security-group", groups::detach),
    read("/anti-affinity-group", "list-anti-affinity-groups", groups::list_anti_affinity_groups),
    call("POST", "/anti-affinity-group", "create-anti-affinity-group", groups::create_apart),
    call("GET", "/anti-affinity-group/{id}", "get-anti-affinity-group", groups::get_apart),
    call("DELETE", "/anti-affinity-group/{id}", "delete-anti-affinity-group", groups::delete_apart),
    read("/ssh-key", "list-ssh-keys", account::keys),
    call("POST", "/ssh-key", "register-ssh-key", account::register_key),
    call("GET", "/ssh-key/{name}", "get-ssh-key", account::key),
    call("DELETE", "/ssh-key/{name}", "delete-ssh-key", account::delete_key),
    read("/elastic-ip", "list-elastic-ips", account::addresses),
    call("POST", "/elastic-ip", "create-elastic-ip", addresses::create_address),
    call("GET", "/elastic-ip/{id}", "get-elastic-ip", account::address),
    call("PUT", "/elastic-ip/{id}", "update-elastic-ip", addresses::update_address),
    call("DELETE", "/elastic-ip/{id}", "delete-elastic-ip", addresses::delete_address),
    call("PUT", "/elastic-ip/{id}:attach", "attach-instance-to-elastic-ip", addresses::attach_address),
    call("PUT", "/elastic-ip/{id}:detach", "detach-instance-from-elastic-ip", addresses::detach_address),
    read("/private-network", "list-private-networks", account::networks),
    call("POST", "/private-network", "create-private-network", private::create_network),
    call("GET", "/private-network/{id}", "get-private-network", private::get_network),
    call("DELETE", "/private-network/{id}", "delete-private-network", private::delete_network),
    call(
        "PUT",
        "/private-network/{id}:attach",
        "attach-instance-to-private-network",
        private::attach_network,
    ),
    call(
        "PUT",
        "/private-network/{id}:detach",
        "detach-instance-from-private-network",
        private::detach_network,
    ),
    call("PUT", "/private-network/{id}:update-ip", "update-private-network-instance-ip", private::update_ip),
    call("GET", "/reverse-dns/instance/{id}", "get-reverse-dns-instance", networks::domain),
    call("POST", "/reverse-dns/instance/{id}", "update-reverse-dns-instance", networks::set_domain),
    call("DELETE", "/reverse-dns/instance/{id}", "delete-reverse-dns-instance", networks::delete_domain),
    read("/deploy-target", "list-deploy-targets", account::targets),
    call("GET", "/deploy-target/{id}", "get-deploy-target", account::target),
    read("/block-storage", "list-block-storage-volumes", account::volumes),
    call("GET", "/block-storage/{id}", "get-block-storage-volume", account::volume),
    read("/block-storage-snapshot", "list-block-storage-snapshots", account::volume_snapshots),
    call("GET", "/block-storage-snapshot/{id}", "get-block-storage-snapshot", account::volume_snapshot),
    read("/instance-pool", "list-instance-pools", pools::list),
    call("GET", "/instance-pool/{id}", "get-instance-pool", pools::get),
    read("/quota", "list-quotas", account::quotas),
    call("GET", "/quota/{entity}", "get-quota", account::quota),
    call("GET", "/event", "list-events", account::events),
    call("GET", "/live-balance", "get-live-balance", account::balance),
    read("/organization", "get-organization", account::organization),
];

/// The call that a method and a path below `/v2` mean.
pub(super) fn find(method: &str, path: &str) -> Result<(&'static Call, Params), Problem> {
    let mut known = false;
    for call in CALLS {
        if let Some(params) = fits(call.path, path) {
            if call.method == method {
                return Ok((call, params));
            }
            known = true;
        }
    }
    Err(if known { Problem::method() } else { Problem::endpoint() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &str, path: &str) -> Option<&'static str> {
        find(method, path).ok().map(|(call, _)| call.name)
    }

    #[test]
    fn a_verb_follows_an_id_after_a_colon() {
        assert_eq!(name("PUT", "/instance/a-b:start"), Some("start-instance"));
        assert_eq!(name("PUT", "/instance/a-b%3Astart"), Some("start-instance"));
        assert_eq!(name("PUT", "/instance/a-b"), Some("update-instance"));
        assert_eq!(name("PUT", "/instance/a-b:fly"), None);
        assert_eq!(name("GET", "/instance"), Some("list-instances"));
        assert_eq!(name("GET", "/instance/"), None);
        assert_eq!(name("DELETE", "/instance/a-b/labels"), Some("reset-instance-field"));
        assert_eq!(name("PATCH", "/instance"), None);
    }

    #[test]
    fn no_two_calls_have_one_name() {
        let names: std::collections::HashSet<&str> = CALLS.iter().map(|call| call.name).collect();
        assert_eq!(names.len(), CALLS.len());
    }
}
