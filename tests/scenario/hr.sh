#!/usr/bin/env bash
# A new HR user's first weeks, by the command line alone: a list of units with mistakes in it, invites from a table,
# what units submit, one sent back, and the numbers in a spreadsheet.
source "$(dirname "${BASH_SOURCE[0]}")/world.sh" "${1:-}"

# has TEXT WHERE: TEXT stands in WHERE.
has() { grep -qF -- "$1" <<<"$2" || fail "no '$1' in: $2"; }
# refused ARGS...: HR asks, and is told why not.
refused() {
  local reply
  if reply=$("$samla" --profile "$work/hr" "$@" 2>&1); then fail "was taken: $*"; fi
  printf '%s' "$reply"
}

begin_server
as hr org create --name 'NAV PULS' --server "ws://127.0.0.1:$port/#$fragment" >/dev/null

# ---- units, with the mistakes that such lists have

printf 'nummer;navn\n1;x\n' >"$work/wrong.csv"
has "no column 'nummer'" "$(refused org import units --stdin <"$work/wrong.csv")"
printf '\xef\xbb\xbfnumber;name;type;fylke;headcount;successor\r\n1001;NAV Åsnes;lokal;Hedmark;tolv;\r\n1002;;lokal;Hedmark;8;\r\n1001;NAV Åsnes igjen;lokal;Hedmark;9;\r\n1003;NAV Sør-Odal;lokal;Hedmark;7;9999\r\n' \
  >"$work/units.csv"
reply=$(as hr org import units --stdin --dry-run <"$work/units.csv")
[[ $(jq -c '[.mistakes[].line]' <<<"$reply") == '[2,3,4,5]' ]] || fail "not every line is named: $reply"
has 'line 2: headcount must be a whole number' "$(refused org import units --stdin <"$work/units.csv")"
[[ $(field .units "$(as hr report response)") == 0 ]] || fail 'a file with mistakes was imported in part'
{
  printf 'number;name;type;fylke;headcount;successor\r\n'
  for i in 1 2 3 4 5 6; do printf '100%d;NAV Ås %d;lokal;Hedmark;1%d;\r\n' $i $i $i; done
  printf '1007;NAV Øygarden;lokal;Hedmark;4;1006\r\n'
} >"$work/units.csv"
reply=$(as hr org import units --stdin <"$work/units.csv")
[[ $(field '.changes | length' "$reply") == 7 ]] || fail "not all units came: $reply"
[[ $(field .same "$(as hr org import units --stdin <"$work/units.csv")") == 7 ]] || fail 'a second import changes something'

# ---- people

{
  printf 'user;name;unit\n'
  for i in 1 2 3 4 5 6; do printf 'leder%d;Åse Leder %d;100%d\n' $i $i $i; done
} >"$work/people.csv"
as hr org import leaders --stdin <"$work/people.csv" >/dev/null
reply=$(as hr invite import --stdin --csv "$work/links.csv" <"$work/people.csv")
mapfile -t links < <(jq -r '.invites[].invite' <<<"$reply")
for i in 1 2 3 4 5; do
  as "leder$i" join "${links[i - 1]}" --device "telefon $i" >/dev/null
  id=$(field .assessment.id "$(as "leder$i" assessment new --unit "100$i")")
  as "leder$i" assessment fill "$id" "summary=Ærlig svar nr $i" >/dev/null
  as "leder$i" assessment item add "$id" --type styrke --text 'Vi møter brukerne på Ås' --theme ett-nav >/dev/null
  as "leder$i" assessment item add "$id" --type svakhet --text '=SUM(A1:A9)' >/dev/null
  as "leder$i" assessment submit "$id" >/dev/null
  sync_as "leder$i" >/dev/null
done

# ---- the week's submissions; one goes back

sync_as hr >/dev/null
response=$("$samla" --profile "$work/hr" report response --by fylke)
has 'sendt' "$response"
has 'Hedmark' "$response"
! grep -q '[{"]' <<<"$response" || fail "a person reads JSON: $response"
[[ $(as hr report response | jq -c '[.missing[].unit]') == '["1006"]' ]] || fail 'who is missing is not named'
first=$(as hr assessment list --unit 1001 | jq -r '.assessments[0].id')
as hr assessment return "$first" summary='Si mer om hva dere bygger på' >/dev/null
sync_as hr >/dev/null
sync_as leder1 >/dev/null
mine=$(as leder1 assessment list | jq -r '.assessments[0].id')
[[ $(field .assessment.status "$(as leder1 assessment show "$mine")") == returnert ]] || fail 'the leader is not told'
has 'Si mer om hva' "$(as leder1 assessment show "$mine")"
as leder1 assessment fill "$mine" 'summary=Vi bygger på brukerundersøkelsen' >/dev/null
as leder1 assessment submit "$mine" >/dev/null
sync_as leder1 >/dev/null
sync_as hr >/dev/null
second=$(as hr assessment list --unit 1001 | jq -r '.assessments[0].id')
[[ $second != "$first" ]] || fail 'there is no second revision'
has 'brukerundersøkelsen' "$(as hr assessment diff "$second")"
as hr assessment approve "$second" >/dev/null
[[ $(field .by_status.godkjent "$(as hr report response)") == 1 ]] || fail 'the approval does not count'

# ---- numbers, for HR and for others

themes=$("$samla" --profile "$work/hr" report themes)
has 'Ett NAV' "$themes"
has 'Uten tema' "$themes"
text=$("$samla" --profile "$work/hr" report text --part styrke)
has '«Vi møter brukerne på Ås»' "$text"
others=$("$samla" --profile "$work/hr" report response --by fylke --for others)
has '–' "$others"
as hr export csv response --for others | jq -r .text | grep -q '–' || fail 'a hidden number is no dash in the file'
as hr export csv items --separator ';' | jq -r .text >"$work/items.csv"
[[ $(head -c 3 "$work/items.csv") == $'\xef\xbb\xbf' ]] || fail 'Excel will not take it for UTF-8'
grep -q "'=SUM" "$work/items.csv" || fail 'what somebody wrote is a formula'
as hr export xlsx items "$work/items.xlsx" >/dev/null
has 'is a file with that name already' "$(refused export xlsx items "$work/items.xlsx")"
sheet=$(unzip -p "$work/items.xlsx" xl/worksheets/sheet1.xml)
texts=$(unzip -p "$work/items.xlsx" xl/sharedStrings.xml)
[[ $(grep -o '<row ' <<<"$sheet" | wc -l) == 11 ]] || fail 'the spreadsheet is not a heading and ten items'
has 'Vi møter brukerne på Ås' "$texts"
has 'form_version' "$texts"
has '=SUM(A1:A9)' "$texts"
! grep -q '<f>' <<<"$sheet" || fail 'what somebody wrote is a formula in the spreadsheet'
as hr export xlsx response --for others "$work/response.xlsx" >/dev/null
has '<t>–</t>' "$(unzip -p "$work/response.xlsx" xl/sharedStrings.xml)"
hidden=$(as hr export json response --for others | jq '[.rows[][] | select(. == null)] | length')
((hidden > 0)) || fail 'a hidden number is not null in JSON'
if command -v soffice >/dev/null; then
  (cd "$work" && soffice --headless --convert-to csv:'Text - txt - csv (StarCalc)':44,34,76 items.xlsx >/dev/null 2>&1)
  [[ $(grep -c 'Vi møter brukerne på Ås' "$work/items.csv") == 5 ]] || fail 'LibreOffice reads something else'
fi
