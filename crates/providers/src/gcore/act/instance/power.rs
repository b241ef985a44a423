//! The action call: start, stop, reboot, power-cycle, suspend and resume.

use std::sync::Arc;

use serde_json::json;

use super::super::super::Site;
use super::super::region::InRegion;
use super::super::table::Entry;
use super::refuse_unless_fit;
use qdeck_model::{Expected, Lifecycle, Method, PreparedRequest, Preview, Problem, Target};

/// An action of `POST /v2/instances/{project_id}/{region_id}/{instance_id}/action`.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Power {
    /// Its name in the body.
    verb: &'static str,
    /// The last part of the path that is used by servers without the action call.
    old_path: &'static str,
    /// The statuses that it fits, by the descriptions of the older calls ("Required VM state").
    pub(super) from: &'static [&'static str],
    /// Servers without a hypervisor have it, too.
    pub(super) on_bare_metal: bool,
    /// The states that it leads to.
    pub(super) to: &'static [Lifecycle],
    consequences: &'static [&'static str],
}

/// An isolated instance counts as degraded, and is up all the same.
const UP: &[Lifecycle] = &[Lifecycle::Running, Lifecycle::Degraded];
const DOWN: &[Lifecycle] = &[Lifecycle::Stopped];

pub(in super::super) static START: Power = Power {
    verb: "start",
    old_path: "start",
    from: &["SHUTOFF"],
    on_bare_metal: true,
    to: UP,
    consequences: &[],
};
pub(in super::super) static STOP: Power = Power {
    verb: "stop",
    old_path: "stop",
    from: &["ACTIVE", "PASSWORD", "RESCUE"],
    on_bare_metal: true,
    to: DOWN,
    consequences: &["What runs on it is interrupted until it is started again."],
};
pub(in super::super) static REBOOT: Power = Power {
    verb: "reboot",
    old_path: "reboot",
    from: &["ACTIVE", "PASSWORD"],
    on_bare_metal: true,
    to: UP,
    consequences: &["What runs on it is interrupted until its system is up again."],
};
pub(in super::super) static POWER_CYCLE: Power = Power {
    verb: "reboot_hard",
    old_path: "powercycle",
    from: &["ACTIVE", "PASSWORD", "RESCUE", "SHUTOFF", "SUSPENDED", "PAUSED", "ERROR"],
    on_bare_metal: true,
    to: UP,
    consequences: &[
        "Its system is not asked to shut down: what was not written to disk is lost.",
        "What runs on it is interrupted until its system is up again.",
    ],
};
pub(in super::super) static SUSPEND: Power = Power {
    verb: "suspend",
    old_path: "suspend",
    from: &["ACTIVE", "SHUTOFF"],
    on_bare_metal: false,
    to: DOWN,
    consequences: &[
        "What runs on it is interrupted until it is resumed.",
        "Its resources are kept for it and stay billed.",
    ],
};
pub(in super::super) static RESUME: Power = Power {
    verb: "resume",
    old_path: "resume",
    from: &["SUSPENDED"],
    on_bare_metal: false,
    to: UP,
    consequences: &[],
};

/// The call before the action call: `POST …/start`. The one that has a body takes it empty.
pub(in super::super) fn old_request(
    place: &InRegion,
    target: &Target,
    power: &Power,
) -> Result<PreparedRequest, Problem> {
    let request = place.request(Method::Post, &target.id.id, &[power.old_path], &[])?;
    Ok(if power.verb == "start" { request.body(json!({})) } else { request })
}

/// Reads the instance again, and prepares the call if it still fits.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    power: &'static Power,
) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    let request = if site.known_paths.has_no_action() {
        old_request(&place, target, power)?
    } else {
        let request = place.request_v2(Method::Post, &target.id.id, "action", &[])?;
        request.body(json!({"action": power.verb}))
    };
    let summary = format!("{} instance {} in region {}.", entry.name, target.name, place.name);
    let mut preview = Preview::new(summary, vec![request], Expected::State(power.to));
    preview.consequences = power.consequences.iter().map(|&it| it.to_owned()).collect();
    if site.known_paths.is_action_open() {
        let path = power.old_path;
        preview = preview.consequence(format!(
            "A server that does not know this call is asked by the older POST …/{path} instead."
        ));
    }
    Ok(preview)
}
