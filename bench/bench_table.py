"""The rows that a benchmark prints, and how a command is timed."""
import subprocess
import time

ROWS = []


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
