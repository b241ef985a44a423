//! Containers and their instances put into a fleet as a plan says, or over and over until it is as big as asked.

use jiff::{SignedDuration, Timestamp};

use super::{ContainerPlan, Life, ServerPlan};
use crate::engine::fleet::{Account, Container, Fleet, Phase, Revision, ago};

/// A big fleet: the hand-made containers over and over, numbered, with a few hundred instances each, as many for
/// every account that has servers.
pub(super) fn seed(fleet: &mut Fleet, plans: &[ContainerPlan], wanted: usize, now: Timestamp) {
    fleet.instances.reserve(wanted + plans.len());
    let mut accounts: Vec<Account> = Vec::new();
    for plan in plans.iter().filter(|plan| !plan.servers.is_empty()) {
        if !accounts.contains(&plan.account) {
            accounts.push(plan.account);
        }
    }
    let many = accounts.len();
    for (nth, account) in accounts.into_iter().enumerate() {
        // What does not divide goes to the first ones.
        let share = wanted / many + usize::from(nth < wanted % many);
        seed_account(fleet, plans, account, share, now);
    }
    for plan in plans.iter().filter(|plan| plan.servers.is_empty()) {
        seed_container(fleet, plan, now);
    }
}

fn seed_account(fleet: &mut Fleet, plans: &[ContainerPlan], account: Account, wanted: usize, now: Timestamp) {
    widen(fleet, account, wanted);
    let servers: Vec<u32> = fleet.servers_of(account).map(|(key, _)| key).collect();
    let per_container = wanted.div_ceil(8).clamp(1, 500);
    let lives = |p: &&ContainerPlan| p.account == account && p.life != Life::Terminated;
    let on_servers: Vec<&ContainerPlan> = plans.iter().filter(lives).collect();
    let mut left = wanted;
    for round in 1_usize.. {
        for plan in &on_servers {
            if left == 0 {
                break;
            }
            let take = left.min(per_container);
            left -= take;
            let mut plan = (*plan).clone();
            if round > 1 {
                plan.name = format!("{} {round}", plan.name);
                plan.identifier = format!("{}{round}", plan.identifier);
            }
            plan.servers.clone_from(&servers);
            plan.instances = u32::try_from(take).unwrap_or(u32::MAX);
            seed_container(fleet, &plan, now);
        }
        if left == 0 {
            break;
        }
    }
}

/// More servers for a big fleet: about one for every 200 instances.
fn widen(fleet: &mut Fleet, account: Account, wanted: usize) {
    let seeds: Vec<ServerPlan> = fleet.servers_of(account).map(|(_, server)| server.clone()).collect();
    for (number, seed) in (2..).zip(seeds.iter().cycle()).take((wanted / 200).saturating_sub(seeds.len())) {
        let mut server = seed.clone();
        server.hostname = format!("{}-{number:03}", seed.hostname);
        server.nickname = format!("{}-{number}", seed.nickname);
        fleet.servers.push(server);
    }
}

/// Puts one container with its instances into the fleet.
pub(super) fn seed_container(fleet: &mut Fleet, plan: &ContainerPlan, now: Timestamp) {
    let hours = |h: i64| ago(now, SignedDuration::from_hours(h));
    let phase = match plan.life {
        Life::Stopped => Phase::Stopped,
        Life::Deploying => Phase::Starting,
        Life::CrashLooping if plan.account == Account::Quasarch => Phase::Failed,
        _ => Phase::Running,
    };
    let changed = match plan.life {
        Life::Deploying => ago(now, SignedDuration::from_secs(40)),
        Life::CrashLooping => ago(now, SignedDuration::from_secs(75)),
        _ => hours(plan.age_hours / 3),
    };
    let created = hours(plan.age_hours);
    let revisions: Vec<Revision> = (1..)
        .zip(&plan.revisions)
        .map(|(number, r)| Revision { number, image: r.image.clone(), created: hours(r.age_hours) })
        .collect();
    let updated = revisions.iter().skip(1).next_back().map(|r| r.created);
    let urls = if plan.account == Account::Quasarch && plan.life != Life::Deploying {
        vec![format!("{}.ingress.example.com", plan.identifier)]
    } else {
        Vec::new()
    };
    let mut ports = plan.ports.clone();
    ports.extend(plan.port.clone());
    let key = fleet.containers.push(Container {
        account: plan.account,
        name: plan.name.clone(),
        identifier: plan.identifier.clone(),
        environment: plan.environment,
        image: plan.image.clone(),
        workload: plan.workload,
        instances: Vec::with_capacity(plan.instances as usize),
        made: 0,
        phase,
        desired: if plan.life == Life::Stopped { Phase::Stopped } else { Phase::Running },
        changed,
        created,
        updated,
        started: (phase != Phase::Stopped).then_some(changed),
        version: plan.version.clone(),
        stateful: plan.stateful,
        lock: plan.lock,
        strategy: plan.strategy.clone(),
        public: plan.public.clone(),
        ports,
        cpu_shares: plan.cpu_shares,
        cpus: plan.cpus,
        ram_mb: plan.ram_mb,
        storage_gb: plan.storage_gb,
        gpu: plan.gpu,
        gpu_models: plan.gpu_models.clone(),
        command: Vec::new(),
        arguments: Vec::new(),
        image_of: None,
        volumes: plan.volumes.clone(),
        health_check: plan.health_check,
        env: plan.env.clone(),
        urls,
        revisions,
        life: plan.life,
    });
    let Some(key) = key else {
        return;
    };
    for ordinal in 0..plan.instances {
        let server = plan.servers.get(ordinal as usize % plan.servers.len().max(1)).copied().unwrap_or(0);
        fleet.add_instance(key, server, phase, changed);
    }
    settle(fleet, key);
}

/// The first moment of each story: who has failed, who is unwell, who is already up.
fn settle(fleet: &mut Fleet, key: u32) {
    let Some(container) = fleet.containers.get(key) else {
        return;
    };
    let (life, created, members) = (container.life, container.created, container.instances.clone());
    for (nth, index) in members.into_iter().enumerate() {
        let Some(instance) = fleet.instances.get_mut(index) else {
            continue;
        };
        match life {
            Life::Degraded if nth == 1 => instance.healthy = Some(false),
            // In a big fleet most replicas of an unlucky container are up: states are varied, not uniform.
            Life::CrashLooping if nth % 3 == 0 => {
                instance.phase = Phase::Failed;
                instance.error = Some(CRASHED.into());
            }
            Life::Deploying if nth % 2 == 1 => instance.phase = Phase::Running,
            Life::Broken if nth == 0 => {
                instance.phase = Phase::Failed;
                instance.error = Some(BROKEN.into());
            }
            Life::Terminated => instance.phase = Phase::Gone,
            _ => {}
        }
        // Who was ended lived before it.
        if matches!(life, Life::Stopped | Life::Terminated) {
            instance.created = created;
        }
    }
    if life == Life::Terminated
        && let Some(container) = fleet.containers.get_mut(key)
    {
        container.instances.clear();
    }
}

/// The error of an instance that is down for good.
pub(in crate::engine) const BROKEN: &str = "no space left on device: /var/lib is full";

/// The error of a crashed instance.
pub(in crate::engine) const CRASHED: &str = "process exited with code 101; restarting with backoff";
