#include "core/sqlite/writer_claim.h"

#include <mutex>
#include <set>

namespace samla::sqlite {
namespace {

struct Claims {
  std::mutex mutex;
  std::set<std::string> claimed;
};

Claims& claims() {
  static Claims instance;
  return instance;
}

}  // namespace

bool WriterClaim::take(const std::filesystem::path& path, const std::string& vfs_name) {
  std::error_code unresolved;
  auto real_path = std::filesystem::weakly_canonical(path, unresolved);
  if (unresolved) real_path = std::filesystem::absolute(path, unresolved);
  std::string name = vfs_name + ':' + real_path.string();
  const std::lock_guard lock(claims().mutex);
  if (!claims().claimed.insert(name).second) return false;
  claimed_ = std::move(name);
  return true;
}

void WriterClaim::release() {
  if (claimed_.empty()) return;
  const std::lock_guard lock(claims().mutex);
  claims().claimed.erase(claimed_);
  claimed_.clear();
}

}  // namespace samla::sqlite
