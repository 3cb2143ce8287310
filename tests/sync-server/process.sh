#!/usr/bin/env bash
# samla-server as a process: init, run, wrong use, ports and folders, signals, kill -9, hostile bytes.
# Usage: process.sh SAMLA_SERVER
set -euo pipefail

server=${1:?usage: process.sh SAMLA_SERVER}
work=$(mktemp -d "${TMPDIR:-/tmp}/samla-server-test.XXXXXX")
pid=

cleanup() {
  if [[ -n $pid ]]; then kill -9 "$pid" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
fail() {
  printf 'process.sh: %s\n' "$*" >&2
  [[ ! -f $work/err ]] || sed 's/^/  stderr: /' "$work/err" >&2
  exit 1
}

# expect STATUS TEXT COMMAND...: it ends so, with one line on stderr that has TEXT in it.
expect() {
  local wanted=$1 text=$2 status=0
  shift 2
  timeout 20 "$@" >"$work/out" 2>"$work/err" || status=$?
  [[ $status == "$wanted" ]] || fail "'$*' ended with $status instead of $wanted"
  [[ $(wc -l <"$work/err") == 1 ]] || fail "'$*' did not say one line"
  grep -qF -e "$text" "$work/err" || fail "'$*' did not say: $text"
}

# begin ARGS...: runs the server on a free port; sets pid and port.
begin() {
  local attempt
  : >"$work/said"
  "$server" run --dir "$work/s" --listen 127.0.0.1:0 "$@" >"$work/said" 2>"$work/log" &
  pid=$!
  for attempt in $(seq 200); do
    port=$(sed -n 's/^samla-server listens on 127.0.0.1://p' "$work/said")
    [[ -z $port ]] || return 0
    kill -0 "$pid" 2>/dev/null || fail "the server ended: $(cat "$work/log")"
    sleep 0.05
  done
  fail 'the server does not listen'
}
# end SIGNAL: sends it and waits; sets status.
end() {
  kill "-$1" "$pid"
  status=0
  wait "$pid" 2>/dev/null || status=$?
  pid=
}
# get PATH: the reply to a plain request.
get() {
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET %s HTTP/1.1\r\nHost: x\r\n\r\n' "$1" >&3
  timeout 10 cat <&3
  exec 3>&-
}

# ---- init
"$server" init --dir "$work/s" >"$work/out" 2>"$work/err" || fail 'init failed'
[[ ! -s $work/err ]] || fail 'init says something on stderr'
grep -qxE '\{"ok":true,"server":"[A-Za-z0-9_-]+"\}' "$work/out" || fail "init printed: $(cat "$work/out")"
[[ $(stat -c %a "$work/s/server.keys") == 600 && $(stat -c %a "$work/s") == 700 ]] || fail 'others may look in'
expect 1 'there is a server in' "$server" init --dir "$work/s"

# ---- wrong use
expect 2 '' "$server"
expect 2 '' "$server" run --dir "$work/s" --no-such-flag
expect 2 'needs --dir' "$server" run
expect 1 'init' "$server" run --dir "$work/none"
expect 1 'listen must be HOST:PORT' "$server" run --dir "$work/s" --listen nonsense
expect 1 'storage must be postgres://' "$server" run --dir "$work/s" --storage mysql://x
expect 1 'PostgreSQL: ' "$server" run --dir "$work/s" --storage 'postgres:///x?host=/no/such/folder'
expect 1 'pg_basebackup' "$server" backup --dir "$work/s" --to "$work/copy" --storage postgres://x
expect 1 'sqlite:FOLDER' "$server" migrate --from "$work/s" --to postgres://x
printf 'threads = 1\n\nlissten = "127.0.0.1:1"\n' >"$work/bad.toml"
expect 1 'bad.toml:3: there is no key `lissten`' "$server" config check --config "$work/bad.toml"
printf 'threads = 1\nverifiers = "many"\n' >"$work/bad.toml"
expect 1 'bad.toml:2: verifiers must be a whole number' "$server" config check --config "$work/bad.toml"
printf 'threads = 1\nverifiers =\n' >"$work/bad.toml"
expect 1 'bad.toml:2:' "$server" run --dir "$work/s" --config "$work/bad.toml"
SAMLA_SERVER_THREADS=0 expect 1 'SAMLA_SERVER_THREADS' "$server" run --dir "$work/s"
printf 'threads = 1\nmetrics_public = true\n' >"$work/good.toml"
"$server" config check --config "$work/good.toml" >/dev/null || fail 'a good file is refused'

# ---- what it answers
begin --config "$work/good.toml" --threads 2
[[ $(get /healthz) == *' 200 '*ok* ]] || fail 'no /healthz'
[[ $(get /readyz) == *' 200 '*ready* ]] || fail 'no /readyz'
get /metrics >"$work/metrics"
grep -q '^samla_commit_seconds_bucket{le="+Inf"} 0' "$work/metrics" || fail "metrics: $(cat "$work/metrics")"
grep -q '^samla_connections 0' "$work/metrics" || fail 'metrics count no connections'

# ---- looking after it while it runs
"$server" verify --dir "$work/s" | grep -q '"ok":true' || fail 'verify finds something'
"$server" stats --dir "$work/s" | grep -q '"claimed":false' || fail 'stats do not say that it is unclaimed'
"$server" backup --dir "$work/s" --to "$work/copy" >/dev/null || fail 'no backup'
[[ ! -e $work/copy/server.keys ]] || fail 'the backup has the keys, unasked'
expect 1 'choose a new folder' "$server" backup --dir "$work/s" --to "$work/copy"
expect 1 'put server.keys' "$server" restore --from "$work/copy" --dir "$work/restored"
cp "$work/s/server.keys" "$work/restored/"
"$server" restore --from "$work/copy" --dir "$work/restored" >/dev/null || fail 'no restore'
expect 1 'there is a server in' "$server" restore --from "$work/copy" --dir "$work/restored"
"$server" verify --dir "$work/restored" >/dev/null || fail 'what was restored does not verify'

# ---- the port and the folder are taken
"$server" init --dir "$work/other" >/dev/null
expect 1 "port $port" "$server" run --dir "$work/other" --listen "127.0.0.1:$port"
expect 1 'another samla-server uses' "$server" run --dir "$work/s" --listen 127.0.0.1:0

# ---- hostile bytes
for count in 1 7 100 5000; do
  (head -c "$count" /dev/urandom >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || true
done
(printf 'GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: samla.sync.1\r\n\r\n\x82\xff' >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || true
[[ $(get /healthz) == *' 200 '* ]] || fail 'hostile bytes ended the server'

# ---- SIGTERM and SIGINT end it; kill -9 loses nothing that keeps it from starting
exec 4<>"/dev/tcp/127.0.0.1/$port"  # a connection that says nothing does not hold it up
for signal in TERM INT; do
  SECONDS=0
  end "$signal"
  ((status == 0)) || fail "SIG$signal ended it with $status: $(cat "$work/log")"
  ((SECONDS < 10)) || fail "SIG$signal took $SECONDS s"
  grep -q 'event=stopped' "$work/log" || fail 'it did not end in order'
  begin
done
exec 4>&-
for attempt in 1 2 3; do
  end KILL
  begin
  [[ $(get /readyz) == *' 200 '* ]] || fail 'not ready after kill -9'
done
end TERM

# ---- damage
"$server" init --dir "$work/damaged" >/dev/null
printf 'this is no database, whatever its name says, and it is long enough' >"$work/damaged/server.db"
expect 1 'damaged' "$server" run --dir "$work/damaged" --listen 127.0.0.1:0
"$server" init --dir "$work/keyless" >/dev/null
head -c 10 "$work/s/server.keys" >"$work/keyless/server.keys"
expect 1 'damaged' "$server" run --dir "$work/keyless" --listen 127.0.0.1:0
chmod 644 "$work/s/server.keys"
expect 1 'chmod 600' "$server" run --dir "$work/s" --listen 127.0.0.1:0
chmod 600 "$work/s/server.keys"
if ((EUID != 0)); then
  chmod 500 "$work/other"
  expect 1 'may be written' "$server" run --dir "$work/other" --listen 127.0.0.1:0
  chmod 700 "$work/other"
fi
echo 'samla-server behaves'
