#!/usr/bin/env bash
# ./dev bench [name…]: see bench/bench.py
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
exec python3 bench/bench.py "$@"
