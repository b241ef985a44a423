use serde_json::json;

use super::*;
use crate::mapping::lenient::property::any_json_is_read_at_any_field;

#[test]
fn any_json_is_read_at_any_field_of_a_row() {
    let state = json!({"current": "running", "desired": "running", "changed": "2026-01-02T03:04:05Z",
        "error": {"message": "m"}, "health": {"healthy": true}, "readiness": {"ready": true}});
    let events = json!({"created": "c", "updated": "u", "started": "s", "queued": "q", "completed": "c"});
    any_json_is_read_at_any_field::<Container>(
        &json!({
            "id": "c1", "name": "Web", "identifier": "web", "environment": {"id": "e1"},
            "image": {"id": "m1", "service": "mysql"}, "deployment": {"version": "v1"}, "instances": 2,
            "config": {
                "network": {"public": "enable", "hostname": "web"},
                "resources": {"cpu": {"shares": {"limit": 10}}, "ram": {"limit": "512M"}},
                "deploy": {"instances": 2, "strategy": "first-available"},
            },
            "stateful": true, "deprecate": true, "lock": true, "state": state, "events": events,
            "meta": {"instances_count": {"state": {"running": 1}, "total": 2}, "domains": [{"fqdn": "example.com"}]},
        }),
        &["id"],
    );
    any_json_is_read_at_any_field::<Instance>(
        &json!({
            "id": "i1", "location_id": "l1", "server_id": "s1", "hostname": "h", "ready_state": "active",
            "service": "mysql", "deployment": {"version": "v1"},
            "environment": {"ipv6": {"ip": "fd00::1"}, "legacy": {"ipv4": {"ip": "10.0.0.1"}}},
            "provider": {"vendor": "v", "identifier": "i", "location": "l"}, "state": state, "events": events,
            "traffic_drain": {"started": "s"}, "migration": {"started": "s", "completed": "c"},
        }),
        &["id"],
    );
    any_json_is_read_at_any_field::<Job>(
        &json!({
            "id": "j1", "queue": "q", "caption": "c", "events": events, "state": state,
            "creator": {"id": "a1", "type": "api-key"},
            "tasks": [{"caption": "c", "header": "h", "events": events, "state": state, "error": {"message": "m"},
                "steps": [{"caption": "c", "started": "s", "completed": "c"}], "input": {"id": "c1"}}],
        }),
        &["id"],
    );
    any_json_is_read_at_any_field::<Snapshot>(
        &json!({
            "time": "2026-01-02T03:04:05Z", "cpu": {"num_cores": 2, "usage": {"total": 1.5}},
            "memory": {"usage": {"usage": 1, "limit": 2}}, "processes": {"current": 3},
            "network": {"interfaces": [{"rx_bytes": 1, "tx_bytes": 2}]},
        }),
        &["time"],
    );
}

#[test]
fn any_json_is_read_at_any_field_of_what_is_included_and_pushed() {
    let account =
        json!({"a1": {"name": {"first": "Ann", "last": "Other"}, "email": {"address": "ann@example.com"}}});
    let named = json!({"n1": {"nickname": "n", "name": "n", "hostname": "h", "identifier": "i"}});
    any_json_is_read_at_any_field::<Includes>(
        &json!({
            "servers": named, "locations": named, "environments": named,
            "images": {"m1": {"name": "n", "source": {"override": {"target": "t"},
                "details": {"origin": {"details": {"target": "mysql:5.7"}}}}}},
            "creators": {"accounts": account, "employees": account, "visitors": account, "api_keys": named,
                "environments": named},
        }),
        &[],
    );
    any_json_is_read_at_any_field::<Notice>(
        &json!({"topic": "t", "object": {"id": "o", "state": "s"}, "context": {"containers": ["c1"]}}),
        &[],
    );
    any_json_is_read_at_any_field::<PastLine>(&json!({"time": "t", "message": "m"}), &[]);
}
