// Markdown: what people wrote, as plain words in a Markdown file.
#pragma once

#include <string>

namespace samla::domain {

/// Nothing that somebody wrote becomes a heading, a list, a link or HTML.
std::string escaped_markdown(const std::string& text);

}  // namespace samla::domain
