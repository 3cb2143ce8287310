# What the scenarios share: a server on loopback and profiles, all under one folder that goes with them.
# Sourced with the build folder as $1; needs jq. Sets samla, samla_server, work, port.
set -euo pipefail

build=$(cd "${1:?usage: SCENARIO BUILD_DIR}" && pwd)
samla=$build/client-cli/samla
samla_server=$build/sync-server/samla-server
work=$(mktemp -d "${TMPDIR:-/tmp}/samla-scenario.XXXXXX")
port=
server_pid=
fragment=
export SAMLA_PASSPHRASE='en passfrase for scenariet'
# Sockets of open stores belong to this scenario alone.
export XDG_RUNTIME_DIR=$work/run
mkdir -m 700 "$XDG_RUNTIME_DIR"

cleanup() {
  if [[ -n $server_pid ]]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}
# as WHO ARGS...: samla --json on WHO's own profile.
as() {
  local who=$1
  shift
  "$samla" --profile "$work/$who" --json "$@"
}
# sync_as WHO: syncs; exit 4 says that conflicts need a person, which is no failure.
sync_as() {
  local reply status=0
  reply=$(as "$1" sync) || status=$?
  [[ $status == 0 || $status == 4 ]] || fail "$1's sync ended with $status: $reply"
  printf '%s' "$reply"
}
field() { jq -er "$1" <<<"$2" || fail "no $1 in: $2"; }

# ---- the server

start_server() {
  local attempt
  "$samla_server" run --dir "$work/server" --listen "127.0.0.1:$port" >>"$work/server.log" 2>&1 &
  server_pid=$!
  for attempt in $(seq 200); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
    kill -0 "$server_pid" 2>/dev/null || return 1
    sleep 0.05
  done
  fail "the server did not come up: $(cat "$work/server.log")"
}
# stop_server [SIGNAL]
stop_server() {
  kill "${1:--TERM}" "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
  server_pid=
}
begin_server() {
  local attempt init
  init=$("$samla_server" init --dir "$work/server")
  fragment=$(field .server "$init")
  for attempt in $(seq 20); do
    port=$((20000 + SRANDOM % 20000))
    if start_server; then return; fi
  done
  fail 'found no free port on 127.0.0.1'
}
