#!/usr/bin/env bash
# Loads the demonstration with the programs that people run and times what issue and design promise of it: the
# load itself, a further device of HR that gets all of it, each report.
#
#   bash tests/bench/full_demo.sh build/release [small|full]
#
# Prints one figure a line: name, seconds passed, CPU seconds of the program, peak memory. Needs jq.
source "$(dirname "${BASH_SOURCE[0]}")/../scenario/world.sh" "${1:-}"

size=${2:-full}
TIMEFORMAT='%R s, %U + %S CPU s'
timed() {
  local name=$1 figures
  shift
  figures=$({ time "$@" >"$work/last.json" 2>"$work/last.log"; } 2>&1) ||
    fail "$name: $(cat "$work/last.json" "$work/last.log")"
  printf '%-44s %s\n' "$name" "$figures"
}

begin_server
timed "demo load --size $size" as hr demo load --size "$size" --server "ws://127.0.0.1:$port/#$fragment"
jq -c 'del(.ok, .people)' "$work/last.json"
people=$(jq -r .people "$work/last.json")
printf '%-44s %s\n' 'of that the server' "$(ps -o cputimes= -p "$server_pid" | tr -d ' ') CPU s"
code=$(field .code "$(as hr device pair)")
timed 'one more device of HR, everything on it' as hr-two join "$code" --device 'HRs andre'
[[ $(as hr report response | jq -S .by_status) == "$(as hr-two report response | jq -S .by_status)" ]] ||
  fail "HR's second device reports otherwise"
submitted=$(as hr assessment list --status sendt | jq -r '.assessments[0].unit')
"$build/tests/samla_report_times" "$work/hr" "$people/leder$submitted"
