// What every isolator must do, for ours and for yours. Give it a factory:
//
//     TEST_CASE("my isolator") { isolator_test::conformance([] { return my_isolator(); }); }
//
// If the isolator brings no launcher, the process isolator's is used.
#pragma once

#include <functional>
#include <memory>

#include "mesoscore/isolator.hpp"

namespace isolator_test {

using Factory = std::function<std::shared_ptr<mesoscore::Isolator>()>;

void conformance(const Factory& make);

}  // namespace isolator_test
