#!/usr/bin/env bash
# People by the dozen and one by one: invites from a table, what is held of a person, and erasing it.
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"

begin_server
as hr org create --name NAV --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
printf 'user;name;unit\nkari;Kari Nordmann;1902\nola;Ola <b>;1902\nper;=SUM(A1);\n' >"$work/people.csv"
reply=$(as hr invite import --stdin --dry-run <"$work/people.csv")
[[ $(field '.invites | length' "$reply") == 3 ]] || fail "the dry run counts others: $reply"
reply=$(as hr invite import --stdin --csv "$work/out.csv" --sheet "$work/out.html" <"$work/people.csv")
[[ $(stat -c %a "$work/out.csv" "$work/out.html" | sort -u) == 600 ]] || fail 'others may read the links'
[[ $(grep -c '<svg' "$work/out.html") == 3 ]] || fail 'not a code for each'
grep -q 'Ola &lt;b&gt;' "$work/out.html" || fail 'a name is markup'
grep -q "\"'=SUM" "$work/out.csv" || fail 'a name is a formula'
links=$(jq -r '.invites[].invite' <<<"$reply")
as kari join "$(sed -n 1p <<<"$links")" --device 'Karis telefon' >/dev/null
as ola join "$(sed -n 2p <<<"$links")" --device 'Olas telefon' >/dev/null
reply=$(as hr invite import --stdin <"$work/people.csv")
[[ $(field '.passed_over | length' "$reply") == 3 ]] || fail "somebody was invited twice: $reply"
! as hr invite import --stdin <<<$'user;name\n;Uten navn' >/dev/null || fail 'a row without a handle was taken'

as kari note add --title Dagbok --body 'min hemmelighet' >/dev/null
note=$(field .note.id "$(as kari note add --title Felles --body 'felles hemmelighet' --space 'unit 1902')")
sync_as kari >/dev/null
sync_as ola >/dev/null
sync_as kari >/dev/null
sync_as ola >/dev/null
[[ $(field .note.body "$(as ola note show "$note")") == 'felles hemmelighet' ]] || fail 'the note did not come'
sync_as hr >/dev/null
reply=$(as hr person export kari)
field '.person.records[] | select(.kind == "user")' "$reply" >/dev/null
[[ $(field '[.person.written[] | select(.readable | not)] | length' "$reply") -ge 2 ]] || fail "what HR can't read is not listed: $reply"
! as ola person export kari >/dev/null || fail 'anybody may ask what is held of others'

hold=$(field .id "$(as hr hold create)")
reply=$(as hr person erase kari --written)
[[ $(field .held "$reply") == $(field .changes "$reply") ]] || fail "the hold is not told: $reply"
sync_as ola >/dev/null
[[ $(field .note.body "$(as ola note show "$note")") == 'felles hemmelighet' ]] || fail 'a hold was passed over'
as hr hold release "$hold" >/dev/null
sync_as ola >/dev/null
! grep -q 'felles hemmelighet' <<<"$(as ola note list; as ola note search hemmelighet)" || fail 'it is still there'
sync_as kari >/dev/null
! grep -q hemmelighet <<<"$(as kari note list)" || fail "it is still on the person's own device"
! as hr person export kari >/dev/null || fail 'the handle is still known'
stop_server
"$samla_server" verify --dir "$work/server" >/dev/null || fail 'the database does not verify'
