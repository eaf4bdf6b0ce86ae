// For what cannot be tested on this machine: `return skip("this machine has no ...");`. The test run counts
// the lines.
#pragma once

#include <iostream>
#include <string>

namespace mesoscore::test {

inline void skip(const std::string& reason) { std::cout << "SKIPPED: " << reason << std::endl; }

}  // namespace mesoscore::test
