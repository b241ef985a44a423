"""Prints the instance of a name as the platform's own Python client (`gcore`) reads it, as JSON; `null` where there is none.

Reads QDECK_BASE_URL, QDECK_SECRET, QDECK_PROJECT and QDECK_REGION. The name is the first argument.
"""

import os
import sys

from gcore import Gcore

client = Gcore(
    api_key=os.environ["QDECK_SECRET"],
    base_url=os.environ["QDECK_BASE_URL"],
    cloud_project_id=int(os.environ["QDECK_PROJECT"]),
    cloud_region_id=int(os.environ["QDECK_REGION"]),
    _strict_response_validation=True,
    max_retries=0,
)
found = [row for row in client.cloud.instances.list(limit=1000) if row.name == sys.argv[1]]
assert len(found) <= 1, found
print(client.cloud.instances.get(instance_id=found[0].id).to_json(indent=None) if found else "null")
