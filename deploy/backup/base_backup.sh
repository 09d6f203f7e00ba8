#!/bin/sh
# A base backup to recover from, checked, in ARCHIVE/base/<time in UTC>; older ones than KEEP days and the log before the oldest one are removed.
#   base_backup.sh ARCHIVE URL [KEEP]
set -eu
archive=$1 url=$2 keep=${3:-14}
PATH=$PATH:/usr/lib/postgresql/15/bin
name=$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$archive/base"
rm -rf "$archive/base/.unfinished"
pg_basebackup -d "$url" -D "$archive/base/.unfinished" -c fast -X fetch --manifest-checksums=SHA256
pg_verifybackup -q "$archive/base/.unfinished"
mv "$archive/base/.unfinished" "$archive/base/$name"
sync "$archive/base"
# The newest one always stays.
find "$archive/base" -mindepth 1 -maxdepth 1 -name '2*Z' ! -name "$name" -mtime "+$keep" -exec rm -rf {} +
oldest=$(ls "$archive/base" | sort | head -n 1)
first=$(sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\))$/\1/p' "$archive/base/$oldest/backup_label")
if [ -d "$archive/wal" ]; then pg_archivecleanup "$archive/wal" "$first"; fi
echo "$archive/base/$name"
