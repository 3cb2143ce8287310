// Rope: a text in chunks of about a kilobyte, addressed by code points.
// Editing goes on near the last edit most of the time: the chunk used last is where a search begins.
// One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samla::text {

class Rope {
 public:
  Rope() = default;
  /// `text` is well-formed UTF-8.
  explicit Rope(std::string_view text);

  /// In code points.
  std::uint32_t length() const { return length_; }
  std::size_t bytes() const { return bytes_; }
  std::string text() const;

  /// Both leave the text as it is and say false if the place is not within it.
  [[nodiscard]] bool insert(std::uint32_t position, std::string_view text, std::uint32_t text_length);
  [[nodiscard]] bool erase(std::uint32_t position, std::uint32_t count);

 private:
  static constexpr std::uint32_t kChunkBytes = 1024;
  /// What a new chunk of a long insertion holds: room is left for edits.
  static constexpr std::uint32_t kFillBytes = 768;

  struct Chunk {
    std::uint32_t bytes = 0;
    std::uint32_t length = 0;
    std::unique_ptr<char[]> data;

    std::string_view view() const { return {data.get(), bytes}; }
    std::uint32_t offset(std::uint32_t position) const;
    void insert(std::uint32_t at, std::string_view text, std::uint32_t text_length);
    void erase(std::uint32_t at, std::uint32_t end, std::uint32_t count);
  };

  static Chunk make_chunk(std::string_view text);
  /// Makes the cursor's chunk the one with `position` in it or at its end.
  void seek(std::uint32_t position);
  /// Divides the cursor's chunk at byte `at`; the cursor stays on the first part.
  void divide(std::uint32_t at);
  void insert_long(std::uint32_t at, std::string_view text);
  void drop_empty(std::size_t first, std::size_t last);
  /// Joins the cursor's chunk with the next where both are small.
  void join();

  std::vector<Chunk> chunks_;
  std::uint32_t length_ = 0;
  std::size_t bytes_ = 0;
  std::size_t cursor_ = 0;
  std::uint32_t cursor_start_ = 0;  // code points before chunks_[cursor_]
};

}  // namespace samla::text
