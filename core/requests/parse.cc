#include "core/requests/parse.h"

#include <set>
#include <string>
#include <vector>

namespace samla::requests {
namespace {

constexpr std::string_view kOperation = "request";

/// Walks the text once without building anything; the first thing that is wrong ends the walk.
class Check final : public nlohmann::json_sax<Json> {
 public:
  std::optional<Error> error;

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool binary(binary_t&) override { return refuse(ErrorCode::malformed, "binary values are not JSON"); }
  bool string(string_t& text) override { return no_nul(text) && value(); }

  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!no_nul(name)) return false;
    if (open_.back().names.insert(name).second) return true;
    return refuse(ErrorCode::invalid_argument, "'" + name + "' is there twice");
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return refuse(ErrorCode::malformed, "not JSON in UTF-8, at byte " + std::to_string(position));
  }

 private:
  struct Level {
    std::size_t members = 0;
    std::set<std::string> names;
  };

  bool refuse(ErrorCode code, std::string hint) {
    if (!error) error = fail(code, std::string(kOperation), std::move(hint));
    return false;
  }
  bool no_nul(const std::string& text) {
    if (text.find('\0') == text.npos) return true;
    return refuse(ErrorCode::invalid_argument, "a text holds a NUL character; remove it");
  }
  bool value() {
    if (open_.empty()) return refuse(ErrorCode::malformed, "a request is a JSON object");
    if (++open_.back().members <= kRequestMembersMax) return true;
    return refuse(ErrorCode::too_large,
                  "an object or list may have at most 1,024 members; ask in several steps");
  }
  bool open() {
    if (!open_.empty() && !value()) return false;
    if (open_.size() == kRequestDepthMax) {
      return refuse(ErrorCode::too_large, "objects and lists are nested too deeply");
    }
    open_.emplace_back();
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<Level> open_;
};

}  // namespace

Result<Json> parse_object(std::string_view text) {
  if (text.size() > kRequestBytesMax) {
    return fail(ErrorCode::too_large, std::string(kOperation), "a request may have at most 8 MiB");
  }
  Check check;
  Json::sax_parse(text, &check);
  if (check.error) return *check.error;
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    return fail(ErrorCode::malformed, std::string(kOperation), "a request is a JSON object");
  return json;
}

}  // namespace samla::requests
