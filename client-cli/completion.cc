#include "client-cli/completion.h"

#include <map>
#include <set>

#include "client-cli/commands/command.h"

namespace samla::cli {
namespace {

/// For each beginning of a command: what may follow.
std::map<std::string, std::set<std::string>> followers() {
  std::map<std::string, std::set<std::string>> out;
  for (const Command& command : all_commands()) {
    std::string before;
    for (std::size_t from = 0; from < command.words.size();) {
      const std::size_t space = std::min(command.words.find(' ', from), command.words.size());
      const std::string word = command.words.substr(from, space - from);
      out[before].insert(word);
      before += (before.empty() ? "" : " ") + word;
      from = space + 1;
    }
    for (const Option& option : command.options) {
      if (option.name.starts_with("--")) out[before].insert(option.name);
    }
    out[before].insert("--help");
  }
  return out;
}

}  // namespace

std::string bash_completion() {
  std::string out =
      "# bash completion for samla: source <(samla completion bash)\n"
      "_samla() {\n"
      "  local word path= i\n"
      "  declare -A next=(\n";
  for (const auto& [before, words] : followers()) {
    out += "    [\" " + before + "\"]=\"";
    for (const std::string& word : words) out += word + " ";
    out += "\"\n";
  }
  out +=
      "  )\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case $word in\n"
      "      --profile | --passphrase-file) ((i++)) ;;\n"
      "      -*) ;;\n"
      "      *) [[ -n ${next[\" ${path:+$path }$word\"]} ]] && path=${path:+$path }$word ;;\n"
      "    esac\n"
      "  done\n"
      "  case ${COMP_WORDS[COMP_CWORD - 1]} in\n"
      "    --profile) COMPREPLY=($(compgen -d -- \"$2\")) ;;\n"
      "    --passphrase-file | --new-passphrase-file) COMPREPLY=($(compgen -f -- \"$2\")) ;;\n"
      "    *) COMPREPLY=($(compgen -W \"${next[\" $path\"]} --json --profile --passphrase-file\" -- \"$2\")) "
      ";;\n"
      "  esac\n"
      "}\n"
      "complete -F _samla samla\n";
  return out;
}

}  // namespace samla::cli
