#!/usr/bin/env bash
# The server's disk is wiped; an old backup is restored; a profile is copied to a second phone. Nothing that a
# device holds is lost, and what came of it is said in words.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"

titles_of() { as "$1" note list | jq -c '[.notes[].title] | sort'; }
is() { [[ $2 == "$3" ]] || fail "$1: '$2' instead of '$3'"; }
add() { as "$1" note add --title "$2" --space "$space" >/dev/null; }
said() { jq -r '(.notices // []) | join("; ")' <<<"$1"; }
stored() { field .changesets "$("$samla_server" stats --dir "$work/server")"; }

begin_server
as hr org create --name 'Prøve' --server "ws://127.0.0.1:$port/#$fragment" >/dev/null
for who in kari ola; do
  invite=$(field .invite "$(as hr invite create --user "$who" --name "$who" --role leader --unit 1902)")
  as "$who" join "$invite" --device "$who-telefon" >/dev/null
done
for who in kari ola kari hr; do sync_as "$who" >/dev/null; done
space=$(as kari space list | jq -er '.spaces[] | select(.name == "unit 1902") | .id')
add kari 'fra kari'
add ola 'fra ola'
for who in kari ola kari; do sync_as "$who" >/dev/null; done
both='["fra kari","fra ola"]'
is 'before' "$(titles_of kari)" "$both"
"$samla_server" backup --dir "$work/server" --to "$work/backup" >/dev/null
sync_as kari >/dev/null
as kari doctor | jq -e '.checks[] | select(.check == "backup") | .detail | test("^of 20")' >/dev/null ||
  fail 'the backup is not announced'

# ---- the disk is wiped; the keys were kept

before=$(stored)
stop_server
rm -f "$work"/server/server.db*
if "$samla_server" run --dir "$work/server" --listen 127.0.0.1:1 >/dev/null 2>&1; then
  fail 'a server without a database runs'
fi
is 'an emptied server' "$("$samla_server" init --dir "$work/server")" '{"ok":true,"emptied":true}'
start_server
reply=$(sync_as kari)
[[ $(said "$reply") == *'recovered'* ]] || fail "kari is not told: $reply"
[[ $(field .recovered "$reply") -ge 2 ]] || fail "too little recovered: $reply"
for who in ola hr kari; do sync_as "$who" >/dev/null; done
[[ $(stored) -ge $before ]] || fail "the server has $(stored) changesets instead of $before"
"$samla_server" verify --dir "$work/server" >/dev/null || fail 'the filled server does not verify'
is 'kari after the wipe' "$(titles_of kari)" "$both"
is 'ola after the wipe' "$(titles_of ola)" "$both"

# ---- an old backup is restored: what came later, and who joined later, come back with the devices

add ola 'etter kopien'
sync_as ola >/dev/null
invite=$(field .invite "$(as hr invite create --user per --name Per --role leader --unit 1902)")
as per join "$invite" --device per-telefon >/dev/null
for who in ola kari per; do sync_as "$who" >/dev/null; done
stop_server
rm -f "$work"/server/server.db*
"$samla_server" restore --from "$work/backup" --dir "$work/server" >/dev/null
start_server
reply=$(sync_as per)
is 'the newcomer whom the backup does not know' "$(field .reached "$reply")" centre
for who in kari ola hr per kari; do sync_as "$who" >/dev/null; done
all='["etter kopien","fra kari","fra ola"]'
is 'kari after the restore' "$(titles_of kari)" "$all"
is 'ola after the restore' "$(titles_of ola)" "$all"
"$samla_server" verify --dir "$work/server" >/dev/null || fail 'the restored server does not verify'
as hr invite create --user siri --name Siri --role leader --unit 1902 >/dev/null ||
  fail 'no invites after an administrator has synced'

# ---- the profile is copied to a second phone

add kari 'venter i begge'
cp -r "$work/kari" "$work/kari2"
add kari 'bare den første'
add kari2 'bare den andre'
for who in kari kari2 ola kari kari2; do sync_as "$who" >/dev/null; done
all='["bare den andre","bare den første","etter kopien","fra kari","fra ola","venter i begge"]'
for who in kari kari2 ola; do is "$who after the copy" "$(titles_of "$who")" "$all"; done

printf 'recovery: wiped, restored and copied; nothing lost\n'
