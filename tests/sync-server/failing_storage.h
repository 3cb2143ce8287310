// Storage whose n-th writing step fails as on a full disk; the rest passes through.
#pragma once

#include <utility>

#include "sync-server/storage/storage.h"

namespace samla::server {

class FailingStorage final : public Storage {
 public:
  explicit FailingStorage(Storage& inner) : inner_(inner) {}

  /// Steps (begin, each put, commit) that still succeed; absent: all.
  std::optional<std::size_t> steps_left;

  Result<std::optional<Bytes>> value(std::string_view name) override { return inner_.value(name); }
  Result<std::vector<Bytes>> chain_entries(const SpaceId& s, std::uint64_t seq, std::size_t n) override {
    return inner_.chain_entries(s, seq, n);
  }
  Result<void> all_entries(const std::function<Result<void>(const SpaceId&, ByteView)>& take) override {
    return inner_.all_entries(take);
  }
  Result<std::vector<StoredGrant>> grants(const SpaceId& s, const RecipientId& r, std::size_t n) override {
    return inner_.grants(s, r, n);
  }
  Result<std::optional<StoredChangeset>> last_changeset(const SpaceId& s) override {
    return inner_.last_changeset(s);
  }
  Result<std::optional<StoredChangeset>> changeset_at(const SpaceId& s, std::uint64_t seq) override {
    return inner_.changeset_at(s, seq);
  }
  Result<std::vector<StoredChangeset>> changesets_after(const SpaceId& s, std::uint64_t seq,
                                                        std::size_t n) override {
    return inner_.changesets_after(s, seq, n);
  }
  Result<std::optional<StoredChangeset>> changeset_of(const SpaceId& s, const WriterId& w,
                                                      std::uint64_t seq) override {
    return inner_.changeset_of(s, w, seq);
  }
  Result<std::vector<StoredChangeset>> writer_tips(const SpaceId& s) override {
    return inner_.writer_tips(s);
  }
  Result<std::optional<StoredRecord>> record(const SpaceId& s, const RecordId& r) override {
    return inner_.record(s, r);
  }
  Result<std::vector<StoredRecord>> records_by_touch(const SpaceId& s, Order order, std::uint64_t touched,
                                                     const RecordId& r, std::size_t n) override {
    return inner_.records_by_touch(s, order, touched, r, n);
  }
  Result<std::vector<std::uint64_t>> record_places(const SpaceId& s, const RecordId& r, std::uint64_t seq,
                                                   std::size_t n) override {
    return inner_.record_places(s, r, seq, n);
  }
  Result<std::vector<ContestedField>> contested(const SpaceId& s, std::size_t n) override {
    return inner_.contested(s, n);
  }
  Result<StorageCounts> counts() override { return inner_.counts(); }
  Result<void> forget_log() override { return inner_.forget_log(); }
  Result<std::unique_ptr<StorageReader>> open_reader() override { return inner_.open_reader(); }
  Result<std::unique_ptr<StorageTransaction>> begin(const TransactionScope& scope) override {
    SAMLA_TRY(step());
    SAMLA_ASSIGN(auto transaction, inner_.begin(scope));
    return std::unique_ptr<StorageTransaction>(std::make_unique<Writes>(*this, std::move(transaction)));
  }

 private:
  class Writes final : public StorageTransaction {
   public:
    Writes(FailingStorage& owner, std::unique_ptr<StorageTransaction> inner)
        : owner_(owner), inner_(std::move(inner)) {}
    Result<void> put_value(std::string_view name, ByteView value) override {
      return pass([&] { return inner_->put_value(name, value); });
    }
    Result<void> drop_value(std::string_view name) override {
      return pass([&] { return inner_->drop_value(name); });
    }
    Result<void> put_entry(const SpaceId& s, std::uint64_t seq, ByteView entry) override {
      return pass([&] { return inner_->put_entry(s, seq, entry); });
    }
    Result<void> put_grant(const SpaceId& s, const StoredGrant& grant) override {
      return pass([&] { return inner_->put_grant(s, grant); });
    }
    Result<void> put_changeset(const SpaceId& s, const StoredChangeset& c) override {
      return pass([&] { return inner_->put_changeset(s, c); });
    }
    Result<void> put_validity(const SpaceId& s, std::uint64_t seq, std::uint8_t validity) override {
      return pass([&] { return inner_->put_validity(s, seq, validity); });
    }
    Result<void> put_erased(const SpaceId& s, std::uint64_t seq, ByteView bytes) override {
      return pass([&] { return inner_->put_erased(s, seq, bytes); });
    }
    Result<void> put_record(const SpaceId& s, const StoredRecord& record) override {
      return pass([&] { return inner_->put_record(s, record); });
    }
    Result<void> put_record_place(const SpaceId& s, const RecordId& r, std::uint64_t seq) override {
      return pass([&] { return inner_->put_record_place(s, r, seq); });
    }
    Result<void> put_contested(const SpaceId& s, const RecordId& r,
                               const std::vector<ContestedField>& fields) override {
      return pass([&] { return inner_->put_contested(s, r, fields); });
    }
    Result<void> commit() override {
      return pass([&] { return inner_->commit(); });
    }

   private:
    template <class Step>
    Result<void> pass(Step run) {
      SAMLA_TRY(owner_.step());
      return run();
    }
    FailingStorage& owner_;
    std::unique_ptr<StorageTransaction> inner_;
  };

  Result<void> step() {
    if (!steps_left) return {};
    if (*steps_left == 0) return fail(ErrorCode::disk_full, "test.storage");
    --*steps_left;
    return {};
  }

  Storage& inner_;
};

}  // namespace samla::server
