#include "client-cli/invite_sheet.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client-cli/qr_code.h"

namespace samla::cli {
namespace {

constexpr const char* kPageHead = R"(<!doctype html>
<html lang="nb"><meta charset="utf-8"><title>Invitasjoner</title>
<style>
@page { size: A4; margin: 12mm }
body { font: 11pt/1.3 sans-serif; display: grid; grid-template-columns: repeat(2, 1fr); gap: 0; margin: 0 }
.card { border: 1px dashed #888; padding: 6mm; break-inside: avoid; display: flex; gap: 5mm }
.card svg { width: 42mm; height: 42mm; flex: none }
.card b { display: block; font-size: 13pt }
.card small { display: block; color: #444; margin-top: 2mm }
</style>
)";

std::string text_of(const Json& invite, const char* member) { return invite.value(member, std::string()); }

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// Text that a spreadsheet would take for a formula gets an apostrophe before it.
std::string cell(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string::npos;
  std::string out = "\"";
  if (formula) out += '\'';
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string invite_table(const Json& invites) {
  constexpr const char* kColumns[] = {"user", "name", "unit", "role", "invite"};
  std::string out = "\xef\xbb\xbf";
  for (const char* column : kColumns) out += std::string(column == kColumns[0] ? "" : ";") + column;
  out += "\r\n";
  for (const Json& invite : invites) {
    for (const char* column : kColumns) {
      out += (column == kColumns[0] ? "" : ";") + cell(text_of(invite, column));
    }
    out += "\r\n";
  }
  return out;
}

std::string invite_sheet(const Json& invites, const std::string& expires) {
  std::string out = kPageHead;
  for (const Json& invite : invites) {
    out += "<div class=\"card\">" + qr_svg(text_of(invite, "invite")) + "<div><b>" +
           escaped(text_of(invite, "name")) + "</b>" + escaped(text_of(invite, "user"));
    if (const std::string unit = text_of(invite, "unit"); !unit.empty()) out += "<br>" + escaped(unit);
    out += "<small>Én telefon, én gang, til " + escaped(expires.substr(0, 10)) +
           ". Vis koden til ingen andre.</small></div></div>\n";
  }
  return out + "</html>\n";
}

void write_private_file(const std::string& path, const std::string& text) {
  const auto failed = [&] { return Failure{"io", path + ": " + std::strerror(errno), 1}; };
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw failed();
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(file, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const Failure failure = failed();
      ::close(file);
      throw failure;
    }
    written += static_cast<std::size_t>(count);
  }
  if (::close(file) != 0) throw failed();
}

}  // namespace samla::cli
