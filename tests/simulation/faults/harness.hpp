// What the tests of the fault simulation have in common.
#pragma once

#include <string>

#include "mesoscore/simulator.hpp"
#include "support/catch.hpp"

namespace mesoscore::test {

// A debug build takes this much virtual time in CI; `mesoscore-sim faults` takes 100 minutes.
inline constexpr Duration kSafety = std::chrono::minutes(30);

inline std::string text_of(const simulator::FaultReport& report) {
  std::string text = "seed " + std::to_string(report.seed) + " (" + report.mix + ")";
  for (const simulator::Violation& violation : report.violations) {
    text += "\n  " + violation.checker + ", " + violation.node + " at " +
            std::to_string(to_seconds(violation.at)) + " s: " + violation.text;
  }
  return text;
}

}  // namespace mesoscore::test
