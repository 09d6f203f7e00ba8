#!/usr/bin/env bash
# Runs the suites one after another, prints each runner's own closing lines, and ends with one line that counts all tests.
#   tests/run.sh [--fast] [suite…]      suites: lint fmt unit service http asan tsan web browser contract cli production chaos deploy
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit

readonly LOGS=$PWD/build/test-logs
readonly FAST=(lint fmt unit http)
readonly ALL=(lint fmt unit service http web browser contract cli production chaos deploy) # asan and tsan take a build each: name them
passed=0 failed=0
export NO_COLOR=1 FORCE_COLOR=0 # the closing lines are read below

suites=()
for argument in "$@"; do
    case $argument in
        --fast) suites=("${FAST[@]}") ;;
        -*) echo "usage: ./dev test [--fast] [suite…]   suites: ${ALL[*]}" >&2; exit 2 ;;
        *) suites+=("$argument") ;;
    esac
done
[ ${#suites[@]} -gt 0 ] || suites=("${ALL[@]}")
mkdir -p "$LOGS"

wanted() { local name; for name in "${suites[@]}"; do [ "$name" != "$1" ] || return 0; done; return 1; }

# --- a PostgreSQL server for every suite, on a free port, in a temporary folder, as a user of its own. Without fsync: no test
#     here survives a power cut, and a killed process loses nothing of what the system has; a database a test is cheap then.
postgres_folder=
start_postgres() {
    [ -z "$postgres_folder" ] || return 0
    local bin=/usr/lib/postgresql/15/bin port as=()
    postgres_folder=$(mktemp -d /tmp/bifrost-postgres-XXXXXX)
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=postgres --regid=postgres --init-groups); chown postgres: "$postgres_folder"; fi
    (
        cd /
        "${as[@]}" $bin/initdb -D "$postgres_folder/data" -U bifrost -A trust --no-sync >"$LOGS/postgres.log" 2>&1 &&
            "${as[@]}" $bin/pg_ctl -D "$postgres_folder/data" -w -l "$postgres_folder/log" \
                -o "-p $port -k $postgres_folder -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off -c full_page_writes=off -c autovacuum=off" start >>"$LOGS/postgres.log" 2>&1
    ) || { echo "PostgreSQL did not start; see $LOGS/postgres.log" >&2; exit 1; }
    export BIFROST_TEST_POSTGRES_URL=postgresql://bifrost@127.0.0.1:$port/postgres
}
stop_postgres() {
    [ -n "$postgres_folder" ] || return 0
    local as=()
    [ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --init-groups)
    (cd / && "${as[@]}" /usr/lib/postgresql/15/bin/pg_ctl -D "$postgres_folder/data" -m immediate -w stop >/dev/null 2>&1)
    rm -rf "$postgres_folder"
}

# --- an S3 server for every suite: versitygw over a temporary folder
s3_folder='' s3_pid=
start_s3() {
    [ -z "$s3_folder" ] || return 0
    ./dev __s3_server >"$LOGS/s3-build.log" 2>&1 || { echo "the S3 server does not build; see $LOGS/s3-build.log" >&2; exit 1; }
    local port
    s3_folder=$(mktemp -d /tmp/bifrost-s3-XXXXXX)
    mkdir "$s3_folder/data"
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    export BIFROST_S3_SERVER=$PWD/build/tools/bin/versitygw BIFROST_TEST_S3_URL=http://127.0.0.1:$port
    ROOT_ACCESS_KEY=bifrost ROOT_SECRET_KEY=bifrost-secret "$BIFROST_S3_SERVER" --port "127.0.0.1:$port" --region us-east-1 \
        posix "$s3_folder/data" >"$LOGS/s3.log" 2>&1 &
    s3_pid=$!
    for _ in $(seq 200); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0; sleep 0.05; done
    echo "the S3 server did not start; see $LOGS/s3.log" >&2; exit 1
}
stop_s3() {
    [ -n "$s3_folder" ] || return 0
    kill "$s3_pid" 2>/dev/null
    rm -rf "$s3_folder"
}
trap 'stop_postgres; stop_s3' EXIT

# --- running and counting ------------------------------------------------------------------------------------------------
count() { passed=$((passed + $1)); failed=$((failed + $2)); }
sum() { grep -oE "$1" "$2" | grep -oE '[0-9]+' | awk '{ n += $1 } END { print n + 0 }'; }

# suite NAME KIND COMMAND…: runs it into a log and counts by the closing lines of that kind of runner.
suite() {
    local name=$1 kind=$2 log=$LOGS/$1.log start status good=0 bad=0; shift 2
    wanted "${name%%-*}" || return 0
    start=$(date +%s)
    "$@" >"$log" 2>&1; status=$?
    case $kind in
        gtest) good=$(sum '^\[  PASSED  \] [0-9]+ test' "$log"); bad=$(grep -cE '^\[  FAILED  \] .* \([0-9]+ ms\)$' "$log"); grep -E '^\[(  PASSED  |  FAILED  |==========)\] [0-9]+ test' "$log" ;;
        pytest) good=$(tail -n 3 "$log" | grep -oE '[0-9]+ passed' | awk '{n+=$1} END {print n+0}'); bad=$(tail -n 3 "$log" | grep -oE '[0-9]+ (failed|error)' | awk '{n+=$1} END {print n+0}'); tail -n 1 "$log" ;;
        vitest) good=$(grep -E '^ *Tests ' "$log" | grep -oE '[0-9]+ passed' | awk '{n+=$1} END {print n+0}'); bad=$(grep -E '^ *Tests ' "$log" | grep -oE '[0-9]+ failed' | awk '{n+=$1} END {print n+0}'); grep -E '^ *(Test Files|Tests) ' "$log" ;;
        node) good=$(sum '^(# |ℹ )pass [0-9]+' "$log"); bad=$(sum '^(# |ℹ )fail [0-9]+' "$log"); grep -E '^(# |ℹ )(tests|pass|fail) ' "$log" ;;
        check) [ $status = 0 ] && good=1 || bad=1; tail -n 1 "$log" ;;
    esac
    # A runner that fails without counting a failure (a crash, a build error) is one failure; so is one that ran nothing.
    if [ $status != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ $status = 0 ] && [ $((good + bad)) = 0 ]; then bad=1; echo "the suite $name ran no test"; fi
    count "$good" "$bad"
    if [ "$bad" != 0 ]; then
        echo "--- $name failed; the end of $log:"
        { grep -E '^\[  FAILED  \]|error:|FAILED|Failure|AssertionError|not ok|✖' "$log" | sort -u | head -n 40; tail -n 60 "$log"; }
    fi
    echo "== $name: $good passed, $bad failed ($(($(date +%s) - start)) s)"
}

build() { ./dev __build "$@"; }
gtest_suite() { # suite preset level
    suite "$1" gtest env BIFROST_BIN="$PWD/build/$2/bifrost" "build/$2/tests/bifrost_$3_tests" --gtest_brief=1
}
venv() {
    local home=$PWD/build/venv-tests
    if ! cmp -s tests/requirements.txt "$home/requirements.txt"; then
        rm -rf "$home" && python3 -m venv "$home" &&
            "$home/bin/pip" install -q --disable-pip-version-check -r tests/requirements.txt && cp tests/requirements.txt "$home/requirements.txt"
    fi
}

wanted lint && suite lint check ./dev lint
wanted fmt && suite fmt check ./dev fmt --check

./dev __web_build || { echo "the web UI does not build"; count 0 1; }
if wanted unit || wanted service || wanted http || wanted browser || wanted contract || wanted cli || wanted production || wanted chaos || wanted deploy; then
    if ! build release bifrost bifrost_unit_tests bifrost_service_tests bifrost_http_tests worker_chaos >"$LOGS/build.log" 2>&1; then
        tail -n 60 "$LOGS/build.log"; echo "the release build failed"; echo "$passed passed, $((failed + 1)) failed"; exit 1
    fi
fi
if wanted service || wanted contract || wanted cli || wanted browser || wanted asan || wanted tsan; then start_postgres; fi

if wanted service || wanted cli || wanted browser || wanted asan || wanted tsan; then start_s3; fi

gtest_suite unit release unit
gtest_suite service release service
gtest_suite http release http
if wanted web || wanted browser; then
    node_path=$(./dev __node_path); export PATH=$node_path:$PATH
fi
suite web vitest npm run --prefix web --silent test
suite browser node env BIFROST_BIN="$PWD/build/release/bifrost" npm run --prefix web --silent browser
if wanted contract || wanted cli || wanted production || wanted chaos || wanted deploy; then venv >"$LOGS/venv.log" 2>&1 || { cat "$LOGS/venv.log"; count 0 1; }; fi
suite contract pytest env BIFROST_BIN="$PWD/build/release/bifrost" build/venv-tests/bin/python -m pytest -q tests/contract
suite cli pytest env BIFROST_BIN="$PWD/build/release/bifrost" build/venv-tests/bin/python -m pytest -q tests/cli
if wanted chaos || wanted production || wanted deploy; then ./dev __s3_server >"$LOGS/s3-server.log" 2>&1 || { cat "$LOGS/s3-server.log"; count 0 1; }; fi
suite chaos pytest env BIFROST_BIN="$PWD/build/release/bifrost" build/venv-tests/bin/python -m pytest -q tests/chaos
! wanted chaos || grep -E '^[A-Za-z].*: .*\{' "$LOGS/chaos.log"
suite production pytest env BIFROST_BIN="$PWD/build/release/bifrost" build/venv-tests/bin/python -m pytest -q tests/production
suite production-contract pytest env BIFROST_BIN="$PWD/build/release/bifrost" BIFROST_CONTRACT_DATABASES=production \
    build/venv-tests/bin/python -m pytest -q tests/contract -k "production and not schemathesis"

if wanted deploy; then ./dev __deploy_tools >"$LOGS/deploy-tools.log" 2>&1 || { cat "$LOGS/deploy-tools.log"; count 0 1; }; fi
suite deploy pytest env BIFROST_BIN="$PWD/build/release/bifrost" build/venv-tests/bin/python -m pytest -q tests/deploy

for sanitizer in asan tsan; do
    wanted $sanitizer || continue
    if build $sanitizer bifrost bifrost_unit_tests bifrost_service_tests bifrost_http_tests >"$LOGS/build-$sanitizer.log" 2>&1; then
        for level in unit service http; do gtest_suite "$sanitizer-$level" $sanitizer $level; done
    else
        tail -n 40 "$LOGS/build-$sanitizer.log"; echo "the $sanitizer build failed"; count 0 1
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
