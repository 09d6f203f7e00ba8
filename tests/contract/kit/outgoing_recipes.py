"""Requests on webhooks and what else goes out (see recipes.py)."""

from .recipes import get, post
from .shot_recipes import RECIPES

# A name that is nobody's (RFC 2606): nothing is ever delivered.
URL = "https://hooks.invalid/bifrost"


def webhook_body(bench, **fields):
    return {"project_id": bench.project["id"], "name": "A hook", "url": URL, "events": ["field.created"], **fields}


def new_webhook(bench, rest=""):
    return f"/webhooks/{bench.world.owner.post('/webhooks', webhook_body(bench), expect=201).json()['id']}{rest}"


def new_delivery(bench, rest=""):
    hook = new_webhook(bench)
    return f"{hook}/deliveries/{bench.world.owner.post(hook + '/ping', expect=202).json()['id']}{rest}"


RECIPES["list_webhooks"] = lambda bench: get("/webhooks", params={"project": bench.project["code"]})
RECIPES["create_webhook"] = lambda bench: post("/webhooks", webhook_body(bench))
RECIPES["get_webhook"] = lambda bench: get(new_webhook(bench))
RECIPES["update_webhook"] = lambda bench: ("PATCH", new_webhook(bench), {"json": {"name": "Another"}})
RECIPES["delete_webhook"] = lambda bench: ("DELETE", new_webhook(bench), {})
RECIPES["rotate_webhook_secret"] = lambda bench: post(new_webhook(bench, "/rotate-secret"))
RECIPES["ping_webhook"] = lambda bench: post(new_webhook(bench, "/ping"))
RECIPES["list_webhook_deliveries"] = lambda bench: get(new_webhook(bench, "/deliveries"))
RECIPES["get_webhook_delivery"] = lambda bench: get(new_delivery(bench))
RECIPES["redeliver_webhook"] = lambda bench: post(new_delivery(bench, "/redeliver"))
