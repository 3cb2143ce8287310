// The terminal: whether there is one, how wide it is, what may be written to it, asking for a passphrase.
// What is read by a program goes to stdout; all else, progress included, goes to stderr.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace samla::cli {

bool stdout_is_terminal();
bool stderr_is_terminal();
/// Whether a person can be asked: stdin and stdout are a terminal.
bool is_interactive();
/// Columns of stdout's terminal; 0 where it is none.
std::size_t terminal_width();

/// Asks without echo on the controlling terminal. Absent where there is none to ask.
std::optional<std::string> ask_secret(std::string_view prompt);

/// All of stdin, byte for byte. Failure where it is not UTF-8.
std::string read_stdin();

/// All of a file. Failure where it cannot be read or is not UTF-8.
std::string read_file(const std::string& path);

/// Whether it is well-formed UTF-8.
bool is_text(std::string_view bytes);
/// The characters of well-formed UTF-8, for alignment.
std::size_t columns_of(std::string_view text);
/// Without characters that would steer a terminal; line ends stay if `lines`.
std::string harmless(std::string_view text, bool lines);

/// A line of progress on stderr that overwrites itself; only where that is a terminal.
void show_progress(std::string_view text);
void end_progress();

/// Writes to stdout; Failure where that fails.
void put(std::string_view text);

}  // namespace samla::cli
