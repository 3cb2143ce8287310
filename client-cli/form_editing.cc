#include "client-cli/form_editing.h"

#include <cstdio>
#include <filesystem>
#include <sstream>

#include "client-cli/editor.h"
#include "client-cli/session.h"

namespace samla::cli {
namespace {

constexpr std::string_view kMark = "#! ";

std::string without_marks(const std::string& text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string line = text.substr(begin, end - begin);
    if (!line.starts_with(kMark)) out += line;
    begin = end;
  }
  return out;
}

/// Below the line that the message names, so that line numbers stay right; else on top.
std::string with_mark(const std::string& text, const std::string& message) {
  const std::size_t named = message.find("line ");
  std::size_t lines = named == message.npos ? 0 : std::strtoul(message.c_str() + named + 5, nullptr, 10);
  std::size_t at = 0;
  for (; lines > 0 && at < text.size(); --lines) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  const bool ends = at == 0 || text[at - 1] == '\n';
  return text.substr(0, at) + (ends ? "" : "\n") + std::string(kMark) + message + "\n" + text.substr(at);
}

std::string message_of(const Json& reply) {
  const Json error = reply.value("error", Json::object());
  std::string out = error.value("hint", error.value("message", "refused"));
  for (char& c : out) c = c == '\n' ? ' ' : c;
  return out;
}

}  // namespace

std::string ask_with_edited(Session& session, Json request, const std::string& text) {
  std::string shown = text;
  std::filesystem::path kept;
  for (;;) {
    const std::string edited = edit_text(shown);
    request["text"] = without_marks(edited);
    const Json reply = Json::parse(session.ask(request), nullptr, false);
    std::error_code ignored;
    if (!kept.empty()) std::filesystem::remove(kept, ignored);
    if (reply.is_object() && reply.value("ok", Json()) == true) return reply.at("assessment").at("id");
    kept = keep_text(request["text"].get<std::string>());
    const std::string message = message_of(reply);
    if (edited == shown) throw Failure{"invalid_argument", message + "; your text is in " + kept.native(), 1};
    std::fprintf(stderr, "samla: %s; your text is in %s\n", message.c_str(), kept.c_str());
    shown = with_mark(request["text"].get<std::string>(), message);
  }
}

}  // namespace samla::cli
