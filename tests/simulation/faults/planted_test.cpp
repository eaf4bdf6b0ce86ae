// Do the checkers find what is wrong? Four bugs are planted, and each must be found within a thousand seeds.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

using simulator::PlantedBug;

// The report of the first seed that fails.
simulator::FaultReport first_failure(PlantedBug bug) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    simulator::FaultReport report = simulator::run_faults({.seed = seed, .safety = kSafety, .bug = bug});
    if (!report.ok()) return report;
  }
  return {};
}

void check_found(PlantedBug bug) {
  const simulator::FaultReport report = first_failure(bug);
  INFO(text_of(report));
  REQUIRE_FALSE(report.ok());
  CHECK(
      simulator::run_faults({.seed = report.seed, .safety = kSafety}).ok());  // it is the bug that was found
}

TEST_CASE("an acknowledgement that is dropped is found") { check_found(PlantedBug::dropped_acknowledgement); }
TEST_CASE("a commit that is skipped is found") { check_found(PlantedBug::skipped_commit); }
TEST_CASE("resources that are freed twice are found") { check_found(PlantedBug::resources_freed_twice); }
TEST_CASE("a group whose fate is forgotten is found") { check_found(PlantedBug::forgotten_group); }

}  // namespace
}  // namespace mesoscore::test
