"""The platform's own Python client (`exoscale`) against a zone of the demo cloud.

Reads QDECK_BASE_URL, QDECK_KEY and QDECK_SECRET. Ends with 0 and a last line `ok` when everything is as it must be.
"""

import os
import time

from exoscale.api.exceptions import ExoscaleAPIAuthException, ExoscaleAPIClientException
from exoscale.api.v2 import Client

URL = os.environ["QDECK_BASE_URL"]
KEY = os.environ["QDECK_KEY"]
SECRET = os.environ["QDECK_SECRET"]


def refused(kind, status, call, **arguments):
    """What a call is told that must be refused with this status."""
    try:
        answer = call(**arguments)
    except kind as error:
        assert error.response.status_code == status, error
        return error.response.json()["message"]
    raise AssertionError(f"{call.__name__} was let through: {answer}")


def named(rows, name):
    """The one row of that name."""
    found = [row for row in rows if row["name"] == name]
    assert len(found) == 1, (name, rows)
    return found[0]


def reads(client):
    """Everything that can be listed, and one of each by its id."""
    zones = client.list_zones()["zones"]
    assert len(zones) == 8, zones
    home = named(zones, "ch-gva-2")
    assert home["api-endpoint"] == URL, home

    rows = client.list_instances()["instances"]
    assert rows and all("disk-size" not in row for row in rows), rows
    for row in rows:
        whole = client.get_instance(id=row["id"])
        assert whole["disk-size"] >= 10 and whole["name"] == row["name"], whole
        kind = client.get_instance_type(id=row["instance-type"]["id"])
        assert kind["memory"] >= 1 << 29, kind
        assert client.get_template(id=row["template"]["id"])["default-user"]
    pooled = client.list_instances(manager_type="instance-pool")["instances"]
    assert 0 < len(pooled) < len(rows), pooled
    one = client.list_instances(ip_address=rows[0]["public-ip"])["instances"]
    assert [row["id"] for row in one] == [rows[0]["id"]], one

    assert client.list_templates(visibility="public", family="Debian")["templates"]
    assert client.list_templates(visibility="private")["templates"] == []
    assert client.list_quotas()["quotas"]
    assert client.get_quota(entity="instance")["usage"] >= len(rows)
    assert client.get_organization()["currency"]
    assert client.get_live_balance()["balance"] > 0
    assert client.list_ai_instance_types()["instance-types"]
    for call in (
        client.list_snapshots,
        client.list_elastic_ips,
        client.list_private_networks,
        client.list_anti_affinity_groups,
        client.list_deploy_targets,
        client.list_block_storage_volumes,
    ):
        assert len(call()) == 1, call.__name__


def order(client):
    """What to ask for when an instance is made."""
    types = client.list_instance_types()["instance-types"]
    small = [t for t in types if (t["family"], t["size"]) == ("standard", "small")][0]
    template = named(client.list_templates()["templates"], "Linux Debian 12 (Bookworm) 64-bit")
    return {"instance_type": {"id": small["id"]}, "template": {"id": template["id"]}, "disk_size": 20}


def life(client):
    """An instance is made, stopped, changed, started and deleted."""
    # An Ed25519 key of 32 zero bytes: nobody has the other half.
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA test"
    assert client.register_ssh_key(name="official", public_key=key)["state"] == "success"
    made = client.create_instance(
        name="official-01", labels={"by": "official"}, ssh_keys=[{"name": "official"}], **order(client)
    )
    assert made["state"] == "pending", made
    instance = client.wait(made["id"], max_wait_time=60)["reference"]["id"]
    whole = client.get_instance(id=instance)
    assert (whole["state"], whole["disk-size"]) == ("running", 20), whole
    assert whole["ssh-keys"] == [{"name": "official"}], whole
    console = client.get_console_proxy_url(id=instance)
    assert console["url"].endswith(console["path"]), console
    assert client.reveal_instance_password(id=instance)["password"]

    client.add_instance_protection(id=instance)
    refused(ExoscaleAPIAuthException, 403, client.delete_instance, id=instance)
    client.remove_instance_protection(id=instance)
    refused(ExoscaleAPIClientException, 400, client.resize_instance_disk, id=instance, disk_size=30)

    client.wait(client.stop_instance(id=instance)["id"], max_wait_time=60)
    client.wait(client.resize_instance_disk(id=instance, disk_size=30)["id"], max_wait_time=60)
    client.wait(client.update_instance(id=instance, name="official-02", labels={})["id"], max_wait_time=60)
    whole = client.get_instance(id=instance)
    assert (whole["state"], whole["disk-size"], whole["name"]) == ("stopped", 30, "official-02"), whole
    client.wait(client.start_instance(id=instance, rescue_profile="netboot")["id"], max_wait_time=60)

    group = client.create_security_group(name="official")["reference"]["id"]
    client.add_rule_to_security_group(
        id=group, flow_direction="ingress", protocol="tcp", start_port=443, end_port=443, network="0.0.0.0/0"
    )
    client.attach_instance_to_security_group(id=group, instance={"id": instance})
    assert {"id": group} in client.get_instance(id=instance)["security-groups"]
    client.detach_instance_from_security_group(id=group, instance={"id": instance})
    client.wait(client.delete_security_group(id=group)["id"], max_wait_time=60)

    client.wait(client.delete_instance(id=instance)["id"], max_wait_time=60)
    refused(ExoscaleAPIClientException, 404, client.get_instance, id=instance)
    client.delete_ssh_key(name="official")


def trail(client):
    """What was done can be read afterwards; the times have characters that must be encoded."""
    now = time.gmtime(time.time() + 60)
    then = time.gmtime(time.time() - 3600)
    span = {"from": time.strftime("%Y-%m-%dT%H:%M:%SZ", then), "to": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", now)}
    events = client.list_events(**span)
    handlers = [event["handler"] for event in events]
    for handler in ("create-instance", "stop-instance", "delete-instance", "register-ssh-key"):
        assert handler in handlers, (handler, handlers)


def main():
    """All of it, in an order in which later parts find what earlier ones did."""
    client = Client(KEY, SECRET, url=URL)
    reads(client)
    life(client)
    trail(client)
    refused(ExoscaleAPIAuthException, 403, Client(KEY, "another", url=URL).list_instances)
    print("ok")


if __name__ == "__main__":
    main()
