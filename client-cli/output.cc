#include "client-cli/output.h"

#include <algorithm>

#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

constexpr std::size_t kNarrowest = 8;

std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (std::ranges::any_of(value, [](const Json& each) { return each.is_structured(); })) {
    return std::to_string(value.size());
  }
  std::string out;
  for (const Json& each : value) out += (out.empty() ? "" : ", ") + text_of(each);
  return out;
}

std::string safe(const std::string& text, bool lines) {
  return stdout_is_terminal() ? harmless(text, lines) : text;
}

/// A column, "a/b" being b within a; null where it is not there.
const Json& at(const Json& row, const std::string& column) {
  static const Json none;
  const Json* inner = &row;
  for (std::size_t from = 0; from <= column.size();) {
    const std::size_t slash = std::min(column.find('/', from), column.size());
    const auto found = inner->is_object() ? inner->find(column.substr(from, slash - from)) : inner->end();
    if (!inner->is_object() || found == inner->end()) return none;
    inner = &*found;
    from = slash + 1;
  }
  return *inner;
}

std::string cell(const Json& row, const std::string& column) {
  return harmless(text_of(at(row, column)), false);
}

std::string bold(const std::string& text) {
  return stdout_is_terminal() ? "\033[1m" + text + "\033[0m" : text;
}

std::string cut(const std::string& text, std::size_t width) {
  if (columns_of(text) <= width) return text;
  std::string out;
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80;
    if (begins && ++columns == width) break;
    out += text[i];
  }
  return out + "…";
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t columns = columns_of(text);
  return columns < width ? text + std::string(width - columns, ' ') : text;
}

std::string heading(std::string column) {
  std::ranges::replace(column, '/', ' ');
  std::ranges::replace(column, '_', ' ');
  return column;
}

/// A terminal's width is kept to by shortening the last columns, but for ids, which are to be copied.
void fit(std::vector<std::size_t>& widths) {
  const std::size_t whole = terminal_width();
  if (whole == 0) return;
  std::size_t used = 2 * (widths.size() - 1);
  for (const std::size_t width : widths) used += width;
  for (std::size_t i = widths.size(); i-- > 1 && used > whole;) {
    const std::size_t least = std::min(widths[i], kNarrowest);
    const std::size_t less = std::min(widths[i] - least, used - whole);
    widths[i] -= less;
    used -= less;
  }
}

std::string table(const Json& rows, const std::vector<std::string>& columns) {
  if (!rows.is_array() || rows.empty()) return {};
  std::vector<std::vector<std::string>> cells(1);
  for (const auto& column : columns) cells[0].push_back(heading(column));
  for (const Json& row : rows) {
    auto& line = cells.emplace_back();
    for (const auto& column : columns) line.push_back(cell(row, column));
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  }
  fit(widths);
  std::string out;
  for (const auto& line : cells) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string shortened = cut(line[i], widths[i]);
      text += i + 1 < line.size() ? padded(shortened, widths[i]) + "  " : shortened;
    }
    out += (&line == &cells[0] ? bold(text) : text) + "\n";
  }
  return out;
}

bool is_block(const Json& value) {
  return value.is_object() || (value.is_array() && !value.empty() && value.front().is_object());
}

std::vector<std::string> names_of(const Json& object) {
  std::vector<std::string> out;
  for (const auto& [name, value] : object.items()) out.push_back(name);
  return out;
}

/// What does not go on the line of its name: counts by name, rows.
std::string block(const std::string& name, const Json& value) {
  std::string out = "\n" + bold(heading(name)) + "\n";
  if (value.is_array()) return out + table(value, names_of(value.front()));
  std::size_t width = 0;
  for (const std::string& each : names_of(value)) width = std::max(width, columns_of(each));
  for (const auto& [each, inner] : value.items()) {
    out += harmless(padded(each, width), false) + "  " + harmless(text_of(inner), false) + "\n";
  }
  return out;
}

std::string fields(const Json& object, std::vector<std::string> columns) {
  if (columns.empty() && object.is_object()) {
    for (const auto& [name, value] : object.items()) {
      if (name != "ok") columns.push_back(name);
    }
  }
  std::size_t width = 0;
  for (const auto& column : columns) width = std::max(width, columns_of(heading(column)));
  std::string out;
  for (const auto& column : columns) {
    if (!at(object, column).is_null() && !is_block(at(object, column))) {
      out += bold(padded(heading(column), width)) + "  " + cell(object, column) + "\n";
    }
  }
  for (const auto& column : columns) {
    if (is_block(at(object, column))) out += block(column, at(object, column));
  }
  return out;
}

/// A number that is hidden, or that there is none of.
constexpr const char* kHidden = "–";

std::string counted(const Json& value) { return value.is_null() ? kHidden : harmless(text_of(value), false); }

/// The columns of rows that hold counts by word: each word is a column of its own. Lists of objects have no
/// place in a cell.
std::vector<std::string> report_columns(const Json& row) {
  std::vector<std::string> out;
  for (const auto& [name, value] : row.items()) {
    if (value.is_object()) {
      for (const std::string& word : names_of(value)) out.push_back(name + "/" + word);
    } else if (!is_block(value)) {
      out.push_back(name);
    }
  }
  return out;
}

std::string report_table(const Json& rows) {
  const std::vector<std::string> columns = report_columns(rows.front());
  Json flat = Json::array();
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(column.substr(column.find('/') + 1));
  for (const Json& row : rows) {
    Json& line = flat.emplace_back(Json::object());
    for (std::size_t i = 0; i < columns.size(); ++i) line[names[i]] = counted(at(row, columns[i]));
  }
  return table(flat, names);
}

/// Counts: those that are hidden show as such, words of statuses are the heads of columns.
std::string report(const Json& reply) {
  std::size_t width = 0;
  for (const auto& [name, value] : reply.items()) {
    if (!is_block(value) && name != "ok") width = std::max(width, columns_of(heading(name)));
  }
  std::string out;
  for (const auto& [name, value] : reply.items()) {
    if (is_block(value) || value.is_array() || name == "ok") continue;
    out += bold(padded(heading(name), width)) + "  " + counted(value) + "\n";
  }
  // A table that is all there is needs no heading.
  const bool has_headings = !out.empty() || std::ranges::count_if(reply, is_block) > 1;
  for (const auto& [name, value] : reply.items()) {
    if (!is_block(value) || value.empty()) continue;
    if (has_headings) out += (out.empty() ? "" : "\n") + bold(heading(name)) + "\n";
    if (value.is_array()) {
      out += report_table(value);
      continue;
    }
    std::size_t widest = 0;
    for (const std::string& each : names_of(value)) widest = std::max(widest, columns_of(each));
    for (const auto& [each, inner] : value.items())
      out += harmless(padded(each, widest), false) + "  " + counted(inner) + "\n";
  }
  return out;
}

/// Words with their counts, each with its quotes below.
std::string words(const Json& rows) {
  std::string out;
  for (const Json& row : rows) {
    const std::string units = cell(row, "units");
    out += bold(cell(row, "word")) + "  " + cell(row, "count") +
           (units.empty() ? "" : ", in " + units + (units == "1" ? " unit" : " units")) + "\n";
    for (const Json& quote : at(row, "quotes"))
      out += "    «" + cell(quote, "text") + "»  " + cell(quote, "unit") + "\n";
  }
  return out;
}

std::string line(const Json& object, const std::vector<std::string>& columns) {
  std::string out;
  for (const auto& column : columns) {
    const std::string text = cell(object, column);
    if (!text.empty()) out += (out.empty() ? "" : "  ") + text;
  }
  return out + "\n";
}

std::string note(const Json& note) {
  const std::string body = safe(text_of(at(note, "body")), true);
  const std::string title = bold(cell(note, "title"));
  const std::string about = fields(note, {"id", "tags", "space", "author_name", "updated", "status",
                                          "gathering", "conflict", "merged", "attachments"});
  return title + "\n" + about + "\n" + body + (body.ends_with('\n') || body.empty() ? "" : "\n");
}

std::string assessment(const Json& assessment) {
  std::string out =
      fields(assessment, {"id", "unit", "form", "status", "author_name", "updated", "conflict"});
  const Json& answers = at(assessment, "answers");
  if (answers.is_object()) {
    for (const auto& [name, value] : answers.items()) {
      out += "\n" + bold(safe(name, false)) + "\n" + safe(text_of(value), true) + "\n";
    }
  }
  const std::string items = table(at(assessment, "items"), {"id", "type", "theme", "text"});
  return items.empty() ? out : out + "\n" + items;
}

/// What was taken out and put in, word by word: in colour on a terminal, else in [-…-] and {+…+}.
std::string marked(const Json& parts) {
  const bool colour = stdout_is_terminal();
  std::string out;
  for (const Json& part : parts) {
    const std::string change = text_of(at(part, "change"));
    const std::string text = safe(text_of(at(part, "text")), true);
    if (change == "removed") {
      out += colour ? "\033[31;9m" + text + "\033[0m" : "[-" + text + "-]";
    } else if (change == "added") {
      out += colour ? "\033[32m" + text + "\033[0m" : "{+" + text + "+}";
    } else {
      out += text;
    }
  }
  return out;
}

std::string conflict(const Json& conflict) {
  std::string out = fields(conflict, {"id", "kind", "record_kind", "record", "field"});
  for (const Json& head : at(conflict, "heads")) {
    out += "\n" +
           bold(cell(head, "n") + "  " + cell(head, "user") + ", " + cell(head, "device") + ", " +
                cell(head, "time")) +
           "\n" +
           (at(head, "diff").is_array() ? marked(at(head, "diff")) : safe(text_of(at(head, "value")), true)) +
           "\n";
  }
  if (!at(conflict, "base").is_null())
    out += "\n" + bold("before") + "\n" + safe(text_of(at(conflict, "base")), true) + "\n";
  if (!at(conflict, "merged").is_null()) {
    out += "\n" + bold("shown meanwhile") + "\n" + safe(text_of(at(conflict, "merged")), true) + "\n";
  }
  return out;
}

std::string sync(const Json& reply) {
  std::string out = "sent " + cell(reply, "sent") + ", received " + cell(reply, "received") + "\n";
  if (cell(reply, "reached") == "none") {
    const std::string reason = cell(reply, "reason");
    out += "not synced: the server cannot be reached" + (reason.empty() ? "" : " (" + reason + ")") +
           "; what was written is safe here and goes along next time\n";
  }
  const std::string conflicts = cell(reply, "conflicts");
  if (!conflicts.empty() && conflicts != "0")
    out += "conflicts for a person: " + conflicts + " (samla conflict list)\n";
  for (const Json& notice : at(reply, "notices")) out += safe(text_of(notice), false) + "\n";
  return out;
}

std::string body_of(const View& view, const Json& value) {
  switch (view.form) {
    case View::Form::kTable:
      return table(value, view.columns);
    case View::Form::kLine:
      return line(value, view.columns);
    case View::Form::kFields:
      return fields(value, view.columns);
    case View::Form::kText:
      return safe(text_of(value), true) + "\n";
    case View::Form::kNote:
      return note(value);
    case View::Form::kAssessment:
      return assessment(value);
    case View::Form::kConflict:
      return conflict(value);
    case View::Form::kSync:
      return sync(value);
    case View::Form::kReport:
      return report(value);
    case View::Form::kWords:
      return words(value);
    case View::Form::kDone:
      break;
  }
  return "done\n";
}

}  // namespace

std::string shown(const View& view, const Json& reply) {
  const Json& value = view.member.empty() ? reply : at(reply, view.member);
  // A text that went into files: the reply says where.
  std::string out =
      view.form == View::Form::kText && value.is_null() ? fields(reply, {}) : body_of(view, value);
  for (const Json& warning : at(reply, "warnings")) {
    out += "warning: " + cell(warning, "message") + "\n";
  }
  return out;
}

std::string shown_event(const Json& event) {
  const std::string kind = cell(event, "event");
  if (kind == "sync.state") return {};
  std::string out = kind;
  for (const auto& [name, value] : event.items()) {
    if (name != "event") out += "  " + harmless(name, false) + " " + harmless(text_of(value), false);
  }
  return out;
}

std::string shown_error(const Json& reply) {
  const std::string message = cell(reply, "error/message");
  return harmless(message.empty() ? text_of(at(reply, "error")) : message, false);
}

}  // namespace samla::cli
