// What happened: as a running hash, and for people as the last lines of a log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "mesoscore/message.hpp"
#include "mesoscore/outbox.hpp"

namespace mesoscore::simulator_detail {

class Trace {
 public:
  explicit Trace(std::size_t lines) noexcept : most_lines_(lines) {}

  void add(std::uint64_t value) noexcept {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15ULL;
    hash_ ^= hash_ >> 29;
  }
  void add(std::string_view text) noexcept;
  void add(const Message& message) noexcept;  // its kind, and the ids in it
  std::uint64_t hash() const noexcept { return hash_; }

  bool writes() const noexcept { return most_lines_ != 0; }
  void write(TimePoint at, std::string_view node, std::string_view text);
  const std::deque<std::string>& lines() const noexcept { return lines_; }

 private:
  std::uint64_t hash_ = 0x6d65736f73636f72ULL;
  std::size_t most_lines_;
  std::deque<std::string> lines_;
};

// One line for people: "AgentUpdate t17 TASK_RUNNING".
std::string describe(const Message& message);
std::string describe(const Event& event);
std::string describe(const ContainerCall& call);

}  // namespace mesoscore::simulator_detail
