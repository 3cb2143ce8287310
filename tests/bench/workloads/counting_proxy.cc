#include "tests/bench/workloads/counting_proxy.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <csignal>

#include "tests/bench/workloads/measure.h"
#include "tests/support/cutting_proxy.h"

namespace samla::bench {
namespace {

std::atomic_ref<std::int64_t> number(std::int64_t* shared, int which) {
  return std::atomic_ref<std::int64_t>(shared[which]);
}

void nap() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

[[noreturn]] void run(std::uint16_t upstream, std::int64_t* shared) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const test::CuttingProxy proxy(upstream);
  number(shared, 0) = proxy.port();
  for (;;) {
    nap();
    number(shared, 1) = proxy.passed();
  }
}

}  // namespace

CountingProxy::CountingProxy(const std::string& url) {
  void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) give_up("mmap");
  shared_ = static_cast<std::int64_t*>(memory);
  const std::size_t end = url.find('/', 5);
  const std::size_t colon = url.rfind(':', end);
  const auto upstream = static_cast<std::uint16_t>(std::stoul(url.substr(colon + 1, end - colon - 1)));
  pid_ = ::fork();
  if (pid_ < 0) give_up("fork");
  if (pid_ == 0) run(upstream, shared_);
  while (number(shared_, 0) == 0) nap();
  url_ = url.substr(0, colon + 1) + std::to_string(number(shared_, 0).load()) + url.substr(end);
}

CountingProxy::~CountingProxy() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::munmap(shared_, 4096);
}

double CountingProxy::bytes() const {
  for (int i = 0; i < 20; ++i) nap();  // what has passed is told a little later
  return static_cast<double>(number(shared_, 1).load());
}

}  // namespace samla::bench
