#!/usr/bin/env bash
# The server's disk is full (a small tmpfs): changes are refused for now, reading goes on, nothing that was
# acknowledged is lost, and it resumes by itself. Needs root for the mount; prints the figures.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"

mkdir "$work/server"
mount -t tmpfs -o size=6m tmpfs "$work/server" || fail 'no tmpfs here'
trap 'stop_server; umount "$work/server"; rm -rf "$work"' EXIT
begin_server
as hr org create --name 'Prøve' --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
invite=$(field .invite "$(as hr invite create --user kari --name Kari --role leader --unit 1902)")
as kari join "$invite" --device telefon >/dev/null
sync_as kari >/dev/null
body=$(head -c 60000 /dev/urandom | base64 -w0)
written=0 refused=
while [[ -z $refused && $written -lt 400 ]]; do
  as kari note add --title "nr $((written + 1))" --body "$body" >/dev/null
  written=$((written + 1))
  reply=$(sync_as kari)
  [[ $(jq -r '(.notices // []) | join(" ")' <<<"$reply") != *'did not take'* ]] || refused=$written
done
[[ -n $refused ]] || fail "the disk never was full after $written notes"
reached=$(field .reached "$(sync_as hr)")
[[ $reached == centre ]] || fail 'reading stopped with the disk'
notes=$(as kari note list | jq '.notes | length')
[[ $notes == "$written" ]] || fail "$notes notes instead of $written"
mount -o remount,size=64m "$work/server"
for attempt in 1 2 3; do reply=$(sync_as kari); done
[[ $(as kari doctor | jq -r '.checks[] | select(.check == "changes") | .ok') == true ]] ||
  fail "not resumed: $reply"
stop_server
"$samla_server" verify --dir "$work/server" >/dev/null || fail 'the database does not verify'
printf 'full disk: refused from change %s on, reading went on, resumed by itself, 0 of %s lost\n' \
  "$refused" "$written"
