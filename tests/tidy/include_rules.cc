// Include direction, cycles, foreign headers and the form of includes.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tests/tidy/include_table.h"
#include "tests/tidy/rules.h"

namespace samla::tidy {

namespace {

/// "core/seal", "core/include", "sync-server", "client-cli", "tests", or empty for anything else.
std::string module_of(std::string_view path) {
  if (path.starts_with("samla/")) return "core/include";
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {};
  if (path.substr(0, slash) != "core") return std::string(path.substr(0, slash));
  const std::size_t second = path.find('/', slash + 1);
  return second == std::string_view::npos ? std::string() : std::string(path.substr(0, second));
}

const ModuleRow* find_row(std::string_view module) {
  const auto& table = module_table();
  const auto row = std::ranges::find(table, module, &ModuleRow::module);
  return row == table.end() ? nullptr : &*row;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const auto name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

using Graph = std::map<std::string, std::set<std::string>>;

/// Depth first; reports each edge that leads back into the present path.
void walk(const Graph& graph, const std::string& node, std::vector<std::string>& path,
          std::set<std::string>& done, Findings& findings) {
  if (done.contains(node)) return;
  if (const auto on_path = std::ranges::find(path, node); on_path != path.end()) {
    std::string circle;
    for (auto step = on_path; step != path.end(); ++step) circle += *step + " -> ";
    findings.push_back({path.back(), 0,
                        "include cycle " + circle + node +
                            ": move what both need into a file or module that both may include"});
    return;
  }
  path.push_back(node);
  if (const auto edges = graph.find(node); edges != graph.end()) {
    for (const auto& next : edges->second) walk(graph, next, path, done, findings);
  }
  path.pop_back();
  done.insert(node);
}

void report_cycles(const Graph& graph, Findings& findings) {
  std::set<std::string> done;
  std::vector<std::string> path;
  for (const auto& [node, edges] : graph) walk(graph, node, path, done, findings);
}

std::string resolved(const std::string& target) {
  return target.starts_with("samla/") ? "core/include/" + target : target;
}

}  // namespace

Findings check_include_direction(const SourceTree& tree) {
  Findings findings;
  for (const auto& file : tree.files) {
    const std::string module = module_of(file.path);
    if (file.is_test() || file.is_markdown() || module.empty()) continue;
    const ModuleRow* row = find_row(module);
    if (row == nullptr) {
      findings.push_back({file.path, 0,
                          module +
                              " is in no row of tests/tidy/include_table.h: add one there, in "
                              "docs/ARCHITECTURE.md and in core/CMakeLists.txt, or use a module that is"});
      continue;
    }
    for (const auto& include : includes_of(file)) {
      const std::string target = module_of(include.target);
      if (!include.quoted && target != "core/include") continue;
      const bool base = target == "core/base" && module != "client-cli";
      if (base || target == module || std::ranges::count(row->may_include, target) > 0) continue;
      findings.push_back({file.path, include.line,
                          module + " may not include " + include.target + "; it may include " +
                              (module == "client-cli" ? "" : "core/base and ") +
                              (row->may_include.empty() ? "nothing else" : joined(row->may_include)) +
                              ": hand the thing in from above, or move it down"});
    }
  }
  return findings;
}

Findings check_include_cycles(const SourceTree& tree) {
  Graph files, modules;
  for (const auto& file : tree.files) {
    for (const auto& include : includes_of(file)) {
      if (!include.quoted) continue;
      files[file.path].insert(resolved(include.target));
      const std::string from = module_of(file.path);
      const std::string to = module_of(include.target);
      if (!file.is_test() && !from.empty() && !to.empty() && from != to) modules[from].insert(to);
    }
  }
  Findings findings;
  report_cycles(files, findings);
  report_cycles(modules, findings);
  return findings;
}

Findings check_foreign_headers(const SourceTree& tree) {
  Findings findings;
  for (const auto& file : tree.files) {
    if (file.is_test() || file.is_markdown()) continue;
    for (const auto& include : includes_of(file)) {
      for (const auto& row : foreign_table()) {
        if (include.quoted || !include.target.starts_with(row.header)) continue;
        const auto covers = [&](std::string_view prefix) { return file.path.starts_with(prefix); };
        if (std::ranges::any_of(row.allowed, covers)) continue;
        findings.push_back({file.path, include.line,
                            "<" + include.target + "> is kept to " + joined(row.allowed) + ": use " +
                                std::string(row.instead)});
      }
    }
  }
  return findings;
}

Findings check_include_form(const SourceTree& tree) {
  Findings findings;
  for (const auto& file : tree.files) {
    if (file.is_markdown()) continue;
    const auto includes = includes_of(file);
    if (file.is_header() && !file.is_test() && file.path.find("/include/") == std::string::npos &&
        file.code.find("#pragma once") == std::string::npos) {
      findings.push_back({file.path, 1, "add `#pragma once` after the opening comment"});
    }
    for (const auto& include : includes) {
      if (!include.quoted || tree.paths.contains(resolved(include.target))) continue;
      findings.push_back({file.path, include.line,
                          "\"" + include.target +
                              "\" is not a file from the project's root: write the path "
                              "from the root (\"core/base/result.h\"), and <> for other libraries"});
    }
    if (!file.is_source() || file.is_test()) continue;
    const std::string own = file.path.substr(0, file.path.size() - 3) + ".h";
    if (tree.find(own) != nullptr && (includes.empty() || includes.front().target != own)) {
      findings.push_back({file.path, includes.empty() ? 1 : includes.front().line,
                          "include the file's own header \"" + own + "\" first"});
    }
  }
  return findings;
}

}  // namespace samla::tidy
