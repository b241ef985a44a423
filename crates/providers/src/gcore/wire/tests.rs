use serde_json::json;

use super::*;
use crate::mapping::lenient::property::any_json_is_read_at_any_field;

#[test]
fn any_json_is_read_at_any_field_of_an_instance() {
    let flavor = json!({"flavor_id": "f", "flavor_name": "f", "vcpus": 2, "ram": 4096, "os_type": "linux",
        "architecture": "x86_64", "resource_class": "bm1", "hardware_description": {"gpu": "NVIDIA H100-1GPU (80GB)"}});
    any_json_is_read_at_any_field::<Instance>(
        &json!({
            "id": "i", "instance_id": "i", "name": "n", "instance_name": "n", "created_at": "c",
            "instance_created": "c", "ssh_key_name": "k", "keypair_name": "k", "tags": [{"key": "k", "value": "v"}],
            "metadata_detailed": [{"key": "k", "value": "v"}], "metadata": {"k": "v"}, "status": "ACTIVE",
            "vm_state": "active", "task_state": null, "task_id": "t", "creator_task_id": "t", "region": "r",
            "instance_description": "d", "instance_isolation": {"reason": "r"}, "flavor": flavor,
            "addresses": {"net": [{"type": "fixed", "addr": "10.0.0.1"}]}, "volumes": [{"id": "v"}],
            "security_groups": [{"name": "g"}],
            "blackhole_ports": [{"DestinationIP": "203.0.113.7", "AlarmEnd": "0001-01-01 00:00:00Z"}],
        }),
        &[],
    );
    any_json_is_read_at_any_field::<Metrics>(
        &json!({
            "time": "t", "cpu_util": 1.5, "memory_util": 2.5, "network_Bps_ingress": 1, "network_Bps_egress": 2,
            "disks": [{"disk_Bps_read": 1, "disk_Bps_write": 2}],
        }),
        &["time"],
    );
}

#[test]
fn any_json_is_read_at_any_field_of_containers_and_tasks() {
    let scale = json!({"min": 1, "max": 2});
    any_json_is_read_at_any_field::<Deployment>(
        &json!({
            "name": "llm", "status": "ACTIVE", "image": "i", "flavor_name": "f", "listening_port": 80, "address": "a",
            "created_at": "c", "description": "d", "credentials_name": "c", "timeout": 120, "auth_enabled": true,
            "envs": {"KEY": "obviously-fake"},
            "containers": [{"region_id": 7, "address": "a", "deploy_status": {"ready": 1, "total": 2},
                "error_message": "e", "scale": scale}],
        }),
        &["name"],
    );
    any_json_is_read_at_any_field::<CaasContainer>(
        &json!({
            "name": "nginx", "status": "RUNNING", "status_message": "m", "image": "i", "flavor": "250mCPU-512MiB",
            "address": "a", "listening_port": 80, "created_at": "c", "description": "d", "is_disabled": false,
            "envs": {"KEY": "obviously-fake"}, "deploy_status": {"ready": 1, "total": 2}, "scale": scale,
        }),
        &["name"],
    );
    any_json_is_read_at_any_field::<LogRow>(&json!({"time": "t", "pod": "p", "message": "m"}), &[]);
    any_json_is_read_at_any_field::<Task>(
        &json!({
            "id": "t1", "task_type": "create_vm", "state": "FINISHED", "detailed_state": "d", "error": "e",
            "created_on": "c", "updated_on": "u", "finished_on": "f", "acknowledged_at": "a", "region_id": 7,
            "user_id": 12, "request_id": "r", "created_resources": {"instances": ["i1"]}, "data": {"name": "n"},
        }),
        &["id"],
    );
}

#[test]
fn any_json_is_read_at_any_field_of_catalogues_and_places() {
    let price = json!({"price_per_hour": 3.1, "currency_code": "EUR", "price_status": "show"});
    any_json_is_read_at_any_field::<GpuFlavor>(
        &json!({
            "name": "f", "capacity": 6, "disabled": false, "hardware_description": {"gpu": "g"}, "price": price,
            "hardware_properties": {"gpu_model": "h100", "gpu_manufacturer": "nvidia", "gpu_count": 1},
        }),
        &["name"],
    );
    any_json_is_read_at_any_field::<VmFlavor>(
        &json!({
            "flavor_id": "f", "flavor_name": "f", "disabled": false, "hardware_description": {"gpu": "g"},
            "price_per_hour": 3.1, "currency_code": "EUR", "price_status": "show",
        }),
        &[],
    );
    any_json_is_read_at_any_field::<InferenceFlavor>(
        &json!({"name": "f", "gpu_model": "h100", "gpu": 1, "gpu_memory": 80, "cpu": 16, "memory": 232}),
        &["name"],
    );
    any_json_is_read_at_any_field::<Capacity>(
        &json!({"region_id": 9, "capacity": [{"flavor_name": "f", "capacity": 4}]}),
        &["region_id"],
    );
    any_json_is_read_at_any_field::<Quotas>(
        &json!({"global_quotas": {"a_limit": 2}, "regional_quotas": [{"region_id": 7, "a_limit": 8}]}),
        &[],
    );
    any_json_is_read_at_any_field::<Project>(
        &json!({"id": 5, "state": "ACTIVE", "is_default": true}),
        &["id"],
    );
    any_json_is_read_at_any_field::<Region>(
        &json!({"id": 7, "display_name": "d", "keystone_name": "k", "state": "ACTIVE", "has_ai_gpu": true,
            "has_ai": true}),
        &["id"],
    );
}
