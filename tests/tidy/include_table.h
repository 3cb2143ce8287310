// Who may include whom: the one place. docs/ARCHITECTURE.md gives the reasons, core/CMakeLists.txt
// links by the same order.
#pragma once

#include <string_view>
#include <vector>

namespace samla::tidy {

struct ModuleRow {
  std::string_view module;
  /// Beside itself and base, which everything may include.
  std::vector<std::string_view> may_include;
};

/// Lower rows build on higher ones, never the other way round. `sign` stands in the rows of those
/// who handle hashes or signatures that change and chain give them.
inline const std::vector<ModuleRow>& module_table() {
  static const std::vector<ModuleRow> table = {
      {"core/base", {}},
      {"core/sign", {}},
      {"core/seal", {}},
      {"core/sqlite", {}},
      {"core/wire", {}},
      {"core/noise", {}},
      {"core/text", {}},
      {"core/change", {"core/sign"}},
      {"core/resolve", {"core/change", "core/sign"}},
      {"core/chain", {"core/sign"}},
      {"core/custody", {"core/chain", "core/seal", "core/sign"}},
      {"core/vault", {}},
      {"core/store", {"core/sqlite", "core/change", "core/sign"}},
      {"core/session", {"core/wire", "core/change", "core/chain", "core/sign"}},
      {"core/net", {"core/wire", "core/noise"}},
      {"core/view", {"core/change", "core/resolve", "core/text", "core/sqlite", "core/sign"}},
      {"core/replica",
       {"core/sign", "core/seal", "core/sqlite", "core/wire", "core/noise", "core/text", "core/change",
        "core/resolve", "core/chain", "core/custody", "core/vault", "core/store", "core/session", "core/net",
        "core/view"}},
      // Domain and above see records through the replica, and name the view's types in doing so; of texts
      // the domain shows differences.
      {"core/domain", {"core/replica", "core/view", "core/text"}},
      {"core/requests", {"core/domain", "core/replica", "core/view"}},
      {"core/include", {}},
      {"core/capi", {"core/include", "core/requests", "core/domain", "core/replica"}},
      {"sync-server",
       {"core/sign", "core/change", "core/resolve", "core/chain", "core/wire", "core/noise", "core/session",
        "core/net", "core/sqlite"}},
      {"client-cli", {"core/include"}},
  };
  return table;
}

struct ForeignRow {
  std::string_view header;  // an include that begins so …
  /// … stands only in files whose paths begin so
  std::vector<std::string_view> allowed;
  std::string_view instead;
};

inline const std::vector<ForeignRow>& foreign_table() {
  static const std::vector<ForeignRow> table = {
      {"sqlite3", {"core/sqlite/", "core/vault/"}, "core/sqlite/connection.h"},
      {"sodium",
       {"core/sign/", "core/seal/", "core/noise/", "core/custody/", "core/vault/", "core/base/random.cc",
        "core/base/encoding.cc", "core/base/secret.cc"},
       "core/sign/hash.h, core/base/random.h or a module that owns the primitive"},
      {"boost/",
       {"core/net/", "sync-server/listener", "sync-server/connection", "client-cli/web/"},
       "core/net, whose headers name no Boost type"},
      {"libstemmer", {"core/view/word_forms.cc"}, "core/view/word_forms.h"},
      {"xlsxwriter", {"core/domain/spreadsheet"}, "core/domain/spreadsheet.h"},
      {"libpq", {"sync-server/storage/postgres"}, "the storage interface in sync-server/storage"},
      {"postgresql/", {"sync-server/storage/postgres"}, "the storage interface in sync-server/storage"},
  };
  return table;
}

}  // namespace samla::tidy
