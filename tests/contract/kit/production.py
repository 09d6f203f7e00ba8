"""The production shape in the place of one program: the same journeys, through nginx, on several processes."""

import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))

from production_stack import Stack  # noqa: E402


class ProductionSite:
    """What kit.server.Site is for one program."""

    def __init__(self):
        program = os.environ.get("BIFROST_BIN", ROOT / "build/release/bifrost")
        server = os.environ.get("BIFROST_S3_SERVER", ROOT / "build/tools/bin/versitygw")
        # Everyone here comes from one address.
        self.stack = Stack(program, server, environment={"SIGN_INS_PER_MINUTE": "0"})
        self.url = self.stack.url
        self.seen = None  # the token of the newest write
        self.token = self.run("token", "create", "--user", "owner", "--name", "ci")["token"]

    def run(self, *words):
        return json.loads(self.stack.run(*words, "--output", "json").stdout)

    def log(self):
        return self.stack.log()

    def stop(self):
        codes = self.stack.stop()
        if any(codes.values()):
            raise RuntimeError(f"the processes ended with {codes}")
