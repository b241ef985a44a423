"""Prints the instance of a name as the platform's own Python client (`exoscale`) reads it, as JSON; `null` where there is none.

Reads QDECK_BASE_URL, QDECK_KEY and QDECK_SECRET. The name is the first argument.
"""

import json
import os
import sys

from exoscale.api.v2 import Client

client = Client(os.environ["QDECK_KEY"], os.environ["QDECK_SECRET"], url=os.environ["QDECK_BASE_URL"])
found = [row for row in client.list_instances()["instances"] if row["name"] == sys.argv[1]]
assert len(found) <= 1, found
print(json.dumps(client.get_instance(id=found[0]["id"]) if found else None))
