# What the scenarios over PostgreSQL share, beside world.sh: databases and servers of their own on loopback,
# gone with the scenario however it ends. PostgreSQL refuses root: as root it runs as the user postgres.
# Sourced after world.sh. Sets pg_bin.

pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1) || true
[[ -x $pg_bin/postgres ]] || fail 'PostgreSQL is not installed: apt-get install postgresql'
declare -A pg_pid=() pg_port=() node_pid=()
chmod 711 "$work"  # the user postgres passes through

# postgres_user COMMAND...: as a user that PostgreSQL likes, ended with this script. Replaces the (sub)shell.
postgres_user() {
  local who=()
  ((EUID != 0)) || who=(--reuid postgres --regid postgres --clear-groups)
  cd /
  exec setpriv "${who[@]}" --pdeathsig QUIT "$@"
}
# free_port: one that nobody listens on just now.
free_port() {
  local candidate
  for _ in $(seq 50); do
    candidate=$((20000 + SRANDOM % 20000))  # RANDOM is seeded alike in scenarios that run side by side
    (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || break
  done
  printf '%s' "$candidate"
}
psql_at() {
  local name=$1
  shift
  (postgres_user "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "${pg_port[$name]}" -U samla postgres -c "$*")
}
# start_postgres NAME [SETTING...]: over the folder NAME, which init_postgres or a base backup has made.
start_postgres() {
  local name=$1 options=()
  shift
  for setting in listen_addresses=127.0.0.1 shared_buffers=32MB max_connections=40 autovacuum=off \
    unix_socket_directories= "$@"; do
    options+=(-c "$setting")
  done
  (postgres_user "$pg_bin/postgres" -D "$work/$name" -p "${pg_port[$name]}" "${options[@]}") >>"$work/$name.log" 2>&1 &
  pg_pid[$name]=$!
  for _ in $(seq 300); do
    if (postgres_user "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "${pg_port[$name]}"); then return; fi
    kill -0 "${pg_pid[$name]}" 2>/dev/null || fail "the database $name ended: $(tail -n 3 "$work/$name.log")"
    sleep 0.1
  done
  fail "the database $name did not come up: $(tail -n 3 "$work/$name.log")"
}
init_postgres() {
  local name=$1
  pg_port[$name]=$(free_port)
  install -d -m 700 "$work/$name"
  ((EUID != 0)) || chown postgres "$work/$name"
  (postgres_user "$pg_bin/initdb" -D "$work/$name" -U samla -A trust -E UTF8 --locale=C --no-sync --no-instructions) >"$work/$name.log" 2>&1 ||
    fail "no database could be made: $(tail -n 3 "$work/$name.log")"
}
# stop_postgres NAME SIGNAL: QUIT is a crash.
stop_postgres() {
  kill "-$2" "${pg_pid[$1]}" 2>/dev/null || true
  wait "${pg_pid[$1]}" 2>/dev/null || true
  unset "pg_pid[$1]"
}

# start_node NAME HOST: a server process with a folder of its own on HOST:port, over SAMLA_SERVER_STORAGE.
start_node() {
  local name=$1 host=$2
  "$samla_server" run --dir "$work/$name" --listen "$host:$port" >>"$work/$name.log" 2>&1 &
  node_pid[$name]=$!
  for _ in $(seq 200); do
    if (exec 3<>"/dev/tcp/${host//[\[\]]/}/$port") 2>/dev/null; then return; fi
    kill -0 "${node_pid[$name]}" 2>/dev/null || fail "the server $name ended: $(tail -n 3 "$work/$name.log")"
    sleep 0.05
  done
  fail "the server $name did not come up: $(tail -n 3 "$work/$name.log")"
}
stop_node() {
  kill "${2:--TERM}" "${node_pid[$1]}" 2>/dev/null || true
  wait "${node_pid[$1]}" 2>/dev/null || true
  unset "node_pid[$1]"
}

cleanup_postgres() {
  local name
  for name in "${!node_pid[@]}"; do stop_node "$name" -KILL; done
  for name in "${!pg_pid[@]}"; do stop_postgres "$name" QUIT; done
  cleanup
}
trap cleanup_postgres EXIT
