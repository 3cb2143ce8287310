// Drives a fuzz target without libFuzzer: every file of its corpus, then so many mutations of them.
// Usage: TARGET EXECUTIONS SEED CORPUS. The same seed gives the same inputs; it is printed, and when
// the process dies the input at hand is written to TARGET.crash in the working directory.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using samla::Bytes;
using samla::SeededRandom;

constexpr std::size_t kInputBytesMax = 4'096;

// For the signal handler, which may read nothing else.
const Bytes* present_input = nullptr;
std::string crash_path;

void keep_input(int signal_number) {
  const int file = ::open(crash_path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (file >= 0 && present_input != nullptr) {
    const auto written = ::write(file, present_input->data(), present_input->size());
    static_cast<void>(written);
    static constexpr std::string_view note = "fuzz: the input is in the .crash file\n";
    const auto told = ::write(STDERR_FILENO, note.data(), note.size());
    static_cast<void>(told);
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void run(const Bytes& input) {
  present_input = &input;
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

std::vector<Bytes> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  std::vector<Bytes> corpus;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

std::size_t place_in(const Bytes& input, SeededRandom& random) {
  return static_cast<std::size_t>(random.below(input.size()));
}

using Difference = Bytes::difference_type;

/// Bytes that codecs treat apart: ends of varints, signs, text delimiters.
constexpr std::array<std::uint8_t, 14> kTelling = {0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xfe,
                                                   0xff, '"',  '{',  '\\', '\n', ',',  0xc0};

void mutate_once(Bytes& input, const std::vector<Bytes>& corpus, SeededRandom& random) {
  if (input.empty()) {
    input.push_back(static_cast<std::uint8_t>(random.below(256)));
    return;
  }
  const std::size_t at = place_in(input, random);
  const auto here = input.begin() + static_cast<Difference>(at);
  switch (random.below(8)) {
    case 0:
      input[at] = static_cast<std::uint8_t>(input[at] ^ (1u << random.below(8)));
      break;
    case 1:
      input[at] = kTelling[random.below(kTelling.size())];
      break;
    case 2:
      input.insert(here, kTelling[random.below(kTelling.size())]);
      break;
    case 3:
      input.erase(here);
      break;
    case 4:
      input.resize(at);
      break;
    case 5: {  // a length or count of 2^63 and more
      const Bytes huge = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
      input.insert(here, huge.begin(), huge.end());
      break;
    }
    case 6: {  // repeat a piece
      const Bytes piece(here, input.end());
      input.insert(input.begin() + static_cast<Difference>(place_in(input, random)), piece.begin(),
                   piece.end());
      break;
    }
    default: {  // go on as another seed does
      const Bytes& other = corpus[random.below(corpus.size())];
      const auto from = std::min(at, other.size());
      input.resize(at);
      input.insert(input.end(), other.begin() + static_cast<Difference>(from), other.end());
      break;
    }
  }
  if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
}

bool parse(std::string_view text, std::uint64_t& out) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t executions = 0;
  std::uint64_t seed = 0;
  if (count != 4 || !parse(arguments[1], executions) || !parse(arguments[2], seed)) {
    std::fprintf(stderr, "usage: %s EXECUTIONS SEED CORPUS\n", arguments[0]);
    return 2;
  }
  crash_path = std::filesystem::path(arguments[0]).filename().string() + ".crash";
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL}) std::signal(number, keep_input);

  const auto corpus = read_corpus(arguments[3]);
  if (corpus.empty()) {
    std::fprintf(stderr, "no seeds in %s: put a few valid inputs there, mutations of nothing reach little\n",
                 arguments[3]);
    return 2;
  }
  std::printf("seed %llu, %zu files of corpus, %llu mutations\n", static_cast<unsigned long long>(seed),
              corpus.size(), static_cast<unsigned long long>(executions));
  std::fflush(stdout);
  for (const auto& input : corpus) run(input);
  run({});
  SeededRandom random(seed);
  for (std::uint64_t i = 0; i < executions; ++i) {
    Bytes input = corpus[random.below(corpus.size())];
    for (auto steps = 1 + random.below(8); steps > 0; --steps) mutate_once(input, corpus, random);
    run(input);
  }
  return 0;
}
