"""Bytes on their way in: one file to the local store and to S3, and the memory that this takes."""
import os
import socket
import subprocess
import time
import urllib.parse

from bench_site import PROGRAM, S3, Site, folder
from bench_table import note, row, timed


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
        remote = f":s3,provider=Other,access_key_id=bench,secret_access_key=bench-secret,region=us-east-1,no_check_bucket=true,endpoint='{server.url}':bucket/rclone"
        # no_check_bucket: rclone would make the bucket anew, which the server refuses, and ask for ever.
        # Settings of this machine for AWS (a bundle of authorities, keys) are not rclone's affair here.
        plain = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        rclone = timed("rclone", "copyto", source, remote, "--s3-chunk-size", "64M", "--s3-upload-concurrency", "6", "--config", "/dev/null", env=plain)
        timed("rclone", "deletefile", remote, "--config", "/dev/null", env=plain)
        timed("sync", "-f", base)
        site = Site(base, settings=server.settings)
        site.call("POST", "/api/v1/projects", {"code": "up", "name": "Uploads"})
        site.command("asset", "create", "hero", "--project", "up", "--type", "prop")
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
