#!/usr/bin/env bash
# Times what an organisation of full size asks of keys and chains, with the programs that people run:
# 565 units and 1,600 leaders imported, 1,600 invites, one more device joining, 200 joining at once while
# HR's device gives all its spaces new keys.
#
#   bash tests/bench/people.sh build/release [LEADERS [JOINING]]
#
# Prints one figure a line: name, value, unit. Needs jq and sqlite3.
source "$(dirname "${BASH_SOURCE[0]}")/../scenario/world.sh" "${1:-}"

leaders=${2:-1600}
joining=${3:-200}
units=565

seconds() { date +%s.%N; }
# timed NAME COMMAND...
timed() {
  local name=$1 begun ended
  shift
  begun=$(seconds)
  "$@" >"$work/last.json" || fail "$name: $(cat "$work/last.json")"
  ended=$(seconds)
  printf '%-52s %8.2f s\n' "$name" "$(bc <<<"$ended - $begun")"
}
# Bytes of entries of the chain whose space is given in hex; all zeros: the identity chain.
chain_bytes() {
  sqlite3 -readonly "$work/server/server.db" \
    "SELECT coalesce(sum(length(bytes)), 0) FROM chain_entry WHERE hex(space) = upper('$1')"
}
import() { as hr org import "$1" --stdin "${@:3}" <"$2"; }

{
  echo 'number;name;type;fylke'
  for ((i = 1; i <= units; ++i)); do printf '%04d;Enhet %d;lokal;Fylke %d\n' "$i" "$i" $((i % 15 + 1)); done
} >"$work/units.csv"
{
  echo 'user;name;unit'
  for ((i = 1; i <= leaders; ++i)); do printf 'leder%d;Leder Nr %d;%04d\n' "$i" "$i" $(((i - 1) % units + 1)); done
} >"$work/leaders.csv"

begin_server
as hr org create --name NAV --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
timed 'units, dry run' import units "$work/units.csv" --dry-run
timed 'units' import units "$work/units.csv"
timed 'units again: the difference' import units "$work/units.csv"
timed 'leaders, dry run' import leaders "$work/leaders.csv" --dry-run
timed 'leaders' import leaders "$work/leaders.csv"
invites() { as hr invite import --stdin --csv "$work/invites.csv" --sheet "$work/invites.html" <"$work/leaders.csv"; }
timed "$leaders invites, table and sheet" invites
jq -r '.invites[].invite' "$work/last.json" >"$work/links"
timed "sync after that" as hr sync
timed "HR's store opens" as hr status

link() { sed -n "${1}p" "$work/links"; }
join() { as "leder$1" join "$(link "$1")" --device "telefon $1"; }
timed 'the first leader joins' join 1
timed 'one more device joins' join 2
timed "its store opens" as leder2 status
printf '%-52s %8d\n' 'spaces of HR' "$(as hr space list | jq '.spaces | length')"
chains() { as "$1" doctor | jq -r '.checks[] | select(.check == "chains") | .detail'; }
printf '%-52s %s\n' 'chains on that phone' "$(chains leder2)" 'chains of HR' "$(chains hr)"
printf '%-52s %8d bytes\n' 'identity chain at the server' "$(chain_bytes "$(printf '0%.0s' {1..32})")"
for name in directory programme; do
  id=$(as hr space list | jq -r ".spaces[] | select(.name == \"$name\") | .id")
  printf '%-52s %8d bytes\n' "chain of the $name" "$(chain_bytes "$id")"
done

timed 'all spaces of HR get a new key' as hr key rotate
# Eight at a time: each derives a key from its passphrase, which is memory and time on this machine.
crowd() {
  local i
  for ((i = 3; i < joining + 3; ++i)); do
    while (($(jobs -rp | wc -l) >= 8)); do wait -n || exit 1; done
    { join "$i" >"$work/joined.$i" || fail "leder$i: $(cat "$work/joined.$i")"; } &
  done
  wait
}
if ((joining > 0)); then
  crowd &
  crowd_pid=$!
  timed "the same while $joining join" as hr key rotate
  begun=$(seconds)
  wait "$crowd_pid" || fail 'a leader could not join'
  printf '%-52s %8.2f s\n' 'the last of them was in, after that' "$(bc <<<"$(seconds) - $begun")"
  timed 'sync of HR after that' as hr sync
fi
timed 'one more device joins after all that' join $((joining + 3))
printf '%-52s %s\n' 'chains on that phone' "$(chains "leder$((joining + 3))")"
