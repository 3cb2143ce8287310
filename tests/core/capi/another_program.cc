// Another program on a profile: opens it, says "open" or the error, then answers each line of its input.
// Usage: another_program PROFILE PASSPHRASE; ends with its input.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/include/samla/samla.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  char* error = nullptr;
  const nlohmann::json options = {{"profile", argv[1]}, {"passphrase", argv[2]}};
  samla_client* client = samla_open(options.dump().c_str(), &error);
  std::cout << (client == nullptr ? error : "open") << std::endl;
  samla_free(error);
  if (client == nullptr) return 1;
  for (std::string line; std::getline(std::cin, line);) {
    char* reply = samla_request(client, line.c_str());
    std::cout << reply << std::endl;
    samla_free(reply);
  }
  samla_close(client);
  return 0;
}
