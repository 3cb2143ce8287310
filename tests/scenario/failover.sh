#!/usr/bin/env bash
# The database fails over to a standby: a primary that replicates synchronously is crashed in the middle of
# syncs, its standby is promoted, and the server goes on there by itself. Nothing acknowledged is lost.
# Usage: failover.sh BUILD_DIR
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"
source "$(dirname "${BASH_SOURCE[0]}")/postgres.sh"
RANDOM=${SAMLA_SEED:-4711}

init_postgres primary
start_postgres primary
pg_port[standby]=$(free_port)
install -d -m 700 "$work/standby"
((EUID != 0)) || chown postgres "$work/standby"
(postgres_user "$pg_bin/pg_basebackup" -h 127.0.0.1 -p "${pg_port[primary]}" -U samla -D "$work/standby" -R -X stream -c fast) ||
  fail 'no base backup'
start_postgres standby
# From here on a commit is one when the standby has flushed it too.
psql_at primary "ALTER SYSTEM SET synchronous_standby_names = '*'"
psql_at primary 'SELECT pg_reload_conf()' >/dev/null
for _ in $(seq 100); do
  [[ $(psql_at primary "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1 ]] && break
  sleep 0.1
done

export SAMLA_SERVER_STORAGE="postgres://samla@127.0.0.1:${pg_port[primary]},127.0.0.1:${pg_port[standby]}/postgres"
fragment=$(field .server "$("$samla_server" init --dir "$work/one")")
port=$(free_port)
start_node one 127.0.0.1
as hr org create --name 'Prøve' --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
for who in kari ola; do
  as "$who" join "$(field .invite "$(as hr invite create --user "$who" --name "$who" --role leader --unit 1902)")" --device "$who" >/dev/null
done
for who in kari ola kari; do sync_as "$who" >/dev/null; done
space=$(as kari space list | jq -er '.spaces[] | select(.name == "unit 1902") | .id')

written=0
acknowledged=0
add() {
  written=$((written + 1))
  as kari note add --title "nr $written" --body "$(head -c 20000 /dev/zero | tr '\0' 'x')" --space "$space" >/dev/null
}
for _ in 1 2 3 4 5; do
  add
  sync_as kari >/dev/null
done
acknowledged=$written
# The primary dies while changes are under way.
for _ in 1 2 3 4; do add; done
as kari sync >"$work/cut" 2>&1 &
client=$!
sleep "0.$(printf '%03d' $((RANDOM % 200)))"
stop_postgres primary QUIT
wait "$client" && acknowledged=$written || true
if as kari sync >/dev/null 2>&1; then fail 'something was acknowledged without a database'; fi
ready() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n' >&3
    timeout 5 head -n 1 <&3
  )
}
for _ in $(seq 100); do
  [[ $(ready) == *503* ]] && break
  sleep 0.1
done
[[ $(ready) == *503* ]] || fail "/readyz does not say that storage refuses writes: $(tail -n 3 "$work/one.log")"
begun=$(date +%s%N)
(postgres_user "$pg_bin/pg_ctl" promote -w -D "$work/standby") >/dev/null || fail 'the standby was not promoted'
for _ in $(seq 100); do
  as kari sync >/dev/null 2>&1 && break
  sleep 0.1
done
took=$((($(date +%s%N) - begun) / 1000000))
[[ $(ready) == *200* ]] || fail "/readyz does not say that it works again: $(tail -n 3 "$work/one.log")"
[[ $(as kari status | jq .changes.device) == 0 ]] || fail "kari has unsent changes: $(as kari status) $(tail -n 5 "$work/one.log")"
sync_as ola >/dev/null
have=$(as ola note list | jq '.notes | length')
((have == written)) || fail "ola has $have of $written notes, $acknowledged of them acknowledged before the crash"
"$samla_server" verify --dir "$work/one" >/dev/null || fail 'what the standby had does not verify'
kill -0 "${node_pid[one]}" || fail 'the server ended'
echo "failover: $acknowledged acknowledged before, all $written there; synced $took ms after the promotion began"
