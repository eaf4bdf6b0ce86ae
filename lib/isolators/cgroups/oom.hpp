// What a container has done to memory, and what it is told when the kernel has killed processes of it for
// that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isolators/cgroups/subtree.hpp"
#include "mesoscore/isolator.hpp"

namespace mesoscore::control_groups {

struct MemoryFigures {
  std::uint64_t kills = 0;  // processes that the kernel has killed for want of memory
  bool own_limit = false;   // it was at its limit; else a group above it, or the machine, had no memory left
  std::uint64_t most = 0;   // bytes that it has had at most
  std::optional<std::uint64_t> limit{};
};
std::uint64_t memory_kills(const Part& part, const std::string& name);  // only that one
MemoryFigures read_memory(const Part& part, const std::string& name);

struct Consumer {
  pid_t pid = 0;
  std::string name{};
  std::uint64_t bytes = 0;
};
// Those processes of the group that have most memory, at most `count`.
std::vector<Consumer> largest(const Part& part, const std::string& name, std::size_t count);

Limitation memory_limitation(const MemoryFigures& figures, const std::vector<Consumer>& consumers);

}  // namespace mesoscore::control_groups
