#include "core/custody/link_text.h"

#include "core/base/encoding.h"
#include "core/sign/hash.h"

namespace samla::custody {

namespace {

constexpr std::string_view kPrefix = "samla:";
constexpr std::size_t kChecksumBytes = 4;

Bytes checksum(std::string_view domain, ByteView bytes) {
  return to_bytes(sign::hash(domain, bytes).view().first(kChecksumBytes));
}

}  // namespace

Error mangled_link() {
  return fail(ErrorCode::invite_mangled, "invite",
              "copy the whole link again, from samla: to its last character");
}

std::string link_text(std::string_view domain, ByteView body) {
  Bytes bytes = to_bytes(body);
  append(bytes, checksum(domain, body));
  return std::string(kPrefix) + to_base64url(bytes);
}

Result<Bytes> read_link_text(std::string_view domain, std::string_view text) {
  std::string compact;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') compact += c;
  }
  if (!compact.starts_with(kPrefix)) return mangled_link();
  const auto bytes = from_base64url(std::string_view(compact).substr(kPrefix.size()));
  if (!bytes.ok() || bytes->size() <= kChecksumBytes) return mangled_link();
  const ByteView body = ByteView(*bytes).first(bytes->size() - kChecksumBytes);
  if (!equal(checksum(domain, body), ByteView(*bytes).last(kChecksumBytes))) return mangled_link();
  return to_bytes(body);
}

}  // namespace samla::custody
