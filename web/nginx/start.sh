#!/bin/sh
# Writes nginx' settings and /config.json out of the environment into /tmp, the only place that it writes to, and becomes nginx.
#   PORT (80)  API_URL: the API's public address  API_UPSTREAM: how this machine reaches it  ENVIRONMENT  VERSION
set -eu
PORT=${PORT:-80}
ENVIRONMENT=${ENVIRONMENT:-production}
VERSION=${VERSION:-unknown}
for name in API_URL API_UPSTREAM; do
    value=$(printenv "$name" || true)
    case $value in
        http://*|https://*) ;;
        *) echo "$name must be the address of the API, such as https://api.bifrost.example.com; it is '$value'" >&2; exit 2 ;;
    esac
    case $value in *[\"\'\;\{\}\\\ ]*) echo "$name has a character that no address has: $value" >&2; exit 2 ;; esac
done
# Names are asked for anew while it runs: an API that moved is found again.
RESOLVER=$(awk '$1 == "nameserver" { print ($2 ~ /:/ ? "[" $2 "]" : $2); exit }' /etc/resolv.conf)
export PORT API_URL API_UPSTREAM ENVIRONMENT VERSION RESOLVER="${RESOLVER:-127.0.0.1}"
files=${TEMPLATES:-/etc/bifrost}
run=${RUN:-/tmp/nginx}
export ROOT="${ROOT:-/srv/bifrost}" RUN="$run"
mkdir -p "$run"
# shellcheck disable=SC2016
envsubst '$PORT $API_UPSTREAM $RESOLVER $ROOT $RUN' <"$files/nginx.conf.template" >"$run/nginx.conf"
# shellcheck disable=SC2016
envsubst '$API_URL $ENVIRONMENT $VERSION' <"$files/config.json.template" >"$run/config.json"
exec nginx -c "$run/nginx.conf" -g 'daemon off;'
