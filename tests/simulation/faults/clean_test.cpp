// Three hundred clusters under faults.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

TEST_CASE("nothing is lost, doubled or mis-told under faults") {
  simulator::FaultCounts faults;
  std::uint64_t launched = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const simulator::FaultReport report = simulator::run_faults({.seed = seed, .safety = kSafety});
    faults += report.faults;
    launched += report.launched;
    INFO(text_of(report));
    CHECK(report.ok());
  }
  CHECK(launched > 10'000);
  for (std::size_t i = 0; i < simulator::kFaultKinds; ++i) {
    const auto kind = static_cast<simulator::FaultKind>(i);
    INFO(simulator::to_string(kind));
    CHECK(faults[kind] > 0);
  }
}

}  // namespace
}  // namespace mesoscore::test
