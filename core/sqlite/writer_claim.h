// Keeps two writers of one database apart within this process: SQLite 3.40.1 may corrupt a database when
// two connections write and checkpoint at once, and its own locks allow that. Between processes it is
// the owner's task: the vault locks the file for its process.
// Any thread.
#pragma once

#include <filesystem>
#include <string>

namespace samla::sqlite {

class WriterClaim {
 public:
  WriterClaim() = default;
  ~WriterClaim() { release(); }
  WriterClaim(const WriterClaim&) = delete;
  WriterClaim& operator=(const WriterClaim&) = delete;

  /// False if another claim holds the file of that path on that VFS. Once.
  bool take(const std::filesystem::path& path, const std::string& vfs_name);
  void release();

 private:
  std::string claimed_;  // empty: nothing
};

}  // namespace samla::sqlite
