#!/usr/bin/env python3
"""Turns openapi/bifrost.yaml into the compact JSON that the program embeds, or checks the document.

    openapi_json.py IN.yaml OUT.json     writes compact JSON (only when it differs, so that nothing is rebuilt)
    openapi_json.py --check IN.yaml      says what is inconsistent; 0 when nothing is
"""

import json
import os
import re
import sys

import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PROBLEM = "application/problem+json"
# What x-permission may say besides `kind:action`.
OPEN_PERMISSIONS = {"public", "signed_in", "signed"}
PERMISSION = re.compile(r"[a-z_]+:[a-z_]+")


class StrictLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """Refuses a key that stands twice; dates stay text, because JSON has none."""


def _mapping(loader, node, deep=False):
    keys = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=deep)
        if key in keys:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        keys.add(key)
    return loader.construct_mapping(node, deep)


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, lambda l, n: _mapping(l, n, deep=True))
StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, StrictLoader)


def lookup(document, ref):
    """What a reference within the document points to; KeyError when there is nothing."""
    if not ref.startswith("#/"):
        raise KeyError(ref)
    value = document
    for part in ref[2:].split("/"):
        value = value[part.replace("~1", "/").replace("~0", "~")]
    return value


def resolve(document, value):
    while isinstance(value, dict) and "$ref" in value:
        value = lookup(document, value["$ref"])
    return value


def walk(value, pointer=""):
    yield pointer, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, f"{pointer}/{index}")


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item, item[method]


def check_references(document):
    used = set()
    for pointer, value in walk(document):
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("$ref"), str):
            used.add(value["$ref"])
            try:
                lookup(document, value["$ref"])
            except (KeyError, TypeError):
                yield f"{pointer}: {value['$ref']} leads nowhere"
        # `{description: one, two}` in flow style is a key that nobody meant.
        for key, item in value.items():
            if item is None and isinstance(key, str) and " " in key:
                yield f"{pointer}: the key {key!r} is a piece of text that lacks its quotes"
    for kind, entries in document["components"].items():
        for name in entries:
            if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in used:
                yield f"#/components/{kind}/{name}: nothing uses it"


def check_parameters(document, path, where, item, operation):
    seen = set()
    for entry in item.get("parameters", []) + operation.get("parameters", []):
        parameter = resolve(document, entry)
        key = (parameter["in"], parameter["name"])
        if key in seen:
            yield f"{where}: the parameter {key} stands twice"
        seen.add(key)
        if parameter["in"] == "path" and "example" not in parameter:
            yield f"{where}: the path parameter {parameter['name']} has no example"
    in_path = set(re.findall(r"\{(\w+)\}", path))
    declared = {name for place, name in seen if place == "path"}
    if in_path != declared:
        yield f"{where}: the path names {sorted(in_path)}, its parameters {sorted(declared)}"


def has_example(media):
    return "example" in media or bool(media.get("examples"))


def check_bodies(document, where, operation):
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        if "json" in media_type and not has_example(media):
            yield f"{where}: the request body as {media_type} has no example"
    if not any(code.startswith(("2", "3")) for code in operation.get("responses", {})):
        yield f"{where}: no answer says that it worked"
    for code, entry in operation.get("responses", {}).items():
        response = resolve(document, entry)
        if "X-Request-Id" not in response.get("headers", {}):
            yield f"{where} {code}: X-Request-Id is not among its headers"
        content = response.get("content", {})
        # Probes answer 503 with the same body as 200.
        if code.startswith(("4", "5")) and list(content) != [PROBLEM] and not where.endswith(("/health", "/readyz")):
            yield f"{where} {code}: an error has to be {PROBLEM}"
        for media_type, media in content.items():
            if "json" in media_type and not has_example(media):
                yield f"{where} {code}: the answer as {media_type} has no example"


def check_operation(document, path, method, item, operation):
    where = f"{method.upper()} {path}"
    for member in ("operationId", "summary", "x-permission", "tags", "responses"):
        if not operation.get(member):
            yield f"{where}: {member} is missing"
    if not re.fullmatch(r"[a-z][a-z_]*", operation.get("operationId", "")):
        yield f"{where}: operationId is not in snake case"
    permission = operation.get("x-permission", "")
    if permission not in OPEN_PERMISSIONS and not PERMISSION.fullmatch(permission):
        yield f"{where}: x-permission {permission!r} is no permission"
    is_open = permission in ("public", "signed")
    if is_open != (operation.get("security") == []):
        yield f"{where}: x-permission {permission!r} and security contradict each other"
    if method not in ("get", "head") and not is_open:
        if not any("csrf" in option for option in operation.get("security", [])):
            yield f"{where}: an unsafe method needs the csrf scheme with a session"
    if (permission == "signed") != (operation.get("x-bifrost-signed") is True):
        yield f"{where}: x-permission and x-bifrost-signed contradict each other"
    known = {tag["name"] for tag in document.get("tags", [])}
    for tag in operation.get("tags", []):
        if tag not in known:
            yield f"{where}: the tag {tag!r} is not described"
    yield from check_parameters(document, path, where, item, operation)
    yield from check_bodies(document, where, operation)


def check_requests(document):
    """A body's object schemas are closed, unless they hold anything on purpose."""
    for path, method, _, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            seen = []
            todo = [media.get("schema", {})]
            while todo:
                schema = todo.pop()
                if not isinstance(schema, dict) or any(schema is other for other in seen):
                    continue
                seen.append(schema)
                if "$ref" in schema:
                    todo.append(lookup(document, schema["$ref"]))
                if "properties" in schema and "type" in schema and "additionalProperties" not in schema:
                    yield f"{method.upper()} {path}: a schema of its body leaves open whether unknown fields are welcome: {sorted(schema['properties'])}"
                todo.extend(schema.get("properties", {}).values())
                todo.extend(schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", []))
                if "items" in schema:
                    todo.append(schema["items"])


def check(document):
    yield from check_references(document)
    ids = {}
    for path, method, item, operation in operations(document):
        yield from check_operation(document, path, method, item, operation)
        name = operation.get("operationId")
        if name in ids:
            yield f"{method.upper()} {path}: operationId {name} is also that of {ids[name]}"
        ids[name] = f"{method.upper()} {path}"
    yield from check_requests(document)


def write_if_changed(path, text):
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    if arguments[0] == "--check":
        faults = list(check(load(arguments[1])))
        for fault in faults:
            print(f"{arguments[1]}: {fault}", file=sys.stderr)
        return 1 if faults else 0
    text = json.dumps(load(arguments[0]), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    write_if_changed(arguments[1], text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
