// An isolator of one's own: tasks are told how many threads to use, run at a lower priority, cannot grow
// beyond the memory they asked for, and leave a record of how long they ran. It adds its part to what the
// process isolator does.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "mesoscore/isolator.hpp"

class PoliteIsolator : public mesoscore::Isolator {
 public:
  struct Record {
    std::string task_id;
    std::string sandbox;
    double seconds = 0;
  };

  explicit PoliteIsolator(int nice_level) : nice_level_(nice_level) {}

  std::string_view name() const noexcept override { return "polite"; }
  mesoscore::Status prepare(const mesoscore::ContainerSpec& spec, mesoscore::LaunchPlan& plan) override;
  mesoscore::Status isolate(const mesoscore::ContainerId& id, pid_t pid) override;
  mesoscore::Status cleanup(const mesoscore::ContainerId& id) override;

  const std::vector<Record>& records() const noexcept {
    return records_;
  }  // of the containers that have ended

 private:
  struct Live {
    Record record;
    std::uint64_t memory_bytes = 0;
    std::chrono::steady_clock::time_point begin;
  };

  int nice_level_;
  std::map<mesoscore::ContainerId, Live> live_;  // calls come one at a time: no lock
  std::vector<Record> records_;
};
