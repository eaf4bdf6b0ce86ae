// What the tests of stated demand have in common.
#pragma once

#include "harness.hpp"

namespace mesoscore::test {

inline Demand demand(std::string id, std::uint32_t count, std::string_view unit = "cpus:1;mem:64",
                     std::int32_t priority = 0) {
  Demand wanted;
  wanted.id = id;
  wanted.unit = Quantities::parse(unit).value();
  wanted.count = count;
  wanted.priority = priority;
  return wanted;
}

inline std::uint32_t open_units(const Cluster& c, std::size_t framework = 0) {
  const MasterView view = c.view();
  const auto& wanted = view.frameworks.at(framework).wanted;
  REQUIRE(wanted.size() == 1);
  return wanted[0].open_units;
}

}  // namespace mesoscore::test
