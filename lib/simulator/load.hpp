// A scheduler for the fault simulation: launches, kills, reserves, asks, falls silent, and starts anew.
#pragma once

#include <map>
#include <vector>

#include "mesoscore/simulator/program.hpp"
#include "simulator/swarm.hpp"

namespace mesoscore::simulator_detail {

class Load : public simulator::Program {
 public:
  explicit Load(LoadOptions options) : options_(std::move(options)) {}

  SchedulerOptions start(simulator::Framework& self) override;
  void on(simulator::Framework& self, const Message& delivered) override;
  void woken(simulator::Framework& self) override;

  enum class Mood : std::uint8_t { busy, calm, ending };  // calm: nothing new; ending: everything is killed
  void set_mood(Mood mood) { mood_ = mood; }

  struct Launched {
    TaskId id{};
    AgentId agent_id{};
    TaskState state = TaskState::staging;  // as it was told last
    std::uint32_t life = 0;                // of the process that launched it
    bool over() const noexcept { return is_terminal(state) && state != TaskState::lost; }
  };
  const std::map<TaskId, Launched>& tasks() const noexcept { return tasks_; }
  const FrameworkId& id() const noexcept { return id_; }
  bool removed() const noexcept { return id_.empty(); }

 private:
  void take(simulator::Framework& self, const Offer& offer);
  void launch_on(simulator::Framework& self, const Offer& offer, Resources& left, msg::Accept& accept);
  void launch_group_on(simulator::Framework& self, const Offer& offer, Resources& left, msg::Accept& accept);
  Resources amount_per_task() const;
  void convert(simulator::Framework& self, const Offer& offer, Resources& left, msg::Accept& accept);
  Resources volumes_of(const Resources& disk);
  TaskInfo new_task(simulator::Framework& self, const Offer& offer, const Resources& amount);
  void add_checks(Rng& rng, TaskInfo& task);
  void updated(const TaskStatus& status);
  void begin_anew(simulator::Framework& self);
  void kill(simulator::Framework& self, const Launched& task);
  void ask_for_old_tasks(simulator::Framework& self);
  void do_something(simulator::Framework& self);
  void state_demand(simulator::Framework& self);
  std::size_t open_tasks() const;

  LoadOptions options_;
  Mood mood_ = Mood::busy;
  FrameworkId id_{};
  std::map<TaskId, Launched> tasks_;
  std::uint32_t life_ = 0, names_ = 0;
  bool torn_down_ = false;
};

}  // namespace mesoscore::simulator_detail
