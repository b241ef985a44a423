//! A container's configuration as it is sent whole, read back into the engine's settings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::problem::Problem;
use crate::engine::fleet::Container;
use crate::engine::reshape::Settings;

/// `ContainerConfig`: network and deploy are required, what else is left out stays as it is. The demo keeps no command and
/// no reserves: those are half of the limits.
pub(super) fn settings(config: &Value, now: &Container) -> Result<Settings, Problem> {
    let text = |pointer: &str| config.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let required = |pointer: &str| {
        text(pointer).ok_or_else(|| Problem::invalid(format!("`contents{pointer}` is required")))
    };
    if !config.pointer("/deploy/instances").is_some_and(Value::is_u64) {
        return Err(Problem::invalid("`contents/deploy/instances` is required"));
    }
    let public = required("/network/public")?;
    if !["enable", "egress-only", "environment-limited", "disable"].contains(&&*public) {
        return Err(Problem::invalid(format!("`{public}` is no setting of the public network")));
    }
    let ports = config.pointer("/network/ports").and_then(Value::as_array);
    let ports = ports.map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let env = config.pointer("/runtime/environment_vars").and_then(Value::as_object);
    let env = env.map(|all| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.iter().map(|(name, value)| (name.clone(), text(value))).collect::<BTreeMap<_, _>>()
    });
    let shares = config.pointer("/resources/cpu/shares/limit").and_then(Value::as_u64);
    let ram = match text("/resources/ram/limit") {
        Some(size) => Some(mebibytes(&size).ok_or_else(|| {
            Problem::invalid(format!("`contents/resources/ram/limit` is `{size}`, and must be such as 512M"))
        })?),
        None => None,
    };
    Ok(Settings {
        public,
        identifier: required("/network/hostname")?,
        ports: ports.unwrap_or_else(|| now.ports.clone()),
        strategy: text("/deploy/strategy").unwrap_or_else(|| now.strategy.clone()),
        cpu_shares: shares.and_then(|it| u32::try_from(it).ok()).unwrap_or(now.cpu_shares),
        ram_mb: ram.unwrap_or(now.ram_mb),
        env: env.unwrap_or_else(|| now.env.clone()),
    })
}

/// A `DataSize` of megabytes or gigabytes, in MiB.
fn mebibytes(size: &str) -> Option<u64> {
    let size = size.to_ascii_uppercase();
    let size = size.trim_end_matches('B');
    if let Some(number) = size.strip_suffix('G') {
        return number.parse::<u64>().ok()?.checked_mul(1024);
    }
    size.strip_suffix('M')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_the_description_has_them() {
        assert_eq!(["512M", "2GB", "2g", "x"].map(mebibytes), [Some(512), Some(2048), Some(2048), None]);
    }
}
