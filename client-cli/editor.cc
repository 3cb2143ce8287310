#include "client-cli/editor.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client-cli/commands/command.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

Failure failed(std::string message) { return {"io", std::move(message), 1}; }

std::string runtime_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::error_code error;
  const bool usable = runtime != nullptr && std::filesystem::is_directory(runtime, error);
  return usable ? runtime : "/tmp";
}

/// A folder of this user's alone: editors keep copies beside the file.
class Scratch {
 public:
  Scratch() {
    std::string pattern = runtime_folder() + "/samla-edit-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw failed("no folder for the text can be made");
    folder_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path file() const { return folder_ / "note.txt"; }

 private:
  std::filesystem::path folder_;
};

/// The editor's name may hold arguments, so a shell takes it apart. It gets its signals back.
void run_editor(const std::filesystem::path& file) {
  std::string shell = "/bin/sh", flag = "-c", script = "${VISUAL:-${EDITOR:-vi}} \"$1\"", name = "sh";
  std::string path = file.native();
  const std::array<char*, 6> arguments = {shell.data(), flag.data(), script.data(),
                                          name.data(),  path.data(), nullptr};
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t process = 0;
  const int error = ::posix_spawn(&process, shell.c_str(), nullptr, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw failed("the editor cannot be started");
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  if (status != 0) throw failed("the editor ended with an error; nothing was changed");
}

}  // namespace

std::string edit_text(const std::string& text) {
  const Scratch scratch;
  if (!(std::ofstream(scratch.file(), std::ios::binary) << text)) throw failed("the text cannot be written");
  run_editor(scratch.file());
  const std::ifstream in(scratch.file(), std::ios::binary);
  std::ostringstream out;
  if (!in || !(out << in.rdbuf())) {
    if (!in || !std::filesystem::is_empty(scratch.file())) throw failed("the text cannot be read back");
  }
  if (!is_text(out.str())) throw Failure{"invalid_argument", "the editor left a text that is not UTF-8", 1};
  return out.str();
}

std::filesystem::path keep_text(const std::string& text) {
  std::string path = runtime_folder() + "/samla-kept-XXXXXX";
  const int file = ::mkstemp(path.data());
  std::size_t written = 0;
  while (file >= 0 && written < text.size()) {
    const ssize_t done = ::write(file, text.data() + written, text.size() - written);
    if (done < 0 && errno != EINTR) break;
    written += done > 0 ? static_cast<std::size_t>(done) : 0;
  }
  if (file < 0 || ::close(file) != 0 || written < text.size())
    throw failed("the text cannot be kept in a file");
  return path;
}

}  // namespace samla::cli
