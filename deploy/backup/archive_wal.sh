#!/bin/sh
# PostgreSQL's archive_command: keeps one segment of the log, durable before it says so.
#   archive_mode = on
#   archive_command = '/opt/bifrost/backup/archive_wal.sh %p %f /backup/postgres'
#   archive_timeout = 60s
set -eu
from=$1 name=$2 archive=$3/wal
[ -d "$3" ] || { echo "the archive $3 is not there (is it mounted?)" >&2; exit 1; }
mkdir -p "$archive"
# Tried again after a crash: the same bytes are fine, other bytes are never written over.
if [ -f "$archive/$name" ]; then cmp -s "$from" "$archive/$name"; exit; fi
cp "$from" "$archive/.$name.new"
sync "$archive/.$name.new"
mv "$archive/.$name.new" "$archive/$name"
sync "$archive"
