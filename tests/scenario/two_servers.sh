#!/usr/bin/env bash
# Two server processes over one PostgreSQL database: what a device pushes at one reaches a device at the other
# at once; the one is killed again and again in the middle of syncs, its devices go on at the other, and
# nothing that was acknowledged is lost.
# Usage: two_servers.sh BUILD_DIR [ROUNDS]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"
source "$(dirname "${BASH_SOURCE[0]}")/postgres.sh"
rounds=${2:-6}
RANDOM=${SAMLA_SEED:-4711}

init_postgres database
start_postgres database
export SAMLA_SERVER_STORAGE="postgres://samla@127.0.0.1:${pg_port[database]}/postgres"
fragment=$(field .server "$("$samla_server" init --dir "$work/one")")
mkdir -m 700 "$work/two"
cp -p "$work/one/server.keys" "$work/two/"
port=$(free_port)
# The name localhost has both addresses, and a device tries them in turn: a name with two servers behind it.
start_node one 127.0.0.1
start_node two '[::1]'

as hr org create --name 'Prøve' --server "ws://localhost:$port/#$fragment" >/dev/null
as kari join "$(field .invite "$(as hr invite create --user kari --name kari --role leader --unit 1902)")" --device telefon >/dev/null
sync_as kari >/dev/null
words=$(field .words "$(as kari key recovery show)")
as tablet join --recover --server "ws://[::1]:$port/#$fragment" --words "$words" --device nettbrett >/dev/null
sync_as kari >/dev/null
sync_as tablet >/dev/null
space=$(as kari space list | jq -er '.spaces[] | select(.name == "unit 1902") | .id')
note_count() { as "$1" note list | jq '.notes | length'; }

# ---- at once

as tablet sync watch >"$work/watch" 2>&1 &
watch=$!
for _ in $(seq 100); do
  grep -q . "$work/watch" && break
  sleep 0.05
done
as kari note add --title 'fra den ene' --space "$space" >/dev/null
sync_as kari >/dev/null
begun=$(date +%s%N)
for _ in $(seq 200); do
  [[ $(note_count tablet) == 1 ]] && break
  sleep 0.01
done
took=$((($(date +%s%N) - begun) / 1000000))
[[ $(note_count tablet) == 1 ]] || fail "the note did not reach the device at the other server: $(cat "$work/watch")"
kill -TERM "$watch"
wait "$watch" || true

# ---- one is killed

written=1
for round in $(seq "$rounds"); do
  for _ in 1 2 3; do
    written=$((written + 1))
    as kari note add --title "nr $written" --body "$(head -c 20000 /dev/zero | tr '\0' 'x') $written" --space "$space" >/dev/null
  done
  as kari sync >/dev/null 2>&1 &
  client=$!
  sleep "0.$(printf '%03d' $((RANDOM % 250)))"
  stop_node one -KILL
  wait "$client" 2>/dev/null || true
  # Nobody is at its address any more: this sync goes to the other.
  sync_as kari >/dev/null
  [[ $(as kari status | jq .changes.device) == 0 ]] || fail "round $round: unsent at the other server: $(as kari status)"
  start_node one 127.0.0.1
done
sync_as tablet >/dev/null
[[ $(note_count tablet) == "$written" ]] || fail "the tablet has $(note_count tablet) of $written notes"
[[ $(as tablet note list | jq -cS '[.notes[] | {id, title, body}] | sort_by(.id)') == \
   "$(as kari note list | jq -cS '[.notes[] | {id, title, body}] | sort_by(.id)')" ]] || fail 'the two have different notes'
"$samla_server" verify --dir "$work/two" >/dev/null || fail 'the database does not verify'
echo "two servers: a note was at the other within $took ms; killed $rounds times, $written of $written notes there"
