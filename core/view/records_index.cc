#include "core/view/records_index.h"

#include <algorithm>

#include "core/base/codec.h"
#include "core/sqlite/transaction.h"
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

Result<std::int64_t> indexed_to(sqlite::Connection& connection) {
  SAMLA_ASSIGN(auto query, connection.cached("SELECT indexed_to FROM view_index"));
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return fail(ErrorCode::store_corrupt, "record.index");
  return query->column_int64(0);
}

Result<std::int64_t> waiting(sqlite::Connection& connection, std::int64_t watermark) {
  SAMLA_ASSIGN(auto query, connection.cached("SELECT coalesce((SELECT max(number) FROM record), 0), "
                                             "(SELECT count(*) FROM view_unindexed)"));
  SAMLA_TRY(query->step());
  return std::max<std::int64_t>(query->column_int64(0) - watermark, 0) + query->column_int64(1);
}

Result<bool> waits(sqlite::Connection& connection, std::int64_t number) {
  SAMLA_ASSIGN(auto query, connection.cached("SELECT 1 FROM view_unindexed WHERE number = ?1"));
  query->bind(1, number);
  return query->step();
}

/// The rows that wait, and the watermark to the last of them.
Result<void> feed(sqlite::Connection& connection, const SearchFields& fields, std::int64_t watermark) {
  SAMLA_ASSIGN(auto query,
               connection.cached("SELECT " SAMLA_RECORD_COLUMNS
                                 " FROM record WHERE number IN (SELECT number FROM view_unindexed "
                                 "UNION SELECT number FROM record WHERE number > ?1)"));
  query->bind(1, watermark);
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) break;
    SAMLA_ASSIGN(const RecordRow row, read_record_row(*query));
    SAMLA_TRY(insert_text(connection, row.number, indexed_text(row, fields)));
    watermark = std::max(watermark, row.number);
  }
  SAMLA_TRY(connection.execute("DELETE FROM view_unindexed"));
  SAMLA_ASSIGN(auto update, connection.cached("UPDATE view_index SET indexed_to = ?1"));
  return update->bind(1, watermark).run();
}

/// `row` is in the index with `before`: out with it, to come again with what it is by then.
Result<void> take_out(sqlite::Connection& connection, std::int64_t number, const IndexedText& before) {
  if (!before.empty()) {
    SAMLA_ASSIGN(auto forget,
                 connection.cached("INSERT INTO record_search(record_search, rowid, title, body) "
                                   "VALUES('delete', ?1, ?2, ?3)"));
    SAMLA_TRY(forget->bind(1, number).bind(2, before.title).bind(3, before.body).run());
  }
  SAMLA_ASSIGN(auto wait, connection.cached("INSERT OR IGNORE INTO view_unindexed(number) VALUES(?1)"));
  return wait->bind(1, number).run();
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

const char* const kWatermarkSql =
    "CREATE TABLE IF NOT EXISTS view_index("
    "only INTEGER PRIMARY KEY CHECK(only = 1), indexed_to INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS view_unindexed(number INTEGER PRIMARY KEY);"
    "INSERT OR IGNORE INTO view_index(only, indexed_to) SELECT 1, coalesce(max(number), 0) FROM record";

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
  SAMLA_ASSIGN(const std::int64_t watermark, indexed_to(connection));
  if (row.number > watermark) return {};
  SAMLA_ASSIGN(const bool waiting_already, waits(connection, row.number));
  return waiting_already ? Result<void>() : take_out(connection, row.number, before);
}

Result<void> rebuild_index(sqlite::Connection& connection, const SearchFields& fields) {
  SAMLA_TRY(connection.execute("INSERT INTO record_search(record_search) VALUES('delete-all')"));
  return feed(connection, fields, 0);
}

Result<void> feed_index(sqlite::Connection& connection, const SearchFields& fields, std::int64_t rows_min) {
  SAMLA_ASSIGN(const std::int64_t watermark, indexed_to(connection));
  SAMLA_ASSIGN(const std::int64_t rows, waiting(connection, watermark));
  if (rows < rows_min) return {};
  if (connection.in_transaction()) return feed(connection, fields, watermark);
  SAMLA_ASSIGN(auto transaction, sqlite::Transaction::begin(connection));
  SAMLA_TRY(feed(connection, fields, watermark));
  return transaction.commit();
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
