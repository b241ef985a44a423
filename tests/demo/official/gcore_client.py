"""The platform's own Python client (`gcore`) against the demo cloud's face, in strict-validation mode.

Reads QDECK_BASE_URL, QDECK_SECRET and QDECK_PROJECT; its last line is `ok` when everything is as it must be.
"""

import os
import sys
import time

import gcore
from gcore import Gcore


def client(**more):
    return Gcore(
        api_key=os.environ["QDECK_SECRET"],
        base_url=os.environ["QDECK_BASE_URL"],
        cloud_project_id=int(os.environ["QDECK_PROJECT"]),
        _strict_response_validation=True,
        max_retries=0,
        polling_interval_seconds=1,
        polling_timeout_seconds=60,
        **more,
    )


def refused(kind, call):
    try:
        call()
    except kind as problem:
        return problem
    raise AssertionError(f"{kind.__name__} was expected")


def the_account(any_client):
    assert any_client.iam.get_account_overview().id > 0
    projects = list(any_client.cloud.projects.list())
    assert any_client.cloud.projects.get(project_id=projects[0].id).is_default
    regions = list(any_client.cloud.regions.list(show_volume_types=True))
    assert len(regions) > 1 and regions[0].available_volume_types
    assert any_client.cloud.regions.get(region_id=regions[0].id).keystone_name.startswith("ED-")
    quotas = any_client.cloud.quotas.get_all()
    assert len(quotas.regional_quotas) == len(regions)
    client_id = projects[0].client_id
    assert any_client.cloud.quotas.get_global(client_id=client_id).project_count_limit
    assert any_client.cloud.quotas.get_by_region(client_id=client_id, region_id=regions[0].id).vm_count_limit
    october = {"time_from": "2026-10-01T00:00:00Z", "time_to": "2026-10-31T00:00:00Z"}
    assert any_client.cloud.billing_reservations.list(**october).results
    return [region.id for region in regions]


def what_is_on_offer(cloud):
    sizes = cloud.instances.flavors.list(include_prices=True).results
    assert sizes and all(size.price_per_hour is not None for size in sizes)
    images = cloud.instances.images.list().results
    assert cloud.instances.images.get(image_id=images[0].id).name == images[0].name
    assert list(cloud.placement_groups.list().results)
    assert any(group.security_group_rules for group in cloud.security_groups.list(limit=100))
    virtual = cloud.gpu_virtual.clusters.flavors.list(include_prices=True).results
    assert any(flavor.hardware_properties.gpu_model == "h100" for flavor in virtual)
    metal = cloud.gpu_baremetal.clusters.flavors.list().results
    assert any(flavor.capacity for flavor in metal)
    return images


def keys(cloud):
    made = cloud.ssh_keys.create(name="made-by-client")
    assert made.private_key
    assert any(key.id == made.id for key in cloud.ssh_keys.list(limit=100))
    cloud.ssh_keys.update(ssh_key_id=made.id, shared_in_project=False)
    assert not cloud.ssh_keys.get(ssh_key_id=made.id).shared_in_project
    refused(gcore.ConflictError, lambda: cloud.ssh_keys.create(name="made-by-client"))
    cloud.ssh_keys.delete(ssh_key_id=made.id)
    refused(gcore.NotFoundError, lambda: cloud.ssh_keys.get(ssh_key_id=made.id))


def machines(cloud, images):
    every = list(cloud.instances.list(include_ai=True, limit=1))
    assert len(every) == len({row.id for row in every}) > 1, "paging lost or doubled rows"
    first = every[0]
    assert cloud.instances.get(instance_id=first.id).name == first.name
    linux = next(image for image in images if image.os_type == "linux")
    boot = {"source": "image", "image_id": linux.id, "size": 20, "boot_index": 0, "delete_on_termination": True}
    refused(
        gcore.BadRequestError,
        lambda: cloud.instances.create(flavor="g9-none-1-1", interfaces=[], volumes=[boot], name="never-made"),
    )
    machine = cloud.instances.create_and_poll(
        flavor="g2-standard-1-2",
        interfaces=[{"type": "external"}],
        volumes=[boot],
        name="made-by-client",
        ssh_key_name="operator",
        tags={"team": "harbour"},
    )
    assert machine.status == "ACTIVE" and machine.task_state is None, machine
    assert machine.flavor.flavor_id == "g2-standard-1-2"
    assert [row.id for row in cloud.instances.list(name="made-by-client")] == [machine.id]
    assert [row.id for row in cloud.instances.list(tag_key_value='{"team": "harbour"}')] == [machine.id]
    renamed = cloud.instances.update(instance_id=machine.id, name="renamed", tags={"team": None, "stage": "test"})
    assert renamed.name == "renamed" and {tag.key for tag in renamed.tags} >= {"stage"}
    return machine.id


def below(cloud, machine):
    ports = cloud.instances.interfaces.list(instance_id=machine).results
    assert ports and ports[0].network_details.subnets
    assert list(cloud.volumes.list(instance_id=machine))
    cloud.instances.assign_security_group(instance_id=machine, name="ssh-only")
    groups = {group.name for group in cloud.instances.get(instance_id=machine).security_groups}
    assert "ssh-only" in groups, groups
    cloud.instances.unassign_security_group(instance_id=machine, name="ssh-only")
    console = cloud.instances.get_console(instance_id=machine, console_type="serial").remote_console
    assert console.url.startswith("ws://") and console.protocol == "serial"
    refused(gcore.BadRequestError, lambda: cloud.instances.get_console(instance_id=machine, console_type="spice"))
    points = cloud.instances.metrics.list(instance_id=machine, time_interval=1, time_unit="hour").results
    assert points and points[-1].cpu_util is not None


def actions(cloud, machine):
    refused(gcore.BadRequestError, lambda: cloud.instances.action(instance_id=machine, action="start"))
    begun = cloud.instances.action(instance_id=machine, action="stop")
    held = cloud.instances.get(instance_id=machine)
    assert held.task_state and held.task_id == begun.tasks[0], held
    refused(gcore.ConflictError, lambda: cloud.instances.action(instance_id=machine, action="stop"))
    task = cloud.tasks.poll(task_id=begun.tasks[0])
    assert task.state == "FINISHED" and task.task_type == "stop_vm"
    assert cloud.instances.get(instance_id=machine).vm_state == "stopped"
    for action, state in [("start", "active"), ("suspend", "suspended"), ("resume", "active"), ("reboot", "active")]:
        done = cloud.instances.action_and_poll(instance_id=machine, action=action)
        assert done.vm_state == state, (action, done)
    bigger = cloud.instances.resize_and_poll(instance_id=machine, flavor_id="g2-standard-2-4")
    assert bigger.flavor.vcpus == 2
    group = next(iter(cloud.placement_groups.list().results))
    cloud.tasks.poll(
        task_id=cloud.instances.add_to_placement_group(
            instance_id=machine, servergroup_id=group.servergroup_id
        ).tasks[0]
    )
    cloud.tasks.poll(task_id=cloud.instances.remove_from_placement_group(instance_id=machine).tasks[0])
    assert len(list(cloud.tasks.list(limit=100, task_type="stop_vm"))) == 1
    assert any(row.task_id for row in cloud.audit_logs.list())
    cloud.instances.delete_and_poll(instance_id=machine)
    refused(gcore.NotFoundError, lambda: cloud.instances.get(instance_id=machine))


def inference(cloud, regions):
    sizes = list(cloud.inference.flavors.list())
    assert any(size.gpu_model == "H100" for size in sizes)
    assert cloud.inference.get_capacity_by_region().results
    shown = list(cloud.inference.deployments.list())
    assert len(shown) > 1
    begun = cloud.inference.deployments.create(
        name="made-by-client",
        image="registry.example.com/harbour/echo:1",
        flavor_name=sizes[0].name,
        listening_port=8080,
        containers=[{"region_id": regions[0], "scale": {"min": 1, "max": 2}}],
    )
    cloud.tasks.poll(task_id=begun.tasks[0])
    made = cloud.inference.deployments.get(deployment_name="made-by-client")
    assert made.status == "ACTIVE", made
    ends = time.monotonic() + 30
    while not list(cloud.inference.deployments.logs.list(deployment_name="made-by-client")):
        assert time.monotonic() < ends, "it printed nothing"
        time.sleep(0.2)
    changed = cloud.inference.deployments.update(deployment_name="made-by-client", description="changed")
    cloud.tasks.poll(task_id=changed.tasks[0])
    assert cloud.inference.deployments.get(deployment_name="made-by-client").description == "changed"
    cloud.inference.deployments.stop(deployment_name="made-by-client")
    while cloud.inference.deployments.get(deployment_name="made-by-client").status != "DISABLED":
        assert time.monotonic() < ends + 30, "it was not stopped"
        time.sleep(0.2)
    # Nothing may be done to it while its stop is still being finished.
    while cloud.tasks.list(task_type="stop_inference_instance", state=["NEW", "RUNNING"]).count:
        assert time.monotonic() < ends + 30, "its stop did not end"
        time.sleep(0.2)
    gone = cloud.inference.deployments.delete(deployment_name="made-by-client")
    cloud.tasks.poll(task_id=gone.tasks[0])
    refused(gcore.NotFoundError, lambda: cloud.inference.deployments.get(deployment_name="made-by-client"))


def main():
    wrong = client().copy(api_key="29841$wrong")
    problem = refused(gcore.AuthenticationError, lambda: wrong.cloud.projects.list())
    assert problem.body["message"].startswith("Bad permanent token"), problem.body
    regions = the_account(client())
    cloud = client(cloud_region_id=regions[0]).cloud
    images = what_is_on_offer(cloud)
    keys(cloud)
    machine = machines(cloud, images)
    below(cloud, machine)
    actions(cloud, machine)
    inference(cloud, regions)
    missing = client(cloud_region_id=1).cloud
    refused(gcore.NotFoundError, lambda: missing.instances.list())
    print("gcore", gcore.__version__)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
