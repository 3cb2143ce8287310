#!/usr/bin/env bash
# What goes wrong at people's desks: each gives one clear line and the right exit status, and loses nothing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"
passed=0

# refused STATUS CODE WHO ARGS...: the command must end with STATUS and, as JSON, name CODE.
refused() {
  local status=$1 code=$2 who=$3 got=0 reply
  shift 3
  reply=$(as "$who" "$@" 2>"$work/stderr") || got=$?
  [[ $got == "$status" ]] || fail "'$*' ended with $got instead of $status: $reply $(cat "$work/stderr")"
  if [[ -n $code ]]; then
    [[ $(jq -r .error.code <<<"$reply") == "$code" ]] || fail "'$*' said $reply instead of $code"
    [[ -n $(jq -r '.error.message // ""' <<<"$reply") ]] || fail "'$*' has no message"
  fi
  passed=$((passed + 1))
}
# is WHAT GOT WANTED
is() {
  [[ $2 == "$3" ]] || fail "$1: '$2' instead of '$3'"
  passed=$((passed + 1))
}
notes_of() { as "$1" note list | jq '.notes | length'; }

# ---- joining

# mangled TEXT AT: with another letter there, whichever it has (one in 64 had the fixed one already).
mangled() {
  local letter=A
  [[ ${1:$2:1} != A ]] || letter=B
  printf '%s' "${1:0:$2}$letter${1:$(($2 + 1))}"
}

begin_server
url="ws://127.0.0.1:$port/#$fragment"
as hr org create --name 'Prøve' --server "$url" >/dev/null
refused 1 claim_used hr2 org create --name 'Til' --server "$url"
is 'a failed org create leaves' "$(ls -A "$work/hr2" 2>/dev/null | wc -l)" 0
refused 1 invite_mangled hr2 org create --name 'Til' --server "$(mangled "$url" $((${#url} - 2)))"
invite=$(field .invite "$(as hr invite create --user kari --name Kari --role leader --unit 1902)")
as kari join "$invite" --device telefon >/dev/null
refused 1 invite_used thief join "$invite" --device telefon
is 'a failed join leaves' "$(ls -A "$work/thief" 2>/dev/null | wc -l)" 0
refused 1 invite_mangled thief join "$(mangled "$invite" 100)" --device telefon
refused 1 invite_mangled thief join 'samla:' --device telefon
late=$(field .invite "$(as hr invite create --user per --name Per --role leader --unit 1902 --expires 1s)")
sleep 1.2
refused 1 invite_expired per join "$late" --device telefon
refused 1 already_exists kari join "$late" --device telefon

# ---- the passphrase

as kari note add --title 'første' --body 'blåbær' >/dev/null
SAMLA_PASSPHRASE=feil refused 1 wrong_passphrase kari note list
refused 1 store_missing nobody note list
is 'notes after a wrong passphrase' "$(notes_of kari)" 1

# ---- wrong use

refused 2 '' kari note frobnicate
refused 2 '' kari note add --nonsense x
refused 1 '' kari note show 00000000
printf '\xff\xfe' | refused 1 '' kari note add --title dårlig --stdin
printf 'linje 1\r\nlinje 2\n\n' | as kari note add --title bytes --stdin >/dev/null
is 'bytes from stdin' "$(as kari note list | jq -r '.notes[] | select(.title == "bytes") | .body | @base64')" \
  "$(printf 'linje 1\r\nlinje 2\n\n' | base64 -w0)"
as kari note add --title '' --body '' >/dev/null
is 'empty note' "$(as kari note list | jq '[.notes[] | select(.title == "" and .body == "")] | length')" 1

# ---- the server is away, or another one, or not one at all

sync_as kari >/dev/null
stop_server
as kari note add --title 'uten dekning' --body 'x' >/dev/null
refused 3 '' kari sync
is 'an offline sync reached' "$(as kari sync | jq -r .reached || true)" none
mv "$work/server" "$work/server.kept"
"$samla_server" init --dir "$work/server" >/dev/null
start_server
refused 1 wrong_server_key kari sync
is 'notes after a wrong server' "$(notes_of kari)" 4
stop_server
rm -rf "$work/server"
mv "$work/server.kept" "$work/server"
start_server
sync_as kari >/dev/null
status=0
"$samla_server" run --dir "$work/server" --listen "127.0.0.1:$port" >"$work/second" 2>&1 || status=$?
is 'a second server on the folder ends with' "$status" 1
is 'its lines' "$(wc -l <"$work/second")" 1
for bytes in 'GET / HTTP/1.1\r\n\r\n' '\x00\x01\x02\x03' 'GET /sync HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'; do
  printf "$bytes" >"/dev/tcp/127.0.0.1/$port" 2>/dev/null || true
done
head -c 200000 /dev/urandom >"/dev/tcp/127.0.0.1/$port" 2>/dev/null || true
is 'a sync after hostile bytes reached' "$(sync_as kari | jq -r .reached)" centre

# ---- two terminals on one profile

for i in $(seq 8); do as kari note add --title "samtidig $i" --body x >/dev/null & done
wait $(jobs -p | grep -v "^$server_pid$") || fail 'one of eight commands at once failed'
is 'notes written at once' "$(as kari note list | jq '[.notes[] | select(.title | startswith("samtidig"))] | length')" 8

# ---- damage

cp -a "$work/kari" "$work/damaged"
size=$(stat -c %s "$work/damaged/store.db")
printf 'XXXXXXXX' | dd of="$work/damaged/store.db" bs=1 seek=$((size / 2 / 4096 * 4096 + 100)) conv=notrunc status=none
status=0
as damaged scrub >"$work/scrub" 2>&1 || status=$?
is 'a scrub of a damaged store ends with' "$status" 1
printf 'XXXXXXXX' | dd of="$work/damaged/store.db" bs=1 seek=50 conv=notrunc status=none
refused 1 store_corrupt damaged note list
cp "$work/kari/keys" "$work/damaged/keys"
head -c 40 "$work/kari/keys" >"$work/damaged/keys"
refused 1 store_corrupt damaged note list

# ---- a full disk, where this machine lets us make one

if mkdir "$work/small" && mount -t tmpfs -o size=1500k tmpfs "$work/small" 2>/dev/null; then
  cp -a "$work/kari" "$work/small/kari"
  before=$(notes_of small/kari)
  written=0 status=0
  for i in $(seq 100); do
    as small/kari note add --title "full $i" --body "$(head -c 60000 /dev/urandom | base64 -w0)" >"$work/full" 2>"$work/stderr" || { status=$?; break; }
    written=$((written + 1))
  done
  is 'a note on a full disk ends with' "$status" 1
  is 'its code' "$(jq -r .error.code "$work/full")" disk_full
  is 'notes on the full disk' "$(notes_of small/kari)" $((before + written))
  umount "$work/small"
fi
echo "$passed passed, 0 failed"
