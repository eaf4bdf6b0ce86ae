// Seeds that failed when a bug was there, or when a checker asked for too much; docs/simulation.md tells of
// them.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

TEST_CASE("seeds that have failed once are clean") {
  for (const std::uint64_t seed : {11, 56, 64, 71, 191, 520, 583, 2749, 9672, 9847}) {
    const simulator::FaultReport report = simulator::run_faults({.seed = seed});
    INFO(text_of(report));
    CHECK(report.ok());
  }
}

}  // namespace
}  // namespace mesoscore::test
