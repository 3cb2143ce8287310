// ImportTable: what every import from CSV does: reads rows, compares with what is there, remembers the steps,
// and writes them only when nothing is wrong. Within the domain alone.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/import.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct ImportRow {
  std::size_t line = 0;
  std::map<std::string, std::string> values;  ///< by column

  /// Empty where the file has no such column.
  std::string value(const std::string& column) const;
};

class ImportTable {
 public:
  using Values = std::map<std::string, std::string>;

  /// Records of `kind`; `numbers`: fields that hold whole numbers (is_whole_number), not texts.
  ImportTable(Workspace& workspace, std::string_view kind, std::vector<std::string_view> numbers = {})
      : workspace_(workspace), kind_(kind), numbers_(std::move(numbers)) {}

  /// The rows; none where a column is wrong or missing, which is then a mistake.
  Result<std::vector<ImportRow>> read(std::string_view csv, const std::vector<std::string_view>& needed,
                                      const std::vector<std::string_view>& possible);

  void mistake(std::size_t line, std::string message);
  /// Whether `checked` is well; else its hint is the line's mistake.
  bool holds(std::size_t line, const Result<void>& checked);

  /// Compares with what is there, and remembers the steps. `id`: what the person knows it by. Of a new
  /// record `first` stand beside what is wanted.
  void put(const ImportRow& row, const std::string& id, const SpaceId& space, const RecordId& record,
           const Values& wanted, const view::RecordView* present, const Values& first = {});

  /// Writes what was remembered, unless there are mistakes or it is a trial.
  Result<ImportResult> finish(bool dry_run);

  ImportResult result;

 private:
  struct Create {
    RecordId record;
    SpaceId space;
    std::vector<replica::Edit::Field> fields;
  };
  struct Assign {
    RecordId record;
    SpaceId space;
    std::string name;
    view::Value value;
  };

  bool is_number(const std::string& name) const;
  view::Value value_of(const std::string& name, const std::string& value) const;
  std::string text_of(const view::RecordView& record, const std::string& name) const;
  Result<void> apply();
  Result<void> commit(replica::Edit& edit);

  Workspace& workspace_;
  std::string_view kind_;
  std::vector<std::string_view> numbers_;
  std::vector<Create> creates_;
  std::vector<Assign> assigns_;
  std::set<SpaceId> written_;
};

/// At most 7 digits, no leading zeros.
bool is_whole_number(const std::string& text);

}  // namespace samla::domain
