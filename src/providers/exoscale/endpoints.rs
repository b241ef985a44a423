//! What the reference page on instances names, and what is done with each.

use crate::providers::{Endpoint, Use};

const CHANGES: &str = "nothing is changed";

/// Every endpoint of the page, in its order, and after it what else is read.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    not("POST", "/instance", CHANGES),
    reads("/instance/{id}", "details of an instance"),
    not("PUT", "/instance/{id}:reset", CHANGES),
    not("PUT", "/instance/{id}:start", CHANGES),
    not("PUT", "/instance/{id}:scale", CHANGES),
    not("PUT", "/instance/{id}:stop", CHANGES),
    not("PUT", "/instance/{id}:reboot", CHANGES),
    not("PUT", "/instance/{id}", CHANGES),
    not("DELETE", "/instance/{id}", CHANGES),
    reads("/instance/{id}:password", "details of an instance, masked"),
    not("PUT", "/instance/{id}:reset-password", CHANGES),
    not("PUT", "/instance/{id}:remove-protection", CHANGES),
    not("PUT", "/instance/{id}:add-protection", CHANGES),
    reads("/console/{id}", "the console of an instance"),
    not("PUT", "/instance/{id}:resize-disk", CHANGES),
    not("DELETE", "/instance/{id}/{field}", CHANGES),
    not("POST", "/instance/{instance-id}:revert-snapshot", CHANGES),
    reads("/instance", "Instances"),
    not("POST", "/instance/{id}:create-snapshot", CHANGES),
    not("POST", "/instance/{id}:enable-tpm", CHANGES),
    reads("/zone", "Instances: one scope a zone"),
    reads("/instance-type", "Instances, GPU models"),
    reads("/instance-type/{id}", "details of an instance"),
    reads("/template", "Instances: the image"),
    reads("/template/{id}", "details of an instance"),
    reads("/event", "Operations"),
    reads("/operation/{id}", "details of an operation"),
    reads("/quota", "GPU models: what is left"),
    reads("/quota/{entity}", "details of a GPU model"),
    reads("/ai/instance-type", "details of a GPU model"),
    reads("/organization", "the check of a context"),
    reads("/snapshot", "the check of a context"),
    reads("/snapshot/{id}", "details of an instance"),
    reads("/security-group", "the check of a context"),
    reads("/security-group/{id}", "details of an instance"),
    reads("/ssh-key", "the check of a context"),
    reads("/ssh-key/{name}", "details of an instance"),
    reads("/elastic-ip", "the check of a context"),
    reads("/elastic-ip/{id}", "details of an instance"),
    reads("/private-network", "the check of a context"),
    reads("/private-network/{id}", "details of an instance"),
    reads("/anti-affinity-group/{id}", "details of an instance"),
    reads("/deploy-target/{id}", "details of an instance"),
    reads("/instance-pool/{id}", "details of an instance"),
    reads("/block-storage", "details of an instance"),
    reads("/reverse-dns/instance/{id}", "details of an instance"),
];

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
