// The bare libraries on this machine, in the run that is measured: what no design on them can beat.
#include <sodium.h>
#include <sqlite3.h>

#include <array>

#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/records.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

using Buffer = std::array<unsigned char, 4096 + 64>;

double per_second(const std::function<void()>& act) {
  const Stopwatch watch;
  double times = 0;
  while (watch.seconds() < 0.2) {
    for (int i = 0; i < 16; ++i) act();
    times += 16;
  }
  return times / watch.seconds();
}

void bind_text(sqlite3_stmt* statement, int index, const std::string& text) {
  sqlite3_bind_text(statement, index, text.c_str(), static_cast<int>(text.size()), SQLITE_STATIC);
}

/// W1's notes into one plain table, a transaction each.
double plain_inserts(const char* synchronous) {
  const TemporaryFolder folder;
  sqlite3* database = nullptr;
  sqlite3_open((folder.path() / "plain.db").c_str(), &database);
  const std::string setup = std::string("PRAGMA journal_mode=WAL; PRAGMA synchronous=") + synchronous +
                            "; CREATE TABLE note(id TEXT PRIMARY KEY, title, body, tags, theme, gathering, "
                            "created, updated, kind)";
  sqlite3_exec(database, setup.c_str(), nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO note VALUES(?,?,?,?,?,?,?,?,?)", -1, &insert, nullptr);
  const std::vector<BenchRecord> records = notes(10'000);
  const Stopwatch watch;
  for (const BenchRecord& record : records) {
    bind_text(insert, 1, record.id);
    bind_text(insert, 2, record.title);
    bind_text(insert, 3, record.body);
    bind_text(insert, 4, record.tags);
    bind_text(insert, 5, record.theme);
    bind_text(insert, 6, record.gathering);
    sqlite3_bind_int64(insert, 7, record.created);
    sqlite3_bind_int64(insert, 8, record.updated);
    bind_text(insert, 9, record.kind);
    if (sqlite3_step(insert) != SQLITE_DONE) give_up("limits: plain insert");
    sqlite3_reset(insert);
  }
  const double rate = static_cast<double>(records.size()) / watch.seconds();
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return rate;
}

}  // namespace

void run_limits(Report& report, const Size&) {
  if (sodium_init() < 0) give_up("libsodium");
  Buffer message{};
  Buffer sealed{};
  std::array<unsigned char, 32> key{};
  std::array<unsigned char, 24> nonce{};
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_keypair(public_key.data(), secret_key.data());
  const auto seal = [&](std::size_t size) {
    return per_second([&] {
      crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, message.data(), size, nullptr, 0,
                                                 nullptr, nonce.data(), key.data());
    });
  };
  report.add("limit", "plain SQLite inserts, WAL, FULL", plain_inserts("FULL"), "/s");
  report.add("limit", "plain SQLite inserts, WAL, NORMAL", plain_inserts("NORMAL"), "/s");
  report.add("limit", "XChaCha20-Poly1305, 400 B", seal(400), "/s");
  report.add("limit", "XChaCha20-Poly1305, 4 KiB", seal(4096), "/s");
  report.add("limit", "BLAKE2b, 400 B",
             per_second([&] { crypto_generichash(sealed.data(), 32, message.data(), 400, nullptr, 0); }),
             "/s");
  report.add("limit", "Ed25519 sign", per_second([&] {
               crypto_sign_detached(signature.data(), nullptr, message.data(), 100, secret_key.data());
             }),
             "/s");
  report.add(
      "limit", "Ed25519 verify", per_second([&] {
        if (crypto_sign_verify_detached(signature.data(), message.data(), 100, public_key.data()) != 0) {
          give_up("limits: verify");
        }
      }),
      "/s");
}

}  // namespace samla::bench
