#include "simulator/fates.hpp"

#include "core/text_cat.hpp"
#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {
namespace {

// Within that an agent that is up, and whose disk takes what it writes, has killed the rest of a group: the
// grace of three seconds, and commits that take five. Looked at twice, as the disk may have had a bad time.
constexpr Duration kGrace = std::chrono::seconds(20);
constexpr std::uint32_t kLooks = 2;
constexpr Duration kSettled = std::chrono::minutes(2);  // and one whose executor has to be asked

}  // namespace

void Fates::launched(const FrameworkId& framework, const LaunchGroupOperation& launch) {
  const auto index = static_cast<std::uint32_t>(groups_.size());
  Group& group = groups_.emplace_back();
  group.framework = framework;
  group.custom = launch.executor.type == ExecutorInfo::Type::custom;
  for (const TaskInfo& task : launch.tasks) {
    group.tasks.push_back(task.task_id);
    TaskTruth& truth = world_.truth.task(framework, task.task_id);
    truth.group = index;
    truth.in_process = truth.in_process || group.custom;
  }
}

void Fates::fell(std::uint32_t index) {
  Group& group = groups_[index];
  if (std::exchange(group.fallen, true)) return;
  group.fell_at = world_.now();
  if (!group.custom) world_.agenda.in(kGrace, [this, index] { look(index); });
}

const TaskId* Fates::alive(const Group& group) const {
  for (const TaskId& task : group.tasks) {
    if (world_.truth.task(group.framework, task).live) return &task;
  }
  return nullptr;
}

AgentNode* Fates::home_of(const Group& group, const TaskId& task) const {
  for (const NodeId id : world_.agents) {
    auto& agent = static_cast<AgentNode&>(world_.node(id));
    bool here = false;
    agent.host().each_live([&](const LaunchContainer& launch) {
      here = here || (launch.framework->id == group.framework && launch.task.task_id == task);
    });
    if (here) return &agent;
  }
  return nullptr;
}

void Fates::look(std::uint32_t index) {
  Group& group = groups_[index];
  const TaskId* lives = alive(group);
  if (lives == nullptr) return;
  const AgentNode* home = home_of(group, *lives);
  if (home == nullptr) return wrong(group, *lives, "", "and no machine has it");
  const bool able = home->up() && home->life() == group.life && home->disk_is_idle();
  group.looked = able ? group.looked + 1 : 0;
  group.life = home->life();
  if (group.looked >= kLooks) return wrong(group, *lives, home->name(), "for long, and its agent is up");
  world_.agenda.in(kGrace, [this, index] { look(index); });
}

void Fates::check_settled() {
  for (const Group& group : groups_) {
    const TaskId* lives = alive(group);
    if (lives == nullptr) continue;
    if (group.fallen && group.fell_at + kSettled < world_.now())
      wrong(group, *lives, "", "while nothing is under way");
    for (const TaskId& task : group.tasks) {
      const TaskTruth& truth = world_.truth.task(group.framework, task);
      if (truth.starts == 0) wrong(group, *lives, "", cat("and ", task, " was never started"));
    }
  }
}

void Fates::wrong(const Group& group, const TaskId& lives, std::string_view where, std::string_view why) {
  world_.violation("fate not shared", where,
                   cat("task ", lives, " of ", group.framework, " lives",
                       group.fallen ? " after its group fell, " : ", ", why));
}

}  // namespace mesoscore::simulator_detail
