#include "core/change/builder.h"

namespace samla::change {

namespace {

constexpr const char* kOperation = "changeset.build";

}  // namespace

Result<void> ChangesetBuilder::add(WriteHeader write, Bytes ciphertext) {
  SAMLA_TRY(check(write));
  const Header& header = changeset_.header;
  if (changeset_.leaves.size() >= header.count || ciphertext.size() != write.ciphertext_size) {
    return fail(ErrorCode::invalid_argument, kOperation);
  }
  SAMLA_TRY(check_in_place(header, static_cast<std::uint32_t>(changeset_.leaves.size()), write));
  changeset_.leaves.push_back({LeafState::kFull, std::move(write), std::move(ciphertext), {}});
  return {};
}

Result<Changeset> ChangesetBuilder::finish(const sign::SigningKey& key) && {
  SAMLA_TRY(check(changeset_.header));
  if (changeset_.leaves.size() != changeset_.header.count) {
    return fail(ErrorCode::invalid_argument, kOperation);
  }
  SAMLA_ASSIGN(changeset_.header.root, changeset_.compute_root());
  changeset_.signature = sign_header(key, changeset_.header);
  if (changeset_.encode().size() > kChangesetBytesMax) return fail(ErrorCode::too_large, kOperation);
  return std::move(changeset_);
}

}  // namespace samla::change
