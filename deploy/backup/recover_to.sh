#!/bin/sh
# Puts a database folder together that is as the server was at a time, out of the newest base backup before it and the log.
#   recover_to.sh ARCHIVE DATA [TIME]        TIME: "2026-11-24 13:45:00 UTC"; without it, as far as the log reaches
# Then start PostgreSQL on DATA as its user: it replays, stops at the time and takes writes.
set -eu
archive=$1 data=$2 time=${3:-}
[ ! -e "$data/PG_VERSION" ] || { echo "$data has a database already; give an empty folder" >&2; exit 1; }
limit=99999999T999999Z
[ -z "$time" ] || limit=$(date -u -d "$time" +%Y%m%dT%H%M%SZ) || { echo "TIME must be such as \"2026-11-24 13:45:00 UTC\"" >&2; exit 1; }
base=
for name in $(ls "$archive/base" | sort); do
    # The name is that of its beginning; it can be used from its end on, which the check below PostgreSQL makes itself.
    if [ "$(printf '%s\n%s\n' "$name" "$limit" | sort | head -n 1)" = "$name" ]; then base=$name; fi
done
[ -n "$base" ] || { echo "there is no base backup from before $time in $archive/base" >&2; exit 1; }
mkdir -p "$data"
cp -a "$archive/base/$base/." "$data/"
chmod 700 "$data"
touch "$data/recovery.signal"
{
    echo "restore_command = 'cp \"$archive/wal/%f\" \"%p\"'"
    # A recovered server must not write into the archive of the one that it was made of.
    echo "archive_mode = off"
    echo "recovery_target_action = promote"
    if [ -n "$time" ]; then echo "recovery_target_time = '$time'"; fi
} >>"$data/postgresql.auto.conf"
echo "out of $base; start PostgreSQL on $data"
