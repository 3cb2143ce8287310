// Report text: the words that units use most, by stem, with quotes. Free text and its quotes are for HR
// alone; for other eyes a stem is told only where its number comes through a Table (suppression.h), and
// others are left out whole.
#pragma once

#include <string>
#include <vector>

#include "core/domain/reports.h"

namespace samla::domain {

struct TextFilter {
  std::string part;   ///< styrke, svakhet, tiltak: those items; "svar": the answers; empty: all items
  std::string theme;  ///< of items: a theme's key; empty: any
  std::size_t stems_max = 20;
  std::size_t quotes_max = 2;  ///< of each stem
};

struct Quote {
  std::string text;
  std::string unit;      ///< its number
  std::string revision;  ///< the submitted revision that it stands in
  std::string source;    ///< the item's id, or the form's field id
};

struct StemCount {
  std::string stem;
  std::string word;  ///< the form of it that is used most
  std::int64_t count = 0;
  Count units;                ///< for HR alone
  std::vector<Quote> quotes;  ///< for HR alone, from different units first
};

/// The most used first. Words of the trade that everybody uses (og, som, ikkje) are left out.
Result<std::vector<StemCount>> report_text(Workspace& workspace, const ReportFilter& filter,
                                           const TextFilter& text);

}  // namespace samla::domain
