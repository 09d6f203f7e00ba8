"""Assets read and written over HTTP, of pgbench with the same statements; what a replica takes; a kept answer, of nginx."""
import concurrent.futures
import json
import os
import statistics
import subprocess
import threading
import time
import urllib.request

from bench_site import PROGRAM, ROOT, Postgres, Site, folder, free_port, wrk
from bench_table import note, row

PRODUCTION = 200  # assets that the reads are made on


def fill(site):
    """A project with assets, in batches; the project and the ids of its assets."""
    project, _ = site.call("POST", "/api/v1/projects", {"code": "bench", "name": "Bench"})
    operations = [{"op": "create", "path": f"/projects/{project['id']}/assets", "body": {"code": f"asset_{i:04}", "name": f"Asset {i}", "type": "prop",
                   "tags": ["bench", "hero"], "description": "An asset to be read many times."}} for i in range(PRODUCTION)]
    answer, _ = site.call("POST", "/api/v1/batch", {"operations": operations})
    return project, [result["id"] for result in answer["results"]]


READ_ONE = ROOT / "bench/read_one.sql"
READ_LIST = ROOT / "bench/read_list.sql"
CREATE_ONE = ROOT / "bench/create_one.sql"


def hundred_of(script, target):
    """The statements of a one-asset transaction a hundred times over, in one transaction."""
    lines = script.read_text().splitlines()
    inserts = [line for line in lines if line.startswith("insert")]
    text = ["begin;"]
    for turn in range(100):
        numbered = [line.replace("as bigint), 0, 1,", f"as bigint), {turn}, 1,") for line in inserts]
        text += ["\\set number random(1, 1000000000000000)", *numbered]
    target.write_text("\n".join([*text, "commit;"]) + "\n")
    target.chmod(0o644)
    return target


def lua_get(base, name, header):
    path = base / name
    path.write_text(f'wrk.headers["If-None-Match"] = {json.dumps(header)}\n')
    return path


def measured(site, path, postgres=None, lua=None):
    """Requests a second, and milliseconds of CPU a request over all server processes."""
    wrk(site, path, seconds=2, lua=lua)
    before = site.cpu() + (postgres.cpu() if postgres else 0)
    rate, count = wrk(site, path, lua=lua)
    return rate, ((site.cpu() + (postgres.cpu() if postgres else 0)) - before) / count * 1000


def in_turns(postgres, site, script, path, defines, lua=None, turns=7):
    """pgbench and the site by turns of 2 s, so that whatever else runs meets both: the medians of the ratio, of ms of CPU a request, and of both rates."""
    ratios, costs, theirs, ours = [], [], [], []
    wrk(site, path, seconds=1, lua=lua)
    for _ in range(turns):
        theirs.append(postgres.pgbench(script, defines=defines, seconds=2))
        before = site.cpu() + postgres.cpu()
        rate, count = wrk(site, path, seconds=2, lua=lua)
        costs.append((site.cpu() + postgres.cpu() - before) / count * 1000)
        ours.append(rate)
        ratios.append(rate / theirs[-1])
    note("each turn " + " ".join(f"{ratio:.2f}" for ratio in ratios))
    return map(statistics.median, (ratios, costs, theirs, ours))


def reads():
    with folder() as base:
        (base / "pg").mkdir()
        postgres = Postgres(base / "pg")
        (base / "on_pg").mkdir()
        (base / "on_sqlite").mkdir()
        on_postgres, on_sqlite = Site(base / "on_pg", postgres.url), Site(base / "on_sqlite")
        project, ids = fill(on_postgres)
        lite_project, lite_ids = fill(on_sqlite)
        postgres.sql("vacuum analyze")
        ratio, cpu, one, rate = in_turns(postgres, on_postgres, READ_ONE, f"/api/v1/assets/{ids[7]}", [f"id={ids[7]}"])
        row("asset by id, PostgreSQL, of pgbench (median of 7)", ratio, 0.6, "more")
        row("  CPU a request, all processes, ms", cpu, 0.12, "less")
        lite, lite_cpu = measured(on_sqlite, f"/api/v1/assets/{lite_ids[7]}")
        row("asset by id, SQLite, of pgbench", lite / one, 1.2, "more")
        row("  CPU a request, ms", lite_cpu, 0.12, "less")
        note(f"pgbench {one:.0f}/s, on PostgreSQL {rate:.0f}/s, on SQLite {lite:.0f}/s")
        many = postgres.pgbench(READ_LIST, defines=[f"project={project['id']}"])
        rate, cpu = measured(on_postgres, f"/api/v1/projects/{project['id']}/assets?limit=100", postgres)
        row("list of 100 assets, of pgbench", rate / many, 0.6, "more")
        _, headers = on_postgres.call("GET", f"/api/v1/projects/{project['id']}/assets?limit=100")
        same, _ = measured(on_postgres, f"/api/v1/projects/{project['id']}/assets?limit=100", postgres, lua_get(base, "same.lua", headers["ETag"]))
        row("  unchanged (ETag), of pgbench", same / many, 1.8, "more")
        note(f"pgbench {many:.0f}/s, list {rate:.0f}/s ({cpu:.3f} ms CPU), unchanged {same:.0f}/s = {same / rate:.1f} × the list")
        for site in (on_postgres, on_sqlite):
            site.stop()
        postgres.stop()


def writes():
    with folder() as base:
        (base / "pg").mkdir()
        postgres = Postgres(base / "pg")
        (base / "on_pg").mkdir()
        site = Site(base / "on_pg", postgres.url)
        project, _ = fill(site)
        user = postgres.sql("select id from user_account limit 1")
        defines = [f"project={project['id']}", f"actor={user}"]
        script = base / "create.lua"
        script.write_text('''local n = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, string.format('{"code": "w%s_%d", "name": "Written", "type": "prop"}', os.time(), n))
end
''')
        ratio, _, one, rate = in_turns(postgres, site, CREATE_ONE, f"/api/v1/projects/{project['id']}/assets", defines, lua=script, turns=5)
        row("create one asset with its event, durable, of pgbench (median of 5)", ratio, 0.7, "more")
        batch = hundred_of(CREATE_ONE, base / "hundred.sql")
        hundred = postgres.pgbench(batch, clients=1, seconds=6, defines=defines)
        operations = lambda turn: [{"op": "create", "path": f"/projects/{project['id']}/assets", "body": {"code": f"b{turn}_{i}", "name": "Batch", "type": "prop"}} for i in range(100)]
        bodies = [operations(turn) for turn in range(60)]
        before, start = site.cpu() + postgres.cpu(), time.perf_counter()
        for body in bodies:
            site.call("POST", "/api/v1/batch", {"operations": body})
        seconds = time.perf_counter() - start
        row("create 100 assets in one batch, of pgbench", len(bodies) / seconds / hundred, 0.5, "more")
        note(f"pgbench {one:.0f} and {hundred:.1f} transactions/s, here {rate:.0f} and {len(bodies) / seconds:.1f}; a hundred takes "
             f"{(site.cpu() + postgres.cpu() - before) / len(bodies) * 1000:.1f} ms of CPU")
        site.stop()
        postgres.stop()


READS = 'bifrost_database_reads_total{target="%s"}'


def replicas():
    """One replica, two processes; readers that never write, beside writers that read back what they wrote."""
    with folder() as base:
        for name in ("pg", "pg2", "one", "two"):
            (base / name).mkdir()
        primary = Postgres(base / "pg")
        replica = primary.replica(base / "pg2")
        sites = [Site(base / name, primary.url, replica.url) for name in ("one", "two")]
        project, ids = fill(sites[0])
        for site in sites:
            for _ in range(200):
                if site.metric('bifrost_database_replica_up{replica="1"}') == 1:
                    break
                time.sleep(0.05)
            site.call("GET", f"/api/v1/assets/{ids[0]}")
        before = [(site.metric(READS % "replica_1"), site.metric(READS % "primary")) for site in sites]
        stop = time.monotonic() + 6
        written, stale = [0], [0]

        def write():
            turn = 0
            while time.monotonic() < stop:
                turn += 1
                first, second = sites[turn % 2], sites[(turn + 1) % 2]
                name = f"Name {turn}"
                _, headers = first.call("PATCH", f"/api/v1/assets/{ids[turn % 50]}", {"name": name})
                read, _ = second.call("GET", f"/api/v1/assets/{ids[turn % 50]}", headers={"X-Bifrost-Consistency": headers["X-Bifrost-Consistency"]})
                written[0] += 1
                stale[0] += read["name"] != name

        writer = threading.Thread(target=write)
        writer.start()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            rates = list(pool.map(lambda site: wrk(site, f"/api/v1/assets/{ids[60]}", connections=8, seconds=5), sites))
        writer.join()
        after = [(site.metric(READS % "replica_1"), site.metric(READS % "primary")) for site in sites]
        by_replica = sum(b[0] - a[0] for a, b in zip(before, after))
        by_primary = sum(b[1] - a[1] for a, b in zip(before, after))
        row("reads that the replica took, two processes", by_replica / (by_replica + by_primary), 0.9, "more")
        row("  own writes read as they were before", stale[0], 0, "less")
        note(f"{sum(rate for rate, _ in rates):.0f} reads/s by two processes; {by_replica:.0f} by the replica, {by_primary:.0f} by the primary (workers and sign-in too); "
             f"{written[0]} writes read back through the other process")
        for site in sites:
            site.stop()
        replica.stop()
        primary.stop()


NGINX = """daemon off; worker_processes 2; pid {base}/nginx.pid; error_log {base}/nginx.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000; sendfile on; server {{ listen 127.0.0.1:{port}; location / {{ root {base}/static; default_type application/json; }} }} }}
"""


def cached():
    """One asset that is kept, by an API process over PostgreSQL and Redis, of an nginx file of the same size."""
    with folder() as base:
        postgres = Postgres(base / "postgres") if not (base / "postgres").mkdir() else None
        redis_port, listen, port = free_port(), free_port(), free_port()
        running = [subprocess.Popen(["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(base)], stdout=subprocess.DEVNULL)]
        environment = {**os.environ, "DATABASE_URL": postgres.url, "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0", "BIFROST_DATA": str(base / "data")}
        admin = lambda *words: json.loads(subprocess.run([PROGRAM, *words, "--output", "json"], env=environment, check=True, capture_output=True).stdout)
        try:
            token = admin("token", "create", "--user", "owner", "--name", "bench")["token"]
            api = subprocess.Popen([PROGRAM, "api", "--listen", f"127.0.0.1:{listen}", "--admin-listen", "127.0.0.1:0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            running.append(api)
            while "listening" not in (api.stdout.readline() or "listening"):
                pass
            site = type("Api", (), {"url": f"http://127.0.0.1:{listen}", "token": token})

            def call(method, path, body):
                request = urllib.request.Request(site.url + path, json.dumps(body).encode(), {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}, method=method)
                return json.load(urllib.request.urlopen(request, timeout=30)), None

            site.call = staticmethod(call)
            _, ids = fill(site)
            path = f"/api/v1/assets/{ids[7]}"
            request = urllib.request.Request(site.url + path, headers={"Authorization": f"Bearer {token}"})
            body = urllib.request.urlopen(request, timeout=30).read()
            (base / "static").mkdir()
            (base / "static/asset").write_bytes(body)
            (base / "nginx.conf").write_text(NGINX.format(base=base, port=port))
            running.append(subprocess.Popen(["/usr/sbin/nginx", "-c", str(base / "nginx.conf"), "-p", str(base)]))
            time.sleep(1)
            nginx = type("Nginx", (), {"url": f"http://127.0.0.1:{port}", "token": token})
            static, _ = wrk(nginx, "/asset")
            rate, _ = wrk(site, path)
            row("cached asset by id, of an nginx file of the same size", rate / static, 0.4, "more")
            note(f"{len(body)} bytes: nginx {static:.0f}/s, here {rate:.0f}/s")
        finally:
            for one in reversed(running):
                one.terminate()
                one.wait()
            postgres.stop()
