#include "client-cli/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "client-cli/commands/command.h"

namespace samla::cli {
namespace {

bool showing_progress = false;

/// The length of the well-formed character at the start of `bytes`; 0: it is none.
std::size_t character(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::uint8_t first = at(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || bytes.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond Unicode.
  if ((first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) > 0x9f) || (first == 0xf0 && at(1) < 0x90) ||
      (first == 0xf4 && at(1) > 0x8f)) {
    return 0;
  }
  return size;
}

/// Without echo, and with ^C as a character: a signal would leave the terminal without echo.
class Unechoed {
 public:
  explicit Unechoed(int terminal) : terminal_(terminal) {
    ::tcgetattr(terminal_, &before_);
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG | ICANON);
    ::tcsetattr(terminal_, TCSAFLUSH, &now);
  }
  ~Unechoed() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }
  Unechoed(const Unechoed&) = delete;
  Unechoed& operator=(const Unechoed&) = delete;

 private:
  int terminal_;
  termios before_{};
};

void say_to(int terminal, std::string_view text) {
  [[maybe_unused]] const auto ignored = ::write(terminal, text.data(), text.size());
}

void erase_last_character(std::string& text) {
  while (!text.empty() && (static_cast<std::uint8_t>(text.back()) & 0xc0U) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

/// False: ^C, or the terminal is gone.
bool read_secret(int terminal, std::string& out) {
  constexpr char kControlC = 3, kControlD = 4, kControlH = 8, kControlU = 21, kDelete = 127;
  const Unechoed unechoed(terminal);
  for (;;) {
    char c = 0;
    const ssize_t got = ::read(terminal, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == kControlC || (c == kControlD && out.empty())) return false;
    if (c == '\n' || c == '\r' || c == kControlD) return true;
    if (c == kControlU) {
      out.clear();
    } else if (c == kDelete || c == kControlH) {
      erase_last_character(out);
    } else {
      out += c;
    }
  }
}

}  // namespace

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }
bool is_interactive() { return ::isatty(STDIN_FILENO) == 1 && stdout_is_terminal(); }

std::size_t terminal_width() {
  winsize size{};
  if (!stdout_is_terminal() || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::optional<std::string> ask_secret(std::string_view prompt) {
  if (!stderr_is_terminal()) return std::nullopt;
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return std::nullopt;
  say_to(terminal, prompt);
  std::string out;
  const bool said = read_secret(terminal, out);
  say_to(terminal, "\n");
  ::close(terminal);
  if (!said) throw Failure{"invalid_argument", "no passphrase was given", 1};
  return out;
}

std::string read_stdin() {
  std::string out;
  std::array<char, 65536> part{};
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, part.data(), part.size());
    if (got == 0) break;
    if (got > 0) {
      out.append(part.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      throw Failure{"io", std::string("standard input cannot be read: ") + std::strerror(errno), 1};
    }
  }
  if (!is_text(out)) throw Failure{"invalid_argument", "what came on standard input is not UTF-8", 1};
  return out;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  // An empty file puts nothing out, which counts as a failure of the stream.
  if (!in || (!(out << in.rdbuf()) && in.peek() != std::ifstream::traits_type::eof()))
    throw Failure{"io", "the file cannot be read: " + path, 1};
  if (!is_text(out.str())) throw Failure{"invalid_argument", "the file is not UTF-8: " + path, 1};
  return out.str();
}

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = character(bytes);
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

std::size_t columns_of(std::string_view text) {
  std::size_t out = 0;
  for (const char c : text) out += (static_cast<std::uint8_t>(c) & 0xc0U) != 0x80;
  return out;
}

std::string harmless(std::string_view text, bool lines) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const bool line_end = byte == '\n' || byte == '\t';
    const bool upper_control =
        byte == 0xc2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xa0;
    if (line_end) {
      out += lines ? text[i] : ' ';
    } else if (upper_control) {
      out += '?';
      ++i;
    } else {
      out += byte < 0x20 || byte == 0x7f ? '?' : text[i];
    }
  }
  return out;
}

void show_progress(std::string_view text) {
  if (!stderr_is_terminal()) return;
  showing_progress = true;
  std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

void end_progress() {
  if (!showing_progress) return;
  showing_progress = false;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

void put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  throw Failure{"io", std::string("standard output cannot be written: ") + std::strerror(errno), 1};
}

}  // namespace samla::cli
