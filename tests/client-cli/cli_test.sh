#!/usr/bin/env bash
# The command line from outside: usage, exit statuses, purity of --json, help, two programs on one profile,
# and the README's first steps. Usage: cli_test.sh SAMLA SAMLA_SERVER. Exit status 0: all is as it should be.
set -uo pipefail
samla=$1
server=$2
folder=$(mktemp -d)
server_process=
clean_up() {
  [[ -z $server_process ]] || kill "$server_process" 2>/dev/null
  rm -rf "$folder"
}
trap clean_up EXIT
export XDG_RUNTIME_DIR=$folder/run HOME=$folder/home SAMLA_PASSPHRASE="hemmelig æøå"
unset SAMLA_PROFILE XDG_DATA_HOME
mkdir -m 0700 "$XDG_RUNTIME_DIR" "$HOME"
failures=0

complain() {
  failures=$((failures + 1))
  printf 'not so: %s\n' "$*" >&2
}
# status N COMMAND…: runs it, with stdout in $folder/out and stderr in $folder/err; it must exit with N.
status() {
  local expected=$1 got=0
  shift
  "$@" >"$folder/out" 2>"$folder/err" </dev/null || got=$?
  ((got == expected)) && return
  complain "exit status $expected, but $got: ${*:2} $(head -c 300 "$folder/err" "$folder/out")"
}
out() { cat "$folder/out"; }
has() { grep -qF -- "$1" "$folder/out" || complain "stdout has '$1' but: $(head -c 300 "$folder/out")"; }
says() { grep -qF -- "$1" "$folder/err" || complain "stderr says '$1' but: $(head -c 300 "$folder/err")"; }
is() { [[ $1 == "$2" ]] || complain "'$1' is '$2'"; }
# pure: stdout is one JSON object on one line with ok, stderr is silent.
pure() {
  [[ $(jq -c 'has("ok")' "$folder/out" 2>/dev/null) == true ]] || complain "one JSON object: $(head -c 200 "$folder/out")"
  (($(wc -l <"$folder/out") == 1)) || complain "one line of JSON"
  [[ ! -s $folder/err ]] || complain "stderr is silent with --json: $(cat "$folder/err")"
}
hr() { "$samla" --profile "$folder/hr" "$@"; }
kari() { "$samla" --profile "$folder/kari" "$@"; }
value() { jq -r "$1" "$folder/out"; }

# Usage.
status 2 "$samla"
status 2 "$samla" unknown
says "samla --help"
status 2 "$samla" note
says "'note' needs one of: add, edit"
status 2 "$samla" notes list
says "is 'note' meant?"
status 2 "$samla" --profile note note ad --title x
says "there is no command 'note ad'; is 'note add' meant?"
status 2 "$samla" measure
status 2 "$samla" note add --unknown x
says "--unknown"
status 2 "$samla" note edit
status 2 "$samla" note list --limit many
status 2 "$samla" note list --limit -1
status 2 "$samla" conflict resolve 1234
status 2 "$samla" conflict resolve 1234 --keep 1 --both
status 2 "$samla" assessment fill 1234 novalue
status 2 "$samla" note add --title $'\xff'
says "UTF-8"
status 2 kari note edit 1234
status 0 "$samla" --version
status 0 "$samla" version
has "0.1.0"
status 0 "$samla" --json requests
pure
status 0 "$samla" completion bash
has "assessment"
bash -n "$folder/out" || complain "the completion is bash"

# Help, with the catalogue's words.
status 0 "$samla" --help
has "assessment"
for words in "org create" "org show" "invite create" "invite list" "invite revoke" "invite show" join \
  "device list" "device approve" "device rename" "space list" "space show" "space members" "note add" "note edit" \
  "note show" "note list" "note search" "note tag" "note share" "note delete" "note restore" "assessment new" \
  "assessment fill" "assessment item add" "assessment submit" "assessment show" "assessment list" \
  "conflict list" "conflict show" "conflict resolve" sync "sync now" "sync watch" "sync status" \
  "report response" "report themes" status requests "key passphrase change" scrub version; do
  # shellcheck disable=SC2086
  status 0 "$samla" $words --help
  (($(wc -c <"$folder/out") > 60)) || complain "help for $words"
done
status 0 "$samla" note add --help
has "kept byte for byte"

# What opens a profile.
SAMLA_PASSPHRASE= status 1 setsid "$samla" --profile "$folder/none" note list
says "--passphrase-file"
status 1 "$samla" --profile "$folder/none" note list
says "there is no store here"
status 1 "$samla" --json --profile "$folder/none" note list
pure
is "$(value .error.code)" store_missing
status 1 "$samla" --json --passphrase-file "$folder/missing" note list
pure
[[ ! -e $folder/none ]] || complain "a refused command leaves no profile"

# The README's first steps.
status 0 "$server" init --dir "$folder/server"
fragment=$(value .server)
"$server" run --dir "$folder/server" --listen 127.0.0.1:0 >"$folder/port" 2>/dev/null &
server_process=$!
for _ in $(seq 200); do
  [[ -s $folder/port ]] && break
  sleep 0.05
done
port=$(sed 's/.*://' "$folder/port")
status 0 hr --json org create --name Fylke --server "ws://127.0.0.1:$port/#$fragment"
pure
status 1 hr org create --name Fylke --server "ws://127.0.0.1:$port/#$fragment"
status 0 hr --json invite create --user kari --name Kari --role leader --unit 1902
invite=$(value .invite)
status 0 "$samla" invite show "$invite"
has "█"
status 0 kari join "$invite" --device "Karis telefon"
has "Karis telefon"
status 1 "$samla" --profile "$folder/late" join "$invite" --device x
[[ ! -e $folder/late ]] || complain "a join that fails leaves no profile"
status 0 kari --json note add --title "Tromsø, dag 1" --body "Vi må tørre å prioritere." --tag a --tag "[b,c]"
pure
note=$(value .note.id)
is "$(value '.note.tags | sort | join("|")')" "[b,c]|a"
status 0 kari note list
has "Tromsø, dag 1"
status 0 kari --json sync
pure
is "$(value .reached)" centre

# Bodies are kept byte for byte.
body=$'linje\r\n\ttabulator 🙂\n\n'
printf '%s' "$body" >"$folder/body"
kari --json note add --title "" --stdin <"$folder/body" >"$folder/out" 2>"$folder/err" || complain "note add --stdin"
exact=$(value .note.id)
kari --json note show "$exact" | jq -j .note.body | cmp -s - "$folder/body" || complain "a body is kept byte for byte"
printf '\xff' | kari note add --title x --stdin >/dev/null 2>"$folder/err" && complain "invalid UTF-8 is refused"
says "UTF-8"
status 0 kari --json note edit "$note" --body ""
is "$(value .note.body)" ""
status 0 kari --json note edit "$note" --body "--title"
is "$(value .note.body)" "--title"
status 0 kari note list --json
pure
status 0 kari note show "$note"
has "Tromsø, dag 1"
status 0 kari note search Troms
status 0 kari note tag "$note" --add ny --remove a
has "ny"
status 0 kari note delete "$note"
status 0 kari note restore "$note"

# An assessment.
status 0 kari --json assessment new --unit 1902
assessment=$(value .assessment.id)
status 0 kari --json assessment fill "$assessment" "situation=a=b" "summary=-"
is "$(value .assessment.answers.situation)" "a=b"
status 0 kari assessment item add "$assessment" --type styrke --text "Samarbeid" --theme ett-nav
status 1 kari assessment item add "$assessment" --type other --text x
status 0 kari assessment show "$assessment"
has "Samarbeid"
status 0 kari assessment submit "$assessment"
printf '{"summary": "fra JSON", "learning": "7"}' | kari --json assessment fill "$assessment" --stdin >"$folder/out" 2>"$folder/err"
is "$(value .assessment.answers.summary)" "fra JSON"
status 2 kari assessment fill "$assessment"
# In the editor: what cannot be read comes back with a mark at its line, and nothing is lost.
cat >"$folder/editor" <<'END'
#!/bin/sh
if grep -q '^#! ' "$1"; then sed -i 's/^= tull/= summary/' "$1"; else
  sed -i 's/^= summary/= tull/; /^= situation/a Fra editoren' "$1"; fi
END
chmod +x "$folder/editor"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
  VISUAL='' EDITOR=$folder/editor script -qec "'$samla' --profile '$folder/kari' assessment new --unit 1902" /dev/null \
    </dev/null >"$folder/out" 2>&1 || complain "assessment new in the editor: $(cat "$folder/out")"
  has "no question 'tull'"
  is "$(kari --json assessment list | jq '[.assessments[] | select(.answers.situation == "Fra editoren")] | length')" 1
  ls "$XDG_RUNTIME_DIR" | grep -q samla-kept && complain "no text is left behind once it was taken"
else
  echo "no pseudo-terminal can be had here (is /dev/pts mounted?): the editor is not tried" >&2
fi

# Forms.
status 0 kari form list
has "caf-lett"
kari --json form show egenvurdering | jq -r .definition >"$folder/form.json"
sed 's/"nn": "Oppsummering"/"nn": ""/' "$folder/form.json" >"$folder/broken.json"
status 1 kari form publish "$folder/form.json"
says "published by HR"
status 1 hr form publish "$folder/broken.json"
says "nynorsk"
status 0 hr form lint "$folder/broken.json"
has "label.nn"
status 2 hr form lint
jq '.sections[0].questions[0].required = true' "$folder/form.json" >"$folder/second.json"
status 0 hr form publish "$folder/second.json"
status 0 hr form diff egenvurdering@1 egenvurdering@2
has "required"
status 0 kari sync
status 0 hr sync
status 0 hr assessment list
has "sendt"
status 0 hr report response
has "ikke startet"
! grep -q '[{}]' "$folder/out" || complain "counts are lines for a person: $(out)"
status 0 hr report themes
has "ett-nav"
for words in "org show" "device list" "space list" "invite list" status "conflict list" "sync status" scrub; do
  # shellcheck disable=SC2086
  status 0 hr $words
  # shellcheck disable=SC2086
  status 0 hr --json $words
  pure
done

# A gathering, from its making to what was said there.
status 0 hr gathering create --name Bodø --place "Scandic Havet" --from 2016-01-27 --capacity 110
status 1 hr gathering join Bodø --user kari
says "sync"
status 0 hr sync
status 0 hr gathering join Bodø --user kari --table 4
status 0 hr gathering status Bodø publisert
status 0 hr sync
status 0 kari sync
status 0 kari sync
status 0 kari gathering checkin Bodø
has "møtt"
status 0 hr gathering session add Bodø --title Kafébord --from "2016-01-27 13:00" --theme ett-nav
status 0 hr gathering agenda Bodø
has "Kafébord"
status 0 kari input add --gathering Bodø --text "Færre rapporter" --theme mindre-styring --table 4
printf 'Kutt i rapporter' | kari --json input add --gathering Bodø --stdin >"$folder/out" 2>"$folder/err" ||
  complain "input add --stdin"
is "$(value .input.text)" "Kutt i rapporter"
status 2 kari input add --gathering Bodø
status 0 kari sync
status 0 hr sync
for input in $(hr --json input list | jq -r '.inputs[].id'); do
  status 0 hr input moderate "$input"
  status 0 hr input cluster "$input"
done
status 0 hr input list
has "klynget"
status 0 hr report inputs
has "mindre-styring"
clusters=$(hr --json cluster list | jq -r '.clusters[].id')
for cluster in $clusters; do status 0 hr cluster approve "$cluster"; done
# shellcheck disable=SC2086 # two words
status 0 hr --json round open $clusters --title Hovedtiltak --method rank
round=$(value .round.id)
status 1 hr round vote "$round" "${clusters%%$'\n'*}=1"
says "forum"
status 0 hr round show "$round"
has "Færre rapporter"
# shellcheck disable=SC2086
status 0 hr input merge $clusters
status 0 hr gathering report Bodø
has "1"

# A watch, another program on the same profile meanwhile, and its clean end.
"$samla" --profile "$folder/kari" --json sync watch >"$folder/watch" 2>"$folder/events" &
watch=$!
for _ in $(seq 200); do
  grep -q syncing "$folder/events" && break
  sleep 0.05
done
status 0 kari note add --title "mens en annen ser på"
SAMLA_PASSPHRASE=wrong status 1 kari note list
says "wrong passphrase"
status 0 kari note list
has "mens en annen"
kill -TERM "$watch"
watch_status=0
wait "$watch" || watch_status=$?
is "$watch_status" 0
is "$(jq -r .ok "$folder/watch")" true
status 0 kari note list

# A new passphrase.
SAMLA_NEW_PASSPHRASE=ny status 0 kari key passphrase change
status 1 kari status
says "wrong passphrase"
SAMLA_PASSPHRASE=ny status 0 kari status

# Without the server.
kill "$server_process"
wait "$server_process" 2>/dev/null
server_process=
export SAMLA_PASSPHRASE=ny
status 0 kari note add --title "uten dekning"
status 3 kari sync
has "not synced"
status 3 kari --json sync now
pure
is "$(value .ok)" true
is "$(value .reached)" none

((failures == 0)) && echo "the command line does as it says"
exit $((failures > 0))
