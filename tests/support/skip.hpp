// For what cannot be tested on this machine: says so, and how often.
#pragma once

#include <iostream>
#include <string>

namespace mesoscore::test {

inline int& skipped() {
  static int count = 0;
  return count;
}

inline void skip(const std::string& why) {
  std::cout << "SKIPPED: " << why << " (" << ++skipped() << " so far)" << std::endl;
}

}  // namespace mesoscore::test
