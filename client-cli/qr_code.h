// An invite as a QR code: on the terminal, or as a picture in a page.
#pragma once

#include <string>

namespace samla::cli {

/// Prints it with half blocks, dark on light. Failure where `text` is too long for a code.
void print_qr_code(const std::string& text);
/// As an SVG element. Failure where `text` is too long for a code.
std::string qr_svg(const std::string& text);

}  // namespace samla::cli
