// Catalogue: every request, declared once: name, summary, parameters, reply, and the function that
// answers it. Validation, `samla requests` and docs/requests.md all come from these rows.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret_text.h"
#include "core/requests/json.h"
#include "core/requests/profile.h"

namespace samla::requests {

enum class Type {
  kText,
  kInteger,  ///< 0 to 2^31 - 1
  kBoolean,
  kTexts,    ///< a list of texts
  kTextMap,  ///< an object whose values are texts
};

struct Parameter {
  std::string_view name;
  Type type = Type::kText;
  bool required = false;
  std::string_view description;
  std::string_view default_text = {};         ///< of an optional text; empty: none
  std::vector<std::string_view> one_of = {};  ///< of a text: the words allowed; empty: any
};

/// Overwrites every text in it.
void wipe_texts(Json& json);

/// The parameters of one request, checked against its declaration. Asking for one that is not declared
/// with that type is a programmer's error.
class Arguments {
 public:
  explicit Arguments(Json json) : json_(std::move(json)) {}
  /// Overwrites them: some are secrets.
  ~Arguments() { wipe_texts(json_); }
  Arguments(Arguments&&) = default;
  Arguments& operator=(Arguments&&) = delete;

  /// Absent: not given and without a default.
  std::optional<std::string> find_text(std::string_view name) const;
  /// As find_text, or empty.
  std::string text(std::string_view name) const { return find_text(name).value_or(std::string()); }
  /// As text, without a copy that stays behind.
  SecretText secret(std::string_view name) const;
  std::optional<std::size_t> find_number(std::string_view name) const;
  bool truth(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::map<std::string, std::string> text_map(std::string_view name) const;

 private:
  Json json_;
};

/// What a request may do with: a profile whose store may not be there yet.
using Answer = Result<Json> (*)(Profile&, const Arguments&);

struct Request {
  std::string_view name;
  std::string_view summary;
  std::vector<Parameter> parameters;
  /// The reply's members beside `ok`: name and what it is.
  std::vector<std::pair<std::string_view, std::string_view>> reply;
  Answer answer = nullptr;
};

/// Each noun's requests, one file a noun. The names in it are the noun's own: list, show, …
namespace organisation_requests {
std::vector<Request> all();
}
namespace import_requests {
std::vector<Request> all();
}
namespace device_requests {
std::vector<Request> all();
}
namespace space_requests {
std::vector<Request> all();
}
namespace programme_requests {
std::vector<Request> all();
}
namespace note_requests {
std::vector<Request> all();
}
namespace search_requests {
std::vector<Request> all();
}
namespace form_requests {
std::vector<Request> all();
}
namespace assessment_requests {
std::vector<Request> all();
}
namespace history_requests {
std::vector<Request> all();
}
namespace doctor_requests {
std::vector<Request> all();
}
namespace review_requests {
std::vector<Request> all();
}
namespace measure_requests {
std::vector<Request> all();
}
namespace cascade_requests {
std::vector<Request> all();
}
namespace gathering_requests {
std::vector<Request> all();
}
namespace group_requests {
std::vector<Request> all();
}
namespace input_requests {
std::vector<Request> all();
}
namespace cluster_requests {
std::vector<Request> all();
}
namespace round_requests {
std::vector<Request> all();
}
namespace conflict_requests {
std::vector<Request> all();
}
namespace sync_requests {
std::vector<Request> all();
}
namespace report_requests {
std::vector<Request> all();
}
namespace key_requests {
std::vector<Request> all();
}
namespace demo_requests {
std::vector<Request> all();
}
namespace person_requests {
std::vector<Request> all();
}
namespace profile_requests {
std::vector<Request> all();
}

/// All of them, in the order above.
const std::vector<Request>& catalogue();
/// Null: no such request.
const Request* find_request(std::string_view name);
/// The arguments of `json`, a request's object, or an invalid_argument that names the parameter.
Result<Arguments> check_arguments(const Request& request, const Json& json);

}  // namespace samla::requests
