#!/usr/bin/env bash
# A release for one machine: tools/make_tarball.sh PROGRAM OUT.tar.gz. The same program gives the same bytes.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
program=$(readlink -f "$1") out=$(readlink -m "$2")
version=$(sed -n 's/^project(bifrost VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
stage=$(mktemp -d) && trap 'rm -rf "$stage"' EXIT
root=$stage/bifrost-$version
install -D -m 755 -s "$program" "$root/bin/bifrost"
install -d "$root/share/systemd" "$root/share/backup" "$root/share/docs"
install -m 644 deploy/systemd/*.service "$root/share/systemd/"
install -m 755 deploy/backup/*.sh "$root/share/backup/"
cp -r deploy/monitoring "$root/share/"
cp -r docs/operations "$root/share/docs/"
install -m 644 LICENSE CHANGELOG.md "$root/"
python3 tools/sbom.py "$program" >"$root/share/bifrost.cdx.json"
chmod -R u=rwX,go=rX "$root"
mkdir -p "$(dirname "$out")"
tar -C "$stage" --sort=name --mtime=@${SOURCE_DATE_EPOCH:-1790000000} --owner=0 --group=0 --numeric-owner -cf - "bifrost-$version" | gzip -9n >"$out"
sha256sum "$out"
