#!/usr/bin/env python3
"""The figures of the foundation, as ratios against well-known programs in one run.

    ./dev bench                 all of them
    ./dev bench reads writes    some: ingest reads writes replicas cached upload s3 memory jobs chaos start previews folders build
    ./dev bench --markdown      the rows as a Markdown table

Needs wrk and pgbench (installed by ./dev bench). Everything is stored below /var/tmp (BIFROST_BENCH_DIR names another folder), on a real disk.
"""
import concurrent.futures
import datetime
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

import edits
import folder_figures
from bench_site import PROGRAM, ROOT, S3, Postgres, Site, folder, free_port, wrk

ROWS = []
PRODUCTION = 200  # assets that the reads are made on


def row(what, value, target, better):
    """`better`: 'more' or 'less'."""
    good = value >= target if better == "more" else value <= target
    ROWS.append((what, value, target, better, good))
    sign = "≥" if better == "more" else "≤"
    print(f"{what:74s} {value:9.3f}   {sign} {target:<6g} {'ok' if good else 'SHORT'}", flush=True)


def note(text):
    print("    " + text, flush=True)


def timed(*command, **options):
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


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
JOB = ROOT / "bench/job.sql"


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


def library(base):
    """The files of Debian's supertuxkart-data, unpacked into `base`."""
    here = pathlib.Path("/usr/share/games/supertuxkart/data")
    if here.exists():
        return here
    kept = ROOT / "build/supertuxkart"
    if not (kept / "usr/share/games/supertuxkart/data").exists():
        kept.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "supertuxkart-data"], check=True, cwd=kept, stdout=subprocess.DEVNULL)
        subprocess.run(["dpkg", "-x", str(next(kept.glob("*.deb"))), str(kept)], check=True)
    return kept / "usr/share/games/supertuxkart/data"


def ingest():
    with folder() as base:
        source = library(base)
        timed("sh", "-c", f"find {source} -type f -print0 | xargs -0 cat")  # both sides read from a warm cache
        cp = timed("cp", "-r", source, base / "copy")
        sync = timed("sync", "-f", base / "copy")
        hashes = timed("sh", "-c", f"find {source} -type f -print0 | xargs -0 sha256sum")
        site = Site(base)
        site.call("POST", "/api/v1/projects", {"code": "stk", "name": "SuperTuxKart", "kind": "library"})
        arguments = ["ingest", source, "--project", "stk", "--rules", ROOT / "examples/supertuxkart/rules.yaml", "--output", "json"]
        start = time.perf_counter()
        counts = json.loads(site.command(*arguments).stdout)
        first = time.perf_counter() - start
        row("ingest of supertuxkart-data, of cp + sync + sha256sum", first / (cp + sync + hashes), 1.5, "less")
        start = time.perf_counter()
        again = json.loads(site.command(*arguments).stdout)
        second = time.perf_counter() - start
        row("  the second time, of sha256sum", second / hashes, 0.4, "less")
        note(f"cp {cp:.2f} s, sync {sync:.2f} s, sha256sum {hashes:.2f} s, ingest {first:.2f} s and {second:.2f} s")
        note(f"first {counts}; second {again}")
        site.stop()


def put_file(url, path, size):
    """PUTs a file with sendfile(2): the cheapest client there is, because it shares two cores with what is measured. The etag."""
    parts = urllib.parse.urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port)) as connection, open(path, "rb") as file:
        connection.sendall(f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        connection.sendfile(file)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head = answer.decode().split("\r\n\r\n")[0].split("\r\n")
    if " 200 " not in head[0]:
        raise RuntimeError(answer)
    return next(line.split(":", 1)[1].strip().strip('"') for line in head if line.lower().startswith("etag:"))


def s3():
    """One large file to the S3 server by `bifrost publish` (hashing it first, then parts of 64 MiB) and by rclone (the same)."""
    with folder() as base:
        size = int(float(os.environ.get("BIFROST_BENCH_S3_BYTES", 5e9)))
        source = base / "source"
        timed("sh", "-c", f"head -c {size} /dev/urandom >{source}; sync -f {source}")
        server = S3(base)
        remote = f":s3,provider=Other,access_key_id=bench,secret_access_key=bench-secret,region=us-east-1,endpoint='{server.url}':bucket/rclone"
        rclone = timed("rclone", "copyto", source, remote, "--s3-chunk-size", "64M", "--s3-upload-concurrency", "6", "--config", "/dev/null")
        timed("rclone", "deletefile", remote, "--config", "/dev/null")
        timed("sync", "-f", base)
        site = Site(base, settings=server.settings)
        site.call("POST", "/api/v1/projects", {"code": "up", "name": "Uploads"})
        site.command("asset", "create", "up", "hero", "--type", "prop")
        start = time.perf_counter()
        sender = subprocess.Popen([PROGRAM, "publish", "up:hero", "plate", source], env=site.environment, stdout=subprocess.DEVNULL, stderr=open(base / "publish.log", "w"))
        uploaded, peak = None, 0.0
        while sender.poll() is None:
            # The job that reads the object back is queued when the upload is completed.
            if uploaded is None and site.call("GET", "/api/v1/jobs?kind=checksum&limit=1")[0]["data"]:
                uploaded = time.perf_counter() - start
            peak = max(peak, site.memory())
            time.sleep(0.05)
        if sender.returncode or uploaded is None:
            raise RuntimeError((base / "publish.log").read_text())
        published = time.perf_counter() - start
        row(f"upload of {size / 1e9:g} GB to S3, of rclone's time", rclone / uploaded, 0.9, "more")
        row("  memory of the program meanwhile, MB", peak, 100, "less")
        note(f"rclone {rclone:.1f} s, bifrost publish {uploaded:.1f} s until it was uploaded, {published:.1f} s until it was verified and published")
        site.stop()
        server.stop()


def upload():
    with folder() as base:
        size = 64 * 1024 * 1024
        source = base / "source"
        ratios = []
        site = Site(base)
        project, _ = site.call("POST", "/api/v1/projects", {"code": "up", "name": "Uploads"})
        for _ in range(5):
            source.write_bytes(os.urandom(size))
            dd = timed("dd", f"if={source}", f"of={base / 'copy'}", "bs=1M", "conv=fsync")
            start = time.perf_counter()
            made, _ = site.call("POST", "/api/v1/uploads", {"project_id": project["id"], "name": "source", "size": size})
            etags = []
            for part in made["parts"]:
                etags.append(put_file(site.url + part["url"], source, size))
            done, _ = site.call("POST", f"/api/v1/uploads/{made['id']}/complete", {"parts": [{"number": part["number"], "etag": etag} for part, etag in zip(made["parts"], etags)]})
            seconds = time.perf_counter() - start
            if done["state"] != "complete":
                raise RuntimeError(done)
            ratios.append((dd / seconds, size / dd / 1e6, size / seconds / 1e6))
        ratios.sort()
        middle = ratios[len(ratios) // 2]
        row("upload of 64 MB, hashed and fsynced, of dd conv=fsync (median of 5)", middle[0], 0.8, "more")
        note(f"dd {middle[1]:.0f} MB/s, upload {middle[2]:.0f} MB/s")
        site.stop()


def memory():
    with folder() as base:
        site = Site(base)
        time.sleep(2)
        row("memory of `bifrost serve`, idle, MB", site.memory(), 40, "less")
        project, _ = site.call("POST", "/api/v1/projects", {"code": "up", "name": "Uploads"})
        size = 5_000_000_000
        source = base / "source"
        with open(source, "wb") as file:
            file.truncate(size)  # sparse here, written out in full by the server
        made, _ = site.call("POST", "/api/v1/uploads", {"project_id": project["id"], "name": "big", "size": size})
        peak, part_size = 0.0, made["part_size"]
        for part in made["parts"]:
            sender = subprocess.Popen(["sh", "-c", f"dd if={source} bs={part_size} skip={part['number'] - 1} count=1 iflag=fullblock status=none | "
                                       f"curl -sSf -o /dev/null -H 'Content-Length: {part['size']}' -H 'Transfer-Encoding:' -T - '{site.url}{part['url']}'"])
            while sender.poll() is None:
                peak = max(peak, site.memory())
                time.sleep(0.02)
            if sender.returncode:
                raise RuntimeError(f"part {part['number']} failed")
        row("  while 5 GB go through it, MB", peak, 100, "less")
        site.stop()


def jobs():
    subprocess.run([ROOT / "dev", "__build", "release", "bifrost_jobs_bench"], check=True)
    program = ROOT / "build/release/bench/bifrost_jobs_bench"
    with folder() as base:
        (base / "pg").mkdir()
        postgres = Postgres(base / "pg")
        measure = lambda what, amount: float(subprocess.run([program, postgres.url, what, str(amount)], check=True, capture_output=True, text=True).stdout)
        measure("one", 1)  # the schema, and a first warmth
        once = postgres.pgbench(JOB, clients=1, seconds=8)
        postgres.sql("delete from job")
        one = measure("one", 8)
        row("jobs, enqueue to done, one by one, durable, of pgbench", one / once, 0.5, "more")
        cpu = postgres.cpu()
        groups = measure("groups", 8)
        row("jobs a second, enqueued, claimed and finished in groups of 500", groups, 5000, "more")
        note(f"pgbench {once:.0f}/s, one by one {one:.0f}/s; in groups PostgreSQL takes {(postgres.cpu() - cpu) / groups / 8 * 1000:.3f} ms of CPU a job")
        note(f"a backlog through one worker with 64 threads: {measure('workers', 6):.0f}/s")
        postgres.sql("delete from job")
        row("wake-up of another process, ms (median of 300)", measure("wake", 300), 5, "less")
        postgres.stop()


def chaos():
    """The long run of tests/chaos: its counts are printed, and anything wrong fails it."""
    subprocess.run([ROOT / "dev", "__build", "release", "worker_chaos"], check=True)
    python = ROOT / "build/venv-tests/bin/python"
    subprocess.run([python if python.exists() else sys.executable, "-m", "pytest", "-q", ROOT / "tests/chaos"], check=True, cwd=ROOT, env={**os.environ, "BIFROST_CHAOS": "long"})


def start():
    with folder() as base:
        times = []
        for turn in range(7):
            (base / str(turn)).mkdir()
            first = Site(base / str(turn))
            first.stop()
            again = Site(base / str(turn))
            times.append(again.start_seconds * 1000)
            again.stop()
        row("start to first answered request, ms (median of 7)", sorted(times)[3], 150, "less")


def previews():
    subprocess.run(["ninja", "-C", str(ROOT / "build/release"), "--quiet", "bifrost_preview_bench"], check=True)
    with folder() as base:
        pattern = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=4096x2160,noise=alls=12", "-frames:v", "1"]
        timed(*pattern, "-pix_fmt", "gbrpf32le", base / "a.exr")
        timed(*pattern, "-pix_fmt", "rgb24", base / "a.png")
        timed(*pattern, "-q:v", "2", base / "a.jpg")
        lines = subprocess.run([str(ROOT / "build/release/bench/bifrost_preview_bench"), *(str(base / f"a.{kind}") for kind in ("exr", "png", "jpg"))],
                               check=True, capture_output=True, text=True).stdout.splitlines()
        figures = {line.split()[0]: line.split()[1:] for line in lines}
        row("start of the sandbox, ms (median of 31)", float(figures["start"][0]), 15, "less")
        note(f"of /usr/bin/true; without the sandbox {figures['bare_start'][0]} ms")
        for kind in ("exr", "png", "jpg"):
            row(f"preview of a 4K {kind.upper()} in the sandbox, of the bare program (median of 7)", float(figures[kind][0]), 1.15, "less")
            note(f"{figures[kind][1]} ms and {figures[kind][2]} ms")
    library_pictures()


def library_pictures():
    """All pictures of the library as one version, against the same program over the same files; each distinct picture once on both sides."""
    with folder() as base:
        source, pictures, seen = library(base), base / "pictures", set()
        pictures.mkdir()
        for number, path in enumerate(sorted(source.rglob("*"))):
            data = path.read_bytes() if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".svg") and path.is_file() else b""
            if data and hash(data) not in seen:
                seen.add(hash(data))
                (pictures / f"{number % 40:02}").mkdir(exist_ok=True)
                (pictures / f"{number % 40:02}" / f"p{number}{path.suffix.lower()}").write_bytes(data)
        (base / "out").mkdir()
        command = f"find {pictures} -type f -print0 | xargs -0 -n1 -P2 vipsthumbnail -s '2048x2048>' --export-profile srgb -o '{base}/out/%s.webp[Q=82,effort=2,strip]'"
        start = time.perf_counter()
        subprocess.run(["sh", "-c", command], stderr=subprocess.DEVNULL)
        bare = time.perf_counter() - start
        site = Site(base)
        site.call("POST", "/api/v1/projects", {"code": "stk", "name": "SuperTuxKart", "kind": "library"})
        site.command("ingest", pictures, "--project", "stk", "--rules", ROOT / "bench/pictures.yaml", "--output", "json")
        jobs = lambda: site.call("GET", "/api/v1/jobs?kind=preview&limit=1000")[0]["data"]
        while any(job["state"] in ("queued", "running", "failed") for job in jobs()):
            time.sleep(0.2)
        done = jobs()
        first, last = min(job["started_at"] for job in done), max(job["finished_at"] for job in done)
        seconds = (datetime.datetime.fromisoformat(last) - datetime.datetime.fromisoformat(first)).total_seconds()
        row("the library's pictures in all widths, of xargs -P2 vipsthumbnail", seconds / bare, 1.3, "less")
        total = {key: sum(job["result"][key] for job in done) for key in ("ready", "failed", "none")}
        note(f"{len(seen)} pictures: {total}; vipsthumbnail {bare:.1f} s (the largest width alone), here {seconds:.1f} s")
        site.stop()


def build():
    with folder() as base:
        environment = {**os.environ, "CCACHE_DISABLE": "1"}
        start = time.perf_counter()
        subprocess.run(["cmake", "--preset", "release", "-B", str(base / "release")], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)
        subprocess.run(["ninja", "-C", str(base / "release"), "bifrost"], check=True, stdout=subprocess.DEVNULL, env=environment)
        row("clean release build, minutes", (time.perf_counter() - start) / 60, 5, "less")
        test = "tests/unit/text_test.cpp"
        subprocess.run(["cmake", "--preset", "dev", "-B", str(base / "dev"), f"-DBIFROST_TEST_FILES={test}", "-DBIFROST_TEST_ROOMS=core"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)
        subprocess.run(["ninja", "-C", str(base / "dev"), "bifrost_some_tests"], check=True, stdout=subprocess.DEVNULL, env=environment)
        edited = ROOT / "src/core/text.cpp"
        os.utime(edited)
        seconds = timed("ninja", "-C", base / "dev", "bifrost_some_tests", env=environment) + timed(base / "dev/tests/bifrost_some_tests")
        row("one-file edit to a passing unit test, seconds", seconds, 15, "less")


def folders():
    folder_figures.run(row, note)


ALL = {"ingest": ingest, "reads": reads, "writes": writes, "replicas": replicas, "cached": cached, "upload": upload, "s3": s3, "memory": memory, "jobs": jobs, "chaos": chaos, "start": start, "previews": previews, "folders": folders, "edits": lambda: edits.edits(row), "build": build}


def main():
    markdown = "--markdown" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or [name for name in ALL if name != "chaos"]  # the faults take half an hour: name them
    for name in names:
        if name not in ALL:
            sys.exit(f"bench: there is no benchmark '{name}'; there are {', '.join(ALL)}")
    for name in names:
        ALL[name]()
    if markdown:
        print("\n| what | measured | target | |\n|---|---|---|---|")
        for what, value, target, better, good in ROWS:
            print(f"| {what.strip()} | {value:.3f} | {'≥' if better == 'more' else '≤'} {target:g} | {'met' if good else 'short'} |")


if __name__ == "__main__":
    main()
