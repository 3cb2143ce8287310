#include "core/view/records_index.h"

#include <algorithm>

#include "core/base/codec.h"
#include "core/view/records_table.h"

namespace samla::view {
namespace {

constexpr std::size_t kSearchPartsMax = 32;

void add_line(std::string& out, const std::string& line) {
  if (line.empty()) return;
  if (!out.empty()) out += '\n';
  out += line;
}

void add_field(std::string& out, const RecordView& view, const std::string& name) {
  for (const FieldView& field : view.fields) {
    if (field.name != name || !field.element.empty()) continue;
    for (const HeadView& head : field.heads) {
      if (const auto* text = std::get_if<std::string>(&head.value)) add_line(out, *text);
    }
  }
  for (const std::string& element : view.elements(name)) add_line(out, element);
}

Result<void> insert_text(sqlite::Connection& connection, std::int64_t number, const IndexedText& text) {
  if (text.empty()) return {};
  SAMLA_ASSIGN(auto insert,
               connection.cached("INSERT INTO record_search(rowid, title, body) VALUES(?1, ?2, ?3)"));
  return insert->bind(1, number).bind(2, text.title).bind(3, text.body).run();
}

struct Part {
  std::string text;
  bool phrase = false;
};

std::vector<Part> split(std::string_view words) {
  std::vector<Part> parts(1);
  bool in_phrase = false;
  for (const char c : words) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
    if (c == '"') {
      in_phrase = !in_phrase;
      parts.push_back({"", in_phrase});
    } else if (space && !in_phrase) {
      parts.push_back({});
    } else {
      parts.back().text += c == '\0' ? ' ' : c;  // FTS5 reads its expression up to a zero
    }
  }
  std::erase_if(parts, [](const Part& part) { return part.text.empty(); });
  if (parts.size() > kSearchPartsMax) parts.resize(kSearchPartsMax);
  return parts;
}

}  // namespace

const char* const kIndexTableSql =
    "CREATE VIRTUAL TABLE IF NOT EXISTS record_search USING fts5("
    "title, body, content = '', " SAMLA_TOKENIZER ")";

IndexedText indexed_text(const RecordRow& row, const SearchFields& fields) {
  IndexedText out;
  const auto searched = fields.find(row.kind);
  if (searched == fields.end() || !row.origin || row.erased()) return out;
  const RecordView view = row.view();
  for (std::size_t i = 0; i < searched->second.size(); ++i) {
    add_field(i == 0 ? out.title : out.body, view, searched->second[i]);
  }
  return out;
}

Result<void> update_index(sqlite::Connection& connection, const RecordRow& row, const IndexedText& before,
                          const IndexedText& after) {
  if (before == after) return {};
  if (!before.empty()) {
    SAMLA_ASSIGN(auto forget,
                 connection.cached("INSERT INTO record_search(record_search, rowid, title, body) "
                                   "VALUES('delete', ?1, ?2, ?3)"));
    SAMLA_TRY(forget->bind(1, row.number).bind(2, before.title).bind(3, before.body).run());
  }
  return insert_text(connection, row.number, after);
}

Result<void> rebuild_index(sqlite::Connection& connection, const SearchFields& fields) {
  SAMLA_TRY(connection.execute("INSERT INTO record_search(record_search) VALUES('delete-all')"));
  SAMLA_ASSIGN(auto query, connection.cached("SELECT " SAMLA_RECORD_COLUMNS " FROM record ORDER BY number"));
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) return {};
    SAMLA_ASSIGN(const RecordRow row, read_record_row(*query));
    SAMLA_TRY(insert_text(connection, row.number, indexed_text(row, fields)));
  }
}

Bytes encode(const SearchFields& fields) {
  Writer writer;
  writer.varint(fields.size());
  for (const auto& [kind, names] : fields) {
    writer.text(kind);
    writer.varint(names.size());
    for (const std::string& name : names) writer.text(name);
  }
  return writer.take();
}

std::string search_expression(std::string_view words) {
  const std::vector<Part> parts = split(words);
  std::string out;
  for (const Part& part : parts) out += (out.empty() ? "\"" : " \"") + part.text + "\"";
  if (!parts.empty() && !parts.back().phrase) out += " *";
  return out;
}

}  // namespace samla::view
