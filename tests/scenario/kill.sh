#!/usr/bin/env bash
# kill -9 of server and client in the middle of syncs: whatever a sync has reported as sent is there for
# another device, no store refuses to open, and all comes together in the end.
# Usage: kill.sh BUILD_DIR [ROUNDS [postgres]]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"
rounds=${2:-${SAMLA_KILL_ROUNDS:-10}}
RANDOM=${SAMLA_SEED:-4711}

if [[ ${3:-} == postgres ]]; then
  source "$(dirname "${BASH_SOURCE[0]}")/postgres.sh"
  init_postgres database
  start_postgres database
  export SAMLA_SERVER_STORAGE="postgres://samla@127.0.0.1:${pg_port[database]}/postgres"
fi
begin_server
as hr org create --name 'Prøve' --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
for who in kari ola; do
  as "$who" join "$(field .invite "$(as hr invite create --user "$who" --name "$who" --role leader --unit 1902)")" --device "$who" >/dev/null
done
sync_as kari >/dev/null
sync_as ola >/dev/null
space=$(as kari space list | jq -er '.spaces[] | select(.name == "unit 1902") | .id')

written=0
for round in $(seq "$rounds"); do
  for _ in 1 2 3; do
    written=$((written + 1))
    as kari note add --title "nr $written" --body "$(head -c 20000 /dev/zero | tr '\0' 'x') $written" --space "$space" >/dev/null ||
      fail "round $round: a note could not be added"
  done
  as kari sync >/dev/null 2>&1 &
  client=$!
  sleep "0.$(printf '%03d' $((RANDOM % 250)))"
  case $((round % 3)) in
    0) stop_server -KILL ;;
    1) kill -KILL "$client" 2>/dev/null || true ;;
    2)
      kill -KILL "$client" 2>/dev/null || true
      stop_server -KILL
      ;;
  esac
  wait "$client" 2>/dev/null || true
  [[ -n $server_pid ]] || start_server || fail "round $round: the server did not start again"
  [[ $(as kari note list | jq '.notes | length') == "$written" ]] || fail "round $round: a note is gone from kari's own store"
done
sync_as kari >/dev/null
sync_as ola >/dev/null
[[ $(as ola note list | jq '.notes | length') == "$written" ]] || fail "ola has $(as ola note list | jq '.notes | length') of $written notes"
[[ $(as ola note list | jq -cS '[.notes[] | {id, title, body}] | sort_by(.id)') == \
   "$(as kari note list | jq -cS '[.notes[] | {id, title, body}] | sort_by(.id)')" ]] || fail 'the two have different notes'
[[ $(as kari status | jq .changes.device) == 0 ]] || fail "kari has unsent changes: $(as kari status)"
stop_server
"$samla_server" verify --dir "$work/server" >/dev/null || fail 'the server says that its database is damaged'
echo "$rounds passed, 0 failed"
