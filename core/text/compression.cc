#include "core/text/compression.h"

#include <zstd.h>

#include <memory>

namespace samla::text {

namespace {

constexpr int kLevel = 17;
/// zstd's best ratio is a block of 128 KiB in 4 bytes.
constexpr std::size_t kRatioMax = 32 * 1024;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

void write_compressed(Writer& out, std::string_view data, std::string_view reference) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  SAMLA_ASSERT(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  if (!reference.empty()) ZSTD_CCtx_refPrefix(context.get(), reference.data(), reference.size());
  std::string packed(ZSTD_compressBound(data.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context.get(), packed.data(), packed.size(), data.data(), data.size());
  SAMLA_ASSERT(ZSTD_isError(size) == 0);
  out.varint(data.size());
  out.text(std::string_view(packed).substr(0, size));
}

std::string read_compressed(Reader& in, std::size_t bytes_max, std::string_view reference) {
  const auto size = static_cast<std::size_t>(in.varint(bytes_max));
  const ByteView packed = in.blob(in.rest().size());
  if (!in.failed() && size / kRatioMax > packed.size()) in.refuse(ErrorCode::malformed);
  if (in.failed()) return {};
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  SAMLA_ASSERT(context != nullptr);
  if (!reference.empty()) ZSTD_DCtx_refPrefix(context.get(), reference.data(), reference.size());
  std::string data(size, '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(context.get(), data.data(), data.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0 || got != size) {
    in.refuse(ErrorCode::malformed);
    return {};
  }
  return data;
}

}  // namespace samla::text
