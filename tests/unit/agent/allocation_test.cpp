// In the steady state of command and function tasks the agent's own code allocates nothing.
#include <array>

#include "agent_under_test.hpp"
#include "support/allocations.hpp"

namespace mesoscore::test {
namespace {

// The events are made outside of what is counted.
class Workload {
 public:
  Workload() : agent_(agent_options(), Rng(1), kStart) {
    agent_.tick(kStart, out_);
    agent_.tick(kStart + 1s, out_);
    step(PeerConnected{kMaster, PeerRole::master, ""});
    step(Received{kMaster, msg::AgentRegistered{kAgent, "M", 75s}});
  }

  std::size_t counted() const noexcept { return counted_; }

  // `width` tasks at the same time, from RunTask to the last acknowledgement.
  void round(int width, bool function) {
    std::vector<ContainerId> containers;
    for (int i = 0; i < width; ++i) {
      const std::string id = "a task with a name that does not fit inline " + std::to_string(i);
      TaskInfo task =
          function ? function_task(id.substr(id.size() - 30)) : command_task(id.substr(id.size() - 30));
      task.labels = {{"a key that is not short", "a value that is not short"}};
      step(Received{kMaster, msg::RunTask{framework_, "role", std::move(task), false}});
      containers.push_back(std::get<LaunchContainer>(out_.containers.at(0)).container_id);
    }
    for (const ContainerId& container : containers) happen(container, ContainerEvent::Kind::started);
    for (const ContainerId& container : containers) happen(container, ContainerEvent::Kind::exited);
  }

 private:
  void happen(const ContainerId& container, ContainerEvent::Kind kind) {
    ContainerEvent event;
    event.container_id = container;
    event.kind = kind;
    step(std::move(event));
    const auto& update = std::get<msg::AgentUpdate>(out_.sends.at(0).message);
    step(Received{kMaster,
                  msg::UpdateAcknowledged{update.framework_id, update.status.task_id, *update.status.uuid}});
  }
  template <class E>
  void step(E event) {
    std::array<Event, 1> batch{Event(std::move(event))};
    const std::size_t before = (out_.clear(), heap_allocations);
    agent_.step(batch, kStart + 2s, out_);
    counted_ += heap_allocations - before;
  }

  Agent agent_;
  Outbox out_;
  msg::FrameworkPtr framework_ = framework_info();
  std::size_t counted_ = 0;
};

}  // namespace

TEST_CASE("the steady state does not allocate") {
  for (const bool function : {false, true}) {
    Workload work;
    for (int i = 0; i < 3; ++i) work.round(40, function);
    const std::size_t warm = work.counted();
    for (int i = 0; i < 100; ++i) work.round(40, function);
    CHECK(work.counted() - warm == 0);
  }
}

}  // namespace mesoscore::test
