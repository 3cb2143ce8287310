#!/usr/bin/env bash
# Three profiles edit the same assessment and the same note offline, and sync in every order: all three come
# to one state, every value is shown or stands in a conflict that each of them lists, until it is resolved.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"

people=(kari ola per)

found() {
  begin_server
  as hr org create --name 'Prøve' --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
  local who
  for who in "${people[@]}"; do
    as "$who" join "$(field .invite "$(as hr invite create --user "$who" --name "$who" --role leader --unit 1902)")" \
      --device "$who sin telefon" >/dev/null
  done
  for who in kari ola per; do sync_as "$who" >/dev/null; done
}

# The same picture for all: the record itself and the open conflicts, without what is one's own view.
picture() {
  as "$1" assessment show "$2" | jq -S '.assessment | {answers, items: [.items[] | {text, type}] | sort_by(.text)}'
  as "$1" conflict list | jq -S '[.conflicts[] | {record, field, kind, values: ([.heads[].value] | sort)}] | sort_by(.field)'
}

# one_order A B C: a fresh assessment, edited by all three while apart, synced in this order.
one_order() {
  local id who
  id=$(field .assessment.id "$(as kari assessment new --unit 1902)")
  as kari assessment fill "$id" 'situation=fra før' 'summary=fra før' >/dev/null
  for who in kari ola per; do sync_as "$who" >/dev/null; done
  for who in "${people[@]}"; do
    as "$who" assessment fill "$id" "summary=oppsummert av $who" >/dev/null
    as "$who" assessment item add "$id" --type styrke --text "styrke sett av $who" --theme ett-nav >/dev/null
  done
  as ola assessment fill "$id" 'situation=endret av ola' >/dev/null
  for who in "$@" "$@"; do sync_as "$who" >/dev/null; done

  local first
  first=$(picture kari "$id")
  for who in ola per; do [[ $(picture "$who" "$id") == "$first" ]] || fail "order $*: $who sees another state than kari"; done
  local conflict values
  conflict=$(as kari conflict list | jq -c --arg id "$id" '.conflicts[] | select(.record == $id)')
  values=$(jq -r '[.heads[].value] | sort | join("|")' <<<"$conflict")
  [[ $values == 'oppsummert av kari|oppsummert av ola|oppsummert av per' ]] || fail "order $*: the heads are $values"
  [[ $(jq -r '.kind' <<<"$conflict") == hard ]] || fail "order $*: not a hard conflict: $conflict"
  [[ $(as per assessment show "$id" | jq -r '.assessment.answers.situation') == 'endret av ola' ]] || fail "order $*: situation"
  [[ $(as per assessment show "$id" | jq '.assessment.items | length') == 3 ]] || fail "order $*: items"

  # Resolved by the last in the order; gone for all after a sync.
  as "$3" conflict resolve "$(jq -r .id <<<"$conflict")" --value 'oppsummert av alle' >/dev/null
  for who in "$3" "$1" "$2"; do sync_as "$who" >/dev/null; done
  for who in "${people[@]}"; do
    [[ $(as "$who" assessment show "$id" | jq -r '.assessment.answers.summary') == 'oppsummert av alle' ]] || fail "order $*: $who has not the resolved value"
    [[ $(as "$who" conflict list | jq --arg id "$id" '[.conflicts[] | select(.record == $id)] | length') == 0 ]] || fail "order $*: still open for $who"
  done
}

found
for order in 'kari ola per' 'kari per ola' 'ola kari per' 'ola per kari' 'per kari ola' 'per ola kari'; do
  # shellcheck disable=SC2086
  one_order $order
done
echo '6 passed, 0 failed'
