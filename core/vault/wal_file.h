// The write-ahead log: SQLite's frames, each header and page sealed together in one write of 4120 bytes.
// Invariant: a frame on disk is either whole or fails its tag; in recovery a frame that fails reads as
// zeros, which is the log's normal end, anywhere else it is damage. A frame in use is the very one that
// was written or recovered: its tag is remembered, so that frames swapped beneath us fail too.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/vault/main_file.h"

namespace samla::vault {

class WalFile final : public VaultFile {
 public:
  explicit WalFile(MainFile& main) : main_(main) {}

  int open(sqlite3_vfs* base, const char* name, int flags, int* flags_out);

  int close() override;
  int read(std::span<std::uint8_t> out, sqlite3_int64 offset) override;
  int write(ByteView bytes, sqlite3_int64 offset) override;
  int truncate(sqlite3_int64 size) override;
  int sync(int flags) override;
  int size(sqlite3_int64* out) override;

  /// Authenticates the committed frames; adds their pages to `in_wal`. A SQLite code.
  int scrub(ScrubReport& report, std::set<std::uint32_t>& in_wal);

 private:
  using Frame = std::array<std::uint8_t, kFrameBytes>;
  struct HeldHeader {
    std::array<std::uint8_t, kFrameHeaderBytes> bytes;
    sqlite3_int64 frame;
  };

  using Salts = std::array<std::uint8_t, 8>;
  using Tag = std::array<std::uint8_t, 16>;

  int read_header(std::span<std::uint8_t> out);
  int recover_frame(sqlite3_int64 frame, FrameSpan out);
  int load_sealed(sqlite3_int64 frame, FrameSpan sealed, FrameSpan out);
  int load_frame(sqlite3_int64 frame, FrameSpan out);
  void remember_frame(sqlite3_int64 frame, FrameView sealed);
  sqlite3_int64 frames_in_use() const { return static_cast<sqlite3_int64>(tags_.size()); }
  void forget_frames();
  int store_frame(sqlite3_int64 frame, FrameView plain);
  int write_page(ByteView page, sqlite3_int64 frame);
  int flush_held_header();
  void find_id();

  MainFile& main_;
  BaseFile base_;
  std::optional<HeldHeader> held_;      // a frame's header whose page has not come yet
  Salts salts_{};                       // of the log that the header on disk begins
  std::vector<Tag> tags_;               // of the frames recovered or written since the log's last restart
  sqlite3_int64 committed_frames_ = 0;  // of these, up to the last that carries a commit mark
  bool id_sought_ = false;
};

}  // namespace samla::vault
