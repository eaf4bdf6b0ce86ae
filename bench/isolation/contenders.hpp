// Whoever can run /bin/true.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/launches.hpp"

namespace mesoscore::bench {

class Contender {
 public:
  Contender(std::string name, std::string baseline, bool slow)
      : name_(std::move(name)), baseline_(std::move(baseline)), slow_(slow) {}
  virtual ~Contender() = default;
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;

  const std::string& name() const noexcept { return name_; }
  const std::string& baseline() const noexcept { return baseline_; }  // whose rate it is compared with
  bool slow() const noexcept { return slow_; }       // tens of milliseconds each: it gets fewer launches
  virtual double run(int in_flight, int count) = 0;  // rate per second

 private:
  std::string name_, baseline_;
  bool slow_;
};

std::string find_program(const char* name);  // its path, or ""

// All that this machine has; the others are named on standard error.
std::vector<std::unique_ptr<Contender>> contenders(Directories& directories);

}  // namespace mesoscore::bench
