#!/usr/bin/env bash
# The story of the main job, told by real processes: one server on loopback, five profiles, eight
# scenes. Every figure printed is read from a reply or a file at the moment it is printed.
# Usage: demo.sh BUILD_DIR   (what ./run demo calls)
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"

# ---- telling the story

scene() { printf '\n\033[1m%s\033[0m\n' "$*"; }
say() { printf '  %s\n' "$*"; }

# ---- the scenes

scene_founding() {
  scene '1. HR founds the organisation and invites four devices'
  begin_server
  say "samla-server listens on 127.0.0.1:$port and has keys of its own; it will never hold one that opens a note."
  as hr org create --name 'NAV PULS (oppdiktet)' --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
  local kari ola
  kari=$(field .invite "$(as hr invite create --user kari --name 'Kari Eksempel' --role leader --unit 1902)")
  laptop_invite=$(field .invite "$(as hr invite create --user kari --name 'Kari Eksempel' --role leader --unit 1902)")
  ola=$(field .invite "$(as hr invite create --user ola --name 'Ola Eksempel' --role leader --unit 1902)")
  local siri
  siri=$(field .invite "$(as hr invite create --user siri --name 'Siri Eksempel' --role facilitator)")
  say "Each invite is a link of ${#kari} characters that works once; it carries the keys, so nobody at HR need be online."
  as kari-phone join "$kari" --device 'Karis telefon' >/dev/null
  as ola join "$ola" --device 'Olas telefon' >/dev/null
  as siri join "$siri" --device 'Siris PC' >/dev/null
  local laptop
  laptop=$(field .device.id "$(as kari-laptop join "$laptop_invite" --device 'Karis PC')")
  say 'Kari (phone), Ola and Siri have joined. Kari was first in unit 1902 and made its space; her phone now lets Ola in.'
  sync_as kari-phone >/dev/null
  as kari-phone device approve "$laptop" >/dev/null
  sync_as kari-phone >/dev/null
  sync_as kari-laptop >/dev/null
  sync_as ola >/dev/null
  say "Karis PC came by an invite of its own; it reads her private notes only because her phone approved it just now."
  if as ola join "$kari" --device 'Tyvens telefon' >"$work/reuse" 2>/dev/null; then fail 'a used invite was taken twice'; fi
}

scene_offline() {
  scene '2. Tromsø: a mountain hotel without coverage'
  stop_server
  say 'The server is out of reach. Everybody goes on writing.'
  local i
  for i in $(seq 12); do
    as kari-phone note add --title "Tromsø, økt $i" --body "Hemmelig blåbærnotat nummer $i: vi må tørre å prioritere." --tag tromsø >/dev/null
  done
  as ola note add --title 'Kaffeprat' --body 'Ordet multekrem står bare her.' >/dev/null
  as siri note add --title 'Opplegg' --body 'Gruppene à åtte; rullestolrampe bak scenen.' >/dev/null
  say "Kari has $(field '.notes | length' "$(as kari-phone note list)") private notes on her phone, Ola $(field '.notes | length' "$(as ola note list)"), Siri $(field '.notes | length' "$(as siri note list)")."
  local status=0
  as kari-phone sync >"$work/offline" || status=$?
  [[ $status == 3 ]] || fail "an offline sync ended with $status, not 3"
  say "A sync says \"reached: $(jq -r .reached "$work/offline")\" and exits with 3: nothing lost, nothing sent."
}

scene_together() {
  scene '3. Back home: one assessment, two leaders, two trains'
  start_server || fail 'the server did not come back'
  sync_as kari-phone >/dev/null
  assessment=$(field .assessment.id "$(as kari-phone assessment new --unit 1902)")
  as kari-phone assessment fill "$assessment" 'situation=Kontoret er nytt.' >/dev/null
  sync_as kari-phone >/dev/null
  sync_as ola >/dev/null
  say "Kari began the assessment of unit 1902; Ola has it on his phone after a sync. Now both are offline."
  as kari-phone assessment fill "$assessment" 'summary=Vi er gode på oppfølging av brukere.' >/dev/null
  as kari-phone assessment item add "$assessment" --type styrke --text 'Tett på brukerne' --theme ett-nav >/dev/null
  as ola assessment fill "$assessment" 'summary=Vi er gode på samarbeid med kommunen.' >/dev/null
  as ola assessment fill "$assessment" 'situation=Kontoret er nytt, og tolv av oss er ferske.' >/dev/null
  as ola assessment item add "$assessment" --type svakhet --text 'For lite tid til læring' --theme horisontal >/dev/null
  say 'Both wrote the summary (same field); Ola alone rewrote the situation, each added an item (different fields).'
}

scene_conflict() {
  scene '4. They meet on the server, which cannot read a word of it'
  sync_as kari-phone >/dev/null
  local reply
  reply=$(sync_as ola)
  say "Ola's sync: $(jq -r '"sent \(.sent), received \(.received), conflicts for a person: \(.conflicts)"' <<<"$reply")."
  sync_as kari-phone >/dev/null
  local list conflict
  list=$(as kari-phone conflict list)
  [[ $(jq '.conflicts | length' <<<"$list") == 1 ]] || fail "expected one conflict: $list"
  conflict=$(field '.conflicts[0].id' "$list")
  jq -r '.conflicts[0] | "  The field \(.field), written twice without knowing:",
    (.heads[] | "    \(.n)  \(.user) on \(.device): \(.value)")' <<<"$list"
  [[ $(field '[.conflicts[0].heads[].value]|sort|join("|")' "$list") == \
     "$(field '[.conflicts[0].heads[].value]|sort|join("|")' "$(as ola conflict list)")" ]] || fail 'the two see different conflicts'
  as kari-phone conflict resolve "$conflict" --value 'Vi er gode på oppfølging og på samarbeid med kommunen.' >/dev/null
  sync_as kari-phone >/dev/null
  sync_as ola >/dev/null
  [[ $(jq '.conflicts | length' <<<"$(as ola conflict list)") == 0 ]] || fail 'the conflict is still open for Ola'
  say "Kari resolved it; Ola now reads: $(field '.assessment.answers.summary // .answers.summary' "$(as ola assessment show "$assessment")")"
  say "Both items are there: $(field '(.assessment.items // .items) | length' "$(as ola assessment show "$assessment")"). Nothing that either wrote was dropped."
}

scene_submit() {
  scene '5. Submitting publishes a copy that HR can read; the draft stays with the unit'
  sync_as hr >/dev/null
  say "Before: HR sees $(field '.assessments | length' "$(as hr assessment list)") submitted assessments."
  as ola assessment submit "$assessment" >/dev/null
  sync_as ola >/dev/null
  sync_as hr >/dev/null
  say "After:  HR sees $(field '.assessments | length' "$(as hr assessment list)"), and the report over $(field .units "$(as hr report response)") unit says $(field '.by_status | to_entries | map(select(.value > 0) | "\(.key): \(.value)") | join(", ")' "$(as hr report response)")."
  say "HR's own list of notes has $(field '.notes | length' "$(as hr note list)") entries: private notes are sealed to their authors' devices."
}

scene_kill() {
  scene '6. The server is killed (kill -9) and started again'
  stop_server -KILL
  start_server || fail 'the server did not come back'
  sync_as kari-laptop >/dev/null
  say "Karis PC syncs and has $(field '.notes | length' "$(as kari-laptop note list)") of her notes, written in Tromsø on the phone."
  [[ $(as kari-laptop note list | jq -cS '[.notes[] | {id, title, body}] | sort_by(.id)') == \
     "$(as kari-phone note list | jq -cS '[.notes[] | {id, title, body}] | sort_by(.id)')" ]] || fail "the laptop's notes differ from the phone's"
  say 'They are the same to the letter on both devices.'
}

scene_thief() {
  scene "7. A thief takes the server's whole database, and a phone's"
  local word places bytes
  bytes=$(du -cb "$work"/server/* | tail -n 1 | cut -f 1)
  for word in blåbærnotat prioritere multekrem rullestolrampe brukere kommunen Kari Ola 1902 egenvurdering summary; do
    places=$(grep -rlaF -e "$word" "$work/server" "$work/kari-phone" "$work/ola" "$work/hr" || true)
    [[ -z $places ]] || fail "the word $word stands in $places"
  done
  say "$bytes bytes in the server's folder, and all of three devices' stores, searched for eleven words that were written: none found."
}

scene_reports() {
  scene "8. A programme of ten units, and HR's reports"
  stop_server
  rm -rf "$work/server"
  begin_server
  local loaded
  loaded=$(as puls demo load --server "ws://127.0.0.1:$port/#$fragment" 2>/dev/null)
  say "An invented organisation, made the way that people make one: $(jq -r '"\(.leaders) leaders invited and joined on devices of their own, \(.notes) notes, \(.measures) measures, \(.tasks) tasks"' <<<"$loaded")."
  say "HR reads $(field '.assessments | length' "$(as puls assessment list)") submitted assessments; $(field .conflicts "$loaded") conflict is open in a draft that HR holds no key to."
  say 'Response, by fylke:'
  as puls report response --by fylke --today 2016-09-01 |
    jq -r '.groups[] | "    \(.group), units: \(.units); " + (.by_status | to_entries | map(select(.value > 0) | "\(.key) \(.value)") | join(", "))'
  say 'The same as others may see it: what rests on fewer than five units is hidden, with as much more as it takes.'
  as puls report response --by fylke --for others --today 2016-09-01 |
    jq -r '.groups[] | "    \(.group): " + (.by_status | to_entries | map(select(.value != 0) | "\(.key) \(.value // "–")") | join(", "))'
  say 'Strengths, weaknesses and measures by theme:'
  "$samla" --profile "$work/puls" report themes | sed 's/^/    /'
  say "What the strengths speak of most: $(field '[.words[:5][] | "\(.word) (\(.count))"] | join(", ")' "$(as puls report text --part styrke)")."
  say "Measures: $(field '"\(.measures), of which \(.overdue) overdue"' "$(as puls report measures --today 2016-09-01)"). Passed on: $(field '"\(.by_status["gjennomført"]) of \(.tasks) leaders, \(.reached) of the staff reached"' "$(as puls report cascade --today 2016-09-01)")."
}

scene_founding
scene_offline
scene_together
scene_conflict
scene_submit
scene_kill
scene_thief
scene_reports
printf '\nThat was Samla: every scene ran for real in %s, which is removed now.\n' "$work"
