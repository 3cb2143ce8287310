// A prepared statement. Belongs to the thread of its connection and must not outlive it.
//
//   SAMLA_ASSIGN(auto find, db.cached("SELECT body FROM note WHERE id = ?1"));
//   find->bind(1, id);
//   SAMLA_ASSIGN(const bool found, find->step());
//   if (found) use(find->column_text(0));
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

struct sqlite3_stmt;

namespace samla::sqlite {

class Statement {
 public:
  /// Takes ownership; for Connection.
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  /// Binds parameter `index`, counted from 1. Values are copied. A failed bind is reported by the next
  /// step(). An empty text or blob is empty, not NULL.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, ByteView blob);
  Statement& bind_null(int index);
  template <std::size_t N, class Tag>
  Statement& bind(int index, const FixedBytes<N, Tag>& value) {
    return bind(index, value.view());
  }

  /// True: a row is there to read. False: done; the next step() starts over with the same bindings.
  /// After an error the statement is reset.
  Result<bool> step();
  /// Steps to the end, ignoring rows: for statements that change something.
  Result<void> run();
  /// Back to before the first row; bindings stay.
  void reset();
  void clear_bindings();

  /// Columns are counted from 0. Views last until the next step(), reset() or a second read of the same
  /// column as another type. NULL reads as 0 or empty.
  int column_count() const;
  bool column_is_null(int column) const;
  std::int64_t column_int64(int column) const;
  ByteView column_blob(int column) const;
  std::string_view column_text(int column) const;
  /// A blob that must have exactly the size of `Fixed`; store_corrupt otherwise.
  template <class Fixed>
  Result<Fixed> column_fixed(int column) const {
    const ByteView blob = column_blob(column);
    if (blob.size() != Fixed::kSize) return fail(ErrorCode::store_corrupt, "sqlite.column");
    return Fixed::from(blob);
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  void note_bind(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_failure_ = 0;
};

}  // namespace samla::sqlite
