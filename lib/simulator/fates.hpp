// Task groups: when one of them has failed or was killed, none of the others may live on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"

namespace mesoscore::simulator_detail {

struct World;
class AgentNode;

class Fates {
 public:
  explicit Fates(World& world) noexcept : world_(world) {}

  void launched(const FrameworkId& framework, const LaunchGroupOperation& group);
  void fell(std::uint32_t group);  // one of its tasks has ended, and did not finish
  void check_settled();            // while nothing is under way

 private:
  struct Group {
    FrameworkId framework{};
    std::vector<TaskId> tasks{};
    bool custom = false;  // told by way of an executor, which may be cut off
    bool fallen = false;
    TimePoint fell_at{};
    std::uint32_t life = 0;    // of the agent, at the last look
    std::uint32_t looked = 0;  // so often in that life, and a task was alive
  };

  void look(std::uint32_t group);
  const TaskId* alive(const Group& group) const;
  AgentNode* home_of(const Group& group, const TaskId& task) const;
  void wrong(const Group& group, const TaskId& lives, std::string_view where, std::string_view why);

  World& world_;
  std::vector<Group> groups_;
};

}  // namespace mesoscore::simulator_detail
