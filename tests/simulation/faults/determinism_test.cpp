// The same seed is the same run.
#include <array>
#include <cstdio>
#include <memory>
#include <set>

#include "harness.hpp"

namespace mesoscore::test {
namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> part{};
  while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr) output += part.data();
  return output.substr(0, output.find("\n\n"));  // without what took how long
}

TEST_CASE("a seed gives the same trace again, also with a log") {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulator::FaultOptions options{.seed = seed, .safety = kSafety};
    const simulator::FaultReport first = simulator::run_faults(options);
    options.log_lines = 10;
    const simulator::FaultReport second = simulator::run_faults(options);
    INFO(seed);
    CHECK(first.trace_hash == second.trace_hash);
    CHECK(first.steps == second.steps);
    CHECK(first.faults.by_kind == second.faults.by_kind);
    CHECK(second.log.size() == 10);
    hashes.insert(first.trace_hash);
  }
  CHECK(hashes.size() == 20);
}

TEST_CASE("a seed gives the same trace in another process") {
  const std::string command = MESOSCORE_PROGRAM_MESOSCORE_SIM " faults --seeds 1..10 --minutes 10";
  const std::string first = output_of(command);
  CHECK(first.find("seed 10  trace ") != std::string::npos);
  CHECK(output_of(command) == first);
}

}  // namespace
}  // namespace mesoscore::test
