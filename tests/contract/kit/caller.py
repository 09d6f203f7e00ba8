"""Who calls the API: a session that checks every answer against the document."""

import requests

from .document import BASE


class Caller:
    """Calls as somebody. Paths are below /api/v1, unless they begin with the site's address."""

    def __init__(self, site, document, token=None):
        self.site = site
        self.document = document
        self.session = requests.Session()
        # Nothing of the surroundings (proxies, .netrc) may change a request.
        self.session.trust_env = False
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def url(self, path):
        if path.startswith(("http://", "https://")):
            return path
        if path.startswith(BASE + "/") or path == BASE:
            return self.site.url + path
        return self.site.url + BASE + path

    def call(self, method, path, expect=None, **options):
        options.setdefault("timeout", 60)
        options.setdefault("allow_redirects", False)
        # What a sign-in sets must not sign in whoever calls next: cookies are given by hand where a test wants them.
        kept = self.session.cookies.copy()
        # Behind a proxy the next request may reach another process: whoever wrote says so, as every client does.
        seen = getattr(self.site, "seen", None)
        if seen and path.startswith("/") and "X-Bifrost-Consistency" not in (options.get("headers") or {}):
            options["headers"] = {**(options.get("headers") or {}), "X-Bifrost-Consistency": seen}
        response = self.session.request(method, self.url(path), **options)
        self.session.cookies = kept
        if hasattr(self.site, "seen"):
            self.site.seen = response.headers.get("X-Bifrost-Consistency", self.site.seen)
        self.document.check_answer(response)
        if expect is not None:
            wanted = expect if isinstance(expect, (set, tuple, list)) else {expect}
            assert response.status_code in wanted, (
                f"{method} {path} → {response.status_code}, expected {expect}\n{response.text[:2000]}\n--- log\n{self.site.log()[-3000:]}"
            )
        return response

    def get(self, path, expect=200, **options):
        return self.call("GET", path, expect, **options)

    def head(self, path, expect=200, **options):
        return self.call("HEAD", path, expect, **options)

    def post(self, path, json=None, expect=(200, 201), **options):
        return self.call("POST", path, expect, json=json, **options)

    def put(self, path, json=None, expect=(200, 201), **options):
        return self.call("PUT", path, expect, json=json, **options)

    def patch(self, path, json=None, expect=200, **options):
        return self.call("PATCH", path, expect, json=json, **options)

    def delete(self, path, expect=(200, 204), **options):
        return self.call("DELETE", path, expect, **options)

    def all(self, path, params=None):
        """Every item of a list, page by page."""
        params = dict(params or {})
        items = []
        while True:
            page = self.get(path, params=params).json()
            items.extend(page["data"])
            if not page["next_cursor"]:
                return items
            params["cursor"] = page["next_cursor"]


def pointers(response):
    """The bad fields that a 422 names."""
    return {error["pointer"] for error in response.json().get("errors", [])}
