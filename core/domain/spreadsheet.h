// Spreadsheet: a sheet as an XLSX file. The only place that knows the library that writes them.
#pragma once

#include <filesystem>

#include "core/domain/exports.h"

namespace samla::domain {

/// A new file, readable by its owner alone; already_exists where there is one. io; a failure leaves none.
Result<void> write_spreadsheet(const Sheet& sheet, const std::filesystem::path& path);

}  // namespace samla::domain
