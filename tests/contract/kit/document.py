"""The OpenAPI document, and what it says of an answer."""

import importlib.util
import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .server import ROOT

SOURCE = ROOT / "openapi" / "bifrost.yaml"
BASE = "/api/v1"
PROBLEM = "application/problem+json"
# Nothing of the inside may stand in a problem: statements, constraints, sources, folders of the server.
LEAKS = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert into\b|\bupdate \w+ set\b|\bdelete from\b|sqlite|SQLSTATE|libpq|constraint|violates|_key\b|"
    r"\.cpp\b|\.sql\b|/tmp/|/home/|/var/|/usr/|/root/|std::|boost::|terminate called|stack",
    re.IGNORECASE | re.DOTALL,
)

_spec = importlib.util.spec_from_file_location("openapi_json", ROOT / "tools" / "openapi_json.py")
openapi_json = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(openapi_json)


class Fault(AssertionError):
    """An answer that the document does not promise."""


class Operation:
    def __init__(self, document, path, method, item, operation):
        self.id = operation["operationId"]
        self.path = path
        self.method = method
        self.operation = operation
        self.permission = operation["x-permission"]
        self.signed = operation.get("x-bifrost-signed", False)
        self.parameters = [openapi_json.resolve(document, p) for p in item.get("parameters", []) + operation.get("parameters", [])]
        self.responses = {code: openapi_json.resolve(document, r) for code, r in operation["responses"].items()}
        # A key of the store may hold slashes, everything else is one segment.
        pattern = re.sub(r"\\\{(\w+)\\\}", lambda m: "(?P<%s>%s)" % (m[1], ".+" if m[1] == "key" else "[^/]+"), re.escape(path))
        self.pattern = re.compile(pattern + r"\Z")

    def __repr__(self):
        return f"{self.method.upper()} {self.path}"


class Document:
    def __init__(self):
        self.data = openapi_json.load(SOURCE)
        self.operations = [Operation(self.data, *found) for found in openapi_json.operations(self.data)]
        # Paths without placeholders win: /uploads/batch is not /uploads/{id}.
        self.operations.sort(key=lambda o: (o.path.count("{"), o.path))
        self.by_id = {operation.id: operation for operation in self.operations}
        self._registry = Registry().with_resource("urn:bifrost", Resource.from_contents(self.data, default_specification=DRAFT202012))
        self._validators = {}

    def find(self, method, path):
        """The operation, and whether the path is known at all."""
        method = "get" if method.lower() == "head" else method.lower()
        known = False
        for operation in self.operations:
            if operation.pattern.match(path):
                known = True
                if operation.method == method:
                    return operation, True
        return None, known

    def errors(self, schema, value):
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(
                _absolute(schema), registry=self._registry, format_checker=FormatChecker(["uuid", "date-time", "date"])
            )
        return list(self._validators[key].iter_errors(value))

    def check_answer(self, response):
        """Raises Fault unless the document promises this answer."""
        request = response.request
        parts = urlsplit(request.url)
        operation, known = self.find(request.method, unquote(parts.path))
        if operation is None:
            return self._check_unknown(response, known)
        code = str(response.status_code)
        where = f"{request.method} {parts.path}{'?' + parts.query if parts.query else ''} → {code}"
        declared = operation.responses.get(code)
        if declared is None:
            raise Fault(f"{where}: not declared (declared: {sorted(operation.responses)})\n{response.text[:2000]}")
        for name, header in declared.get("headers", {}).items():
            self._check_header(where, response, name, openapi_json.resolve(self.data, header))
        content = declared.get("content", {})
        if request.method == "HEAD" or not content:
            if response.content and "'*/*'" not in str(list(content)):
                raise Fault(f"{where}: has a body that is not declared: {response.content[:200]!r}")
            return None
        self._check_body(where, response, content, parts.query)
        return None

    def _check_unknown(self, response, known):
        request = response.request
        path = urlsplit(request.url).path
        if not path.startswith(BASE) and not known:
            return  # the web UI's
        wanted = 405 if known else 404
        if response.status_code != wanted:
            raise Fault(f"{request.method} {path}: an address {'with other methods' if known else 'that is not there'} answers {wanted}, not {response.status_code}")
        self._check_problem(f"{request.method} {path} → {wanted}", response)
        if known and not response.headers.get("Allow"):
            raise Fault(f"{request.method} {path} → 405: Allow is missing")

    def _check_header(self, where, response, name, header):
        value = response.headers.get(name)
        if value is None:
            if header.get("required"):
                raise Fault(f"{where}: the header {name} is missing")
            return
        if header["schema"].get("type") == "integer" and not re.fullmatch(r"\d+", value):
            raise Fault(f"{where}: the header {name} is no integer: {value!r}")
        if name == "ETag" and not re.fullmatch(r'(W/)?"[^"]*"', value):
            raise Fault(f"{where}: the ETag is not quoted: {value!r}")

    def _check_body(self, where, response, content, query):
        received = response.headers.get("Content-Type", "").split(";")[0].strip()
        media = content.get(received) or content.get("*/*")
        if media is None:
            raise Fault(f"{where}: Content-Type is {received!r}, declared are {sorted(content)}")
        if received == PROBLEM:
            self._check_problem(where, response)
        if "json" not in received:
            return
        try:
            value = json.loads(response.content)
        except ValueError as error:
            raise Fault(f"{where}: the body is not JSON: {error}") from None
        errors = self.errors(media["schema"], value)
        if "fields" in parse_qs(query):
            # Only what was asked for is there, so nothing of an entity is required.
            errors = [e for e in errors if not (e.validator == "required" and (len(e.absolute_path) > 0 or "data" not in value))]
        if errors:
            lines = "\n".join(f"  /{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in errors[:10])
            raise Fault(f"{where}: the body is not what the document says:\n{lines}\n{response.text[:2000]}")

    def _check_problem(self, where, response):
        if response.request.method == "HEAD":
            return
        received = response.headers.get("Content-Type", "").split(";")[0].strip()
        if received != PROBLEM:
            raise Fault(f"{where}: an error has to be {PROBLEM}, not {received!r}: {response.text[:500]}")
        problem = response.json()
        errors = self.errors({"$ref": "#/components/schemas/Problem"}, problem)
        if errors:
            raise Fault(f"{where}: no problem as the document says: {[e.message for e in errors]}\n{response.text[:1000]}")
        if problem["status"] != response.status_code:
            raise Fault(f"{where}: the problem says {problem['status']}")
        if problem["request_id"] != response.headers.get("X-Request-Id"):
            raise Fault(f"{where}: the problem's request_id is not the header's")
        if response.status_code == 422 and not (problem.get("errors") or "Idempotency-Key" in problem["detail"] or "body" in problem["detail"]):
            raise Fault(f"{where}: a 422 names no field: {response.text[:1000]}")
        said = json.dumps({key: value for key, value in problem.items() if key != "instance"})
        if LEAKS.search(said):
            raise Fault(f"{where}: something of the inside leaks: {said}")


def _absolute(schema):
    if isinstance(schema, dict):
        return {key: "urn:bifrost" + value if key == "$ref" else _absolute(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_absolute(item) for item in schema]
    return schema


def route_key(method, pattern):
    """Patterns of the program and paths of the document in one form: `{rest...}` takes the rest of a path."""
    return method.upper(), re.sub(r"\{(\w+)(\.\.\.)?\}", r"{\1}", pattern)
