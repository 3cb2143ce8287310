#include "client-cli/qr_code.h"

#include <qrencode.h>

#include <memory>

#include "client-cli/commands/command.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

constexpr int kQuietZone = 2;  // modules of light around it

struct Freed {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

bool is_dark(const QRcode& code, int x, int y) {
  if (x < 0 || y < 0 || x >= code.width || y >= code.width) return false;
  return (code.data[y * code.width + x] & 1U) != 0;
}

}  // namespace

void print_qr_code(const std::string& text) {
  const std::unique_ptr<QRcode, Freed> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L));
  if (code == nullptr) throw Failure{"too_large", "this is too long for a QR code", 1};
  // Light is drawn, dark left out: right on terminals with a dark ground, and where colours are set.
  const bool coloured = stdout_is_terminal();
  std::string out;
  for (int y = -kQuietZone; y < code->width + kQuietZone; y += 2) {
    if (coloured) out += "\033[97;40m";
    for (int x = -kQuietZone; x < code->width + kQuietZone; ++x) {
      const bool upper = !is_dark(*code, x, y);
      const bool lower = !is_dark(*code, x, y + 1);
      out += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    if (coloured) out += "\033[0m";
    out += "\n";
  }
  put(out);
}

}  // namespace samla::cli
