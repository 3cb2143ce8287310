#include "core/view/records_index.h"

#include <algorithm>

#include "core/base/codec.h"
#include "core/sqlite/transaction.h"
#include "core/view/records_table.h"
#include "core/view/search_terms.h"

namespace samla::view {
namespace {

/// 1 had no forms. An index of another version is built anew.
constexpr std::uint64_t kIndexVersion = 2;

void add_line(std::string& out, const std::string& line) {
  if (line.empty()) return;
  if (!out.empty()) out += '\n';
  out += line;
}

bool is_like(const std::string& name, const std::string& pattern) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return name == pattern;
  return name.size() + 1 >= pattern.size() && name.starts_with(std::string_view(pattern).substr(0, star)) &&
         name.ends_with(std::string_view(pattern).substr(star + 1));
}

bool is_taken_out(const std::string& name, const std::vector<std::string>& names) {
  return std::ranges::find(names, "-" + name) != names.end();
}

void add_field(std::string& out, const RecordView& view, const std::string& name,
               const std::vector<std::string>& names) {
  for (const FieldView& field : view.fields) {
    if (!is_like(field.name, name) || !field.element.empty() || is_taken_out(field.name, names)) continue;
    for (const HeadView& head : field.heads) {
      if (const auto* text = std::get_if<std::string>(&head.value)) add_line(out, *text);
    }
  }
  for (const std::string& element : view.elements(name)) add_line(out, element);
}

Result<void> insert_text(sqlite::Connection& connection, std::int64_t number, const IndexedText& text,
                         IndexForms& index_forms) {
  if (text.empty()) return {};
  SAMLA_ASSIGN(
      auto insert,
      connection.cached("INSERT INTO record_words(rowid, title, body, forms) VALUES(?1, ?2, ?3, ?4)"));
  const std::string forms = index_forms.of(text.title, text.body);
  return insert->bind(1, number).bind(2, text.title).bind(3, text.body).bind(4, forms).run();
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
  IndexForms forms;
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) break;
    SAMLA_ASSIGN(const RecordRow row, read_record_row(*query));
    SAMLA_TRY(insert_text(connection, row.number, indexed_text(row, fields), forms));
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
                 connection.cached("INSERT INTO record_words(record_words, rowid, title, body, forms) "
                                   "VALUES('delete', ?1, ?2, ?3, ?4)"));
    const std::string forms = IndexForms().of(before.title, before.body);
    SAMLA_TRY(forget->bind(1, number).bind(2, before.title).bind(3, before.body).bind(4, forms).run());
  }
  SAMLA_ASSIGN(auto wait, connection.cached("INSERT OR IGNORE INTO view_unindexed(number) VALUES(?1)"));
  return wait->bind(1, number).run();
}

}  // namespace

const char* const kIndexTableSql =
    "DROP TABLE IF EXISTS record_search;"  // of version 1, without forms
    "CREATE VIRTUAL TABLE IF NOT EXISTS record_words USING fts5("
    "title, body, forms, content = '', "
    "tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* Co'\")";

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
    add_field(i == 0 ? out.title : out.body, view, searched->second[i], searched->second);
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
  SAMLA_TRY(connection.execute("INSERT INTO record_words(record_words) VALUES('delete-all')"));
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
  writer.varint(kIndexVersion);
  writer.varint(fields.size());
  for (const auto& [kind, names] : fields) {
    writer.text(kind);
    writer.varint(names.size());
    for (const std::string& name : names) writer.text(name);
  }
  return writer.take();
}

}  // namespace samla::view
