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

std::unique_ptr<QRcode, Freed> encode(const std::string& text, QRecLevel level) {
  std::unique_ptr<QRcode, Freed> code(QRcode_encodeString8bit(text.c_str(), 0, level));
  if (code == nullptr) throw Failure{"too_large", "this is too long for a QR code", 1};
  return code;
}

}  // namespace

std::string qr_svg(const std::string& text) {
  constexpr int kMargin = 4;
  const auto code = encode(text, QR_ECLEVEL_M);  // paper is folded
  const std::string size = std::to_string(code->width + 2 * kMargin);
  std::string out = "<svg viewBox=\"0 0 " + size + " " + size + "\"><path stroke=\"#000\" d=\"";
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width;) {
      if (!is_dark(*code, x, y)) {
        ++x;
        continue;
      }
      const int from = x;
      while (is_dark(*code, x, y)) ++x;
      // Half a module down: a line is drawn about its middle.
      out += "M" + std::to_string(from + kMargin) + " " + std::to_string(y + kMargin) + ".5h" +
             std::to_string(x - from);
    }
  }
  return out + "\"/></svg>";
}

void print_qr_code(const std::string& text) {
  const auto code = encode(text, QR_ECLEVEL_L);
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
