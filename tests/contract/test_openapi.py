"""The document is sound, and the program has exactly its routes."""

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from kit.document import PROBLEM, openapi_json, route_key
from kit.server import routes


def test_the_document_is_valid_openapi_3_1(document):
    errors = [f"{error.json_path}: {error.message[:300]}" for error in OpenAPIV31SpecValidator(document.data).iter_errors()]
    assert errors == []


def test_the_document_is_consistent(document):
    assert list(openapi_json.check(document.data)) == []


def examples(media):
    if "example" in media:
        yield media["example"]
    for example in media.get("examples", {}).values():
        yield example


def test_every_example_fits_its_schema(document):
    faults = []
    checked = 0

    def check(where, schema, example):
        nonlocal checked
        checked += 1
        value = openapi_json.resolve(document.data, example)
        if isinstance(value, dict) and set(value) == {"value"}:
            value = value["value"]
        faults.extend(f"{where}: {error.json_path}: {error.message[:200]}" for error in document.errors(schema, value))

    for operation in document.operations:
        for kind, media in operation.operation.get("requestBody", {}).get("content", {}).items():
            for example in examples(media):
                check(f"{operation} takes {kind}", media["schema"], example)
        for code, response in operation.responses.items():
            for media in response.get("content", {}).values():
                for example in examples(media):
                    check(f"{operation} → {code}", media["schema"], example)
        for parameter in operation.parameters:
            if "example" in parameter:
                check(f"{operation} {parameter['name']}", parameter["schema"], parameter["example"])
    assert faults == []
    assert checked > 500


def test_every_problem_that_is_declared_is_problem_json(document):
    for operation in document.operations:
        for code, response in operation.responses.items():
            if code.startswith("4"):
                assert list(response["content"]) == [PROBLEM], f"{operation} → {code}"


def test_the_program_has_exactly_the_routes_of_the_document(document):
    of_document = {route_key(o.method, o.path): o.id for o in document.operations}
    of_program = {route_key(r["method"], r["pattern"]): r["operation_id"] for r in routes()}
    assert sorted(set(of_program) - set(of_document)) == [], "routes that the document does not know"
    assert sorted(set(of_document) - set(of_program)) == [], "operations that the program does not have"
    assert of_program == of_document


def test_the_program_answers_the_document(world, document):
    answered = world.anonymous.get("/openapi.json").json()
    assert answered == document.data


def test_the_document_is_found_unchanged_by_its_etag(world):
    etag = world.anonymous.get("/openapi.json").headers.get("ETag")
    assert etag
    assert world.anonymous.session.get(world.anonymous.url("/openapi.json"), headers={"If-None-Match": etag}, timeout=10).status_code == 304


@pytest.mark.parametrize("path", ["/health", "/livez", "/readyz", "/metrics", "/version", "/config.json"])
def test_the_addresses_outside_answer_without_a_sign_in(world, path):
    assert world.anonymous.get(world.site.url + path).content
