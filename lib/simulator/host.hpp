// The machine of an agent: launcher, supervisors and what they run. It outlives the agent's process.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"
#include "simulator/truth.hpp"

namespace mesoscore::simulator_detail {

struct World;
class AgentNode;
class ExecutorNode;

class Host {
 public:
  Host(World& world, AgentNode& agent) noexcept : world_(world), agent_(agent) {}

  void apply(ContainerCall& call);
  void agent_crashed();  // launches under way may or may not take place; functions end
  void kill_all();       // nobody will ask for them
  void reboot();
  void executor_ended(const ContainerId& id, int wait_status);

  std::size_t live() const noexcept;
  // Calls f(LaunchContainer) for each that lives.
  template <class F>
  void each_live(F&& f) const {
    for (const auto& [id, container] : containers_) {
      if (container.state != State::ended) f(container.launch);
    }
  }
  bool lives(const ContainerId& id) const noexcept;
  ExecutorNode* executor_in(const ContainerId& id) const noexcept;

 private:
  enum class State : std::uint8_t { starting, live, ended };
  struct Container {
    LaunchContainer launch{};
    Resources resources{};
    State state = State::starting;
    simulator::Script script{};
    std::uint32_t kills = 0;       // what comes of an older kill is of no interest
    TimePoint killed_at = kNever;  // at the latest
    int wait_status = 0;
    ExecutorNode* executor = nullptr;
  };

  void launch(LaunchContainer& call);
  void start(const ContainerId& id, bool recovered = false);
  void kill(const KillContainer& call);
  void resize(const UpdateContainer& call);
  void recover(RecoverContainers& call);
  void forget(const ForgetContainer& call);
  void probe(const ProbeContainer& call);
  void end(const ContainerId& id, int wait_status, End how);
  void run_down(const ContainerId& id, Container& container);  // SIGTERM has been sent
  void silence(Container& container, End how);
  void report(ContainerEvent event, Duration delay = Duration::zero());
  ContainerEvent exited(const ContainerId& id, const Container& container) const;
  void check_capacity();
  Container* find(const ContainerId& id);

  World& world_;
  AgentNode& agent_;
  std::map<ContainerId, Container> containers_;
};

}  // namespace mesoscore::simulator_detail
