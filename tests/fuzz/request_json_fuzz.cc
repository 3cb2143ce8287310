// Request bytes come from other programs: an empty profile answers each with one JSON object that has `ok`,
// and makes no store of it.
#include <filesystem>

#include "core/base/assert.h"
#include "core/requests/catalogue.h"
#include "core/requests/client.h"
#include "core/requests/json.h"
#include "core/requests/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using samla::requests::Json;
  static const auto client = [] {
    const auto folder = std::filesystem::temp_directory_path() / "samla-request-json-fuzz-no-store";
    return std::move(*samla::requests::Client::open({folder, "passphrase"}));
  }();
  const std::string_view text = samla::as_text({data, size});
  const auto parsed = samla::requests::parse_object(text);
  if (parsed.ok()) {
    // Each request's rules meet the object, whatever it asks for; only what needs a server is not asked.
    for (const auto& request : samla::requests::catalogue()) {
      static_cast<void>(samla::requests::check_arguments(request, *parsed));
    }
    const auto name = parsed->find("request");
    if (name != parsed->end() && (*name == "org.create" || *name == "join")) return 0;
  }
  const Json reply = Json::parse(client->request(text), nullptr, false);
  SAMLA_ASSERT(reply.is_object() && reply.at("ok").is_boolean());
  return 0;
}
