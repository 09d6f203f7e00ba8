"""The checker of answers itself: what the document does not promise has to be found."""

import json

import pytest
import requests

from kit.document import Fault

ASSET = "/api/v1/assets/0197a0d2-3c4e-7b1a-9f00-1a2b3c4d5e6f"
PROBLEM = {"type": "about:blank", "title": "Not found", "status": 404, "detail": "There is no such asset.", "instance": ASSET, "request_id": "r1"}


def answer(status, body, media_type="application/json", method="GET", path=ASSET, **headers):
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update({"Content-Type": media_type, "X-Request-Id": "r1", **headers})
    response.request = requests.Request(method, "http://localhost" + path).prepare()
    return response


@pytest.fixture
def asset(document):
    return document.data["components"]["examples"]["asset"]["value"]


def test_a_right_answer_passes(document, asset):
    document.check_answer(answer(200, asset, ETag='"1"'))
    document.check_answer(answer(404, PROBLEM, "application/problem+json"))
    document.check_answer(answer(200, {**asset, "grown": True}, ETag='"1"'))
    document.check_answer(answer(200, {"id": asset["id"]}, path=ASSET + "?fields=id", ETag='"1"'))


def test_what_is_not_promised_is_found(document, asset):
    missing = {key: value for key, value in asset.items() if key != "status"}
    for wrong in (
        answer(201, asset, ETag='"1"'),
        answer(200, asset),
        answer(200, asset, ETag="1"),
        answer(200, asset, "text/html", ETag='"1"'),
        answer(200, b"not json", ETag='"1"'),
        answer(200, missing, ETag='"1"'),
        answer(200, {**asset, "revision": "1"}, ETag='"1"'),
        answer(200, {**asset, "id": "nonsense"}, ETag='"1"'),
        answer(200, {**asset, "created_at": "yesterday"}, ETag='"1"'),
        answer(304, asset, ETag='"1"'),
        answer(404, PROBLEM),
        answer(404, {**PROBLEM, "status": 400}, "application/problem+json"),
        answer(404, {**PROBLEM, "request_id": "other"}, "application/problem+json"),
        answer(404, {**PROBLEM, "detail": "SQLSTATE 42P01: select id from asset"}, "application/problem+json"),
        answer(404, {**PROBLEM, "detail": "can't open /var/lib/bifrost"}, "application/problem+json"),
        answer(422, {**PROBLEM, "status": 422, "detail": "No."}, "application/problem+json"),
        answer(500, {**PROBLEM, "status": 500}, "application/problem+json"),
        answer(404, PROBLEM, "application/problem+json", method="PUT"),
        answer(405, {**PROBLEM, "status": 405}, "application/problem+json", method="PUT"),
        answer(200, asset, path="/api/v1/nothing"),
    ):
        with pytest.raises(Fault):
            document.check_answer(wrong)
