#include "core/base/codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/base/random.h"

namespace samla {
namespace {

TEST(Varint, RoundTripsAtEveryBoundaryInItsShortestForm) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t delta : {0u, 1u}) {
      const std::uint64_t value = (std::uint64_t{1} << bits) - delta;
      Bytes bytes;
      append_varint(bytes, value);
      EXPECT_EQ(bytes.size(), varint_size(value));
      Reader reader(bytes);
      EXPECT_EQ(reader.varint(), value);
      EXPECT_TRUE(reader.finish("test").ok());
    }
  }
}

TEST(Varint, RefusesLongerFormsAndOverflow) {
  for (const Bytes& bytes : {Bytes{0x80, 0x00}, Bytes{0xff, 0x80, 0x00},
                             Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},
                             Bytes{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}}) {
    Reader reader(bytes);
    reader.varint();
    ASSERT_TRUE(reader.failed());
    EXPECT_EQ(reader.status("test").error().code, ErrorCode::not_canonical);
  }
}

TEST(Reader, GivesBackWhatTheWriterWroteAndFailsAtEveryTruncation) {
  Writer writer;
  writer.u8(7);
  writer.u32(0xdeadbeef);
  writer.u64(std::numeric_limits<std::uint64_t>::max());
  writer.varint(300);
  writer.text("blåbær");
  writer.fixed(RecordId{{1, 2, 3}});
  const Bytes whole = writer.bytes();
  const auto read = [](ByteView bytes) {
    Reader reader(bytes);
    EXPECT_TRUE(reader.u8() == 7 || reader.failed());
    reader.u32();
    reader.u64();
    reader.varint();
    const std::string text = reader.text(100);
    reader.fixed<RecordId>();
    EXPECT_TRUE(text == "blåbær" || reader.failed());
    return reader.finish("test").ok();
  };
  EXPECT_TRUE(read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read(ByteView(whole).first(size)));
}

TEST(Reader, NeverAllocatesByACountThatTheBytesCannotHold) {
  Writer writer;
  writer.varint(1'000'000);
  writer.u64(0);
  Reader reader(writer.bytes());
  EXPECT_EQ(reader.count(2'000'000, 16), 0u);
  EXPECT_TRUE(reader.failed());
}

TEST(Reader, RefusesBytesThatRemain) {
  const Bytes bytes = {1, 2};
  Reader reader(bytes);
  reader.u8();
  EXPECT_FALSE(reader.finish("test").ok());
}

}  // namespace
}  // namespace samla
