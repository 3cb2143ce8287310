#!/usr/bin/env bash
# What the linker saw. Usage: link.sh BUILD_DIR. Exit code 77 means skipped: neither program is built.
#  1. The server holds no code that opens, edits or shows what people wrote.
#  2. The command line uses nothing of the core but the C functions samla_*.
set -euo pipefail
build=$1
server=$build/sync-server/samla-server
client=$build/client-cli/samla
checked=0
failed=0

if [[ -x $server ]]; then
  checked=1
  found=$(nm -C --defined-only "$server" | grep -E 'samla::(seal|custody|text|view|domain)::' || true)
  if [[ -n $found ]]; then
    failed=1
    echo "the server holds symbols of modules that it must not link:"
    head -n 20 <<<"$found"
    echo "take the module out of the server's libraries, or move what it needs down"
  fi
fi

if [[ -x $client ]]; then
  checked=1
  mapfile -d '' objects < <(find "$build/client-cli" -name '*.o' -print0)
  if ((${#objects[@]})); then
    own=$(nm -C --defined-only "${objects[@]}" | grep -oE ' [A-Za-z] .*samla::.*' | cut -c4- | sort -u || true)
    wanted=$(nm -C --undefined-only "${objects[@]}" | grep -oE ' U .*samla::.*' | cut -c4- | sort -u || true)
    found=$(comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$own"))
    if [[ -n ${found//[[:space:]]/} ]]; then
      failed=1
      echo "the command line uses C++ symbols of the core:"
      head -n 20 <<<"$found"
      echo "make a request through samla.h instead"
    fi
  fi
fi

if ((!checked)); then
  echo "skipped: neither $server nor $client is built"
  exit 77
fi
((!failed)) && echo "linked as the architecture says"
exit "$failed"
