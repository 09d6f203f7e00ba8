"""Pictures made in the sandbox, of the bare programs."""
import datetime
import subprocess
import time

from bench_site import ROOT, Site, folder
from bench_table import note, row, timed
from ingest_figures import library


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
