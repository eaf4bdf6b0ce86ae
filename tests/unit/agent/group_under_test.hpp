// An agent that is given task groups.
#pragma once

#include <map>

#include "agent_under_test.hpp"
#include "mesoscore/offer.hpp"

namespace mesoscore::test {

using Kind = ContainerEvent::Kind;

inline ExecutorInfo pod_executor(std::string_view id = "pod") {
  return default_executor(ExecutorId(id), Resources::parse("cpus:0.1;mem:32;disk:8").value());
}
inline ExecutorInfo custom_executor() {
  ExecutorInfo executor = pod_executor("e1");
  executor.type = ExecutorInfo::Type::custom;
  executor.command.value = "./executor";
  return executor;
}

class GroupUnderTest : public AgentUnderTest {
 public:
  explicit GroupUnderTest(AgentOptions given = agent_options()) : AgentUnderTest(std::move(given)) { join(); }

  void run_group(std::vector<TaskInfo> tasks, bool launch_executor = true,
                 ExecutorInfo executor = pod_executor(), msg::FrameworkPtr framework = framework_info()) {
    from_master(
        msg::RunTaskGroup{std::move(framework), "*", std::move(executor), std::move(tasks), launch_executor});
    for (const auto* launch : calls<LaunchContainer>()) {
      containers[launch->task.task_id.str()] = launch->container_id;
      container = launch->container_id;
    }
  }
  // Commands of these ids, whose containers run.
  void run_pod(const std::vector<std::string>& ids, bool launch_executor = true) {
    std::vector<TaskInfo> tasks;
    for (const std::string& id : ids) tasks.push_back(command_task(id));
    run_group(std::move(tasks), launch_executor);
    for (const std::string& id : ids) {
      start(id);
      acknowledge();
    }
  }
  // Those of a custom executor e1, which has been given them.
  void run_custom(const std::vector<std::string>& ids) {
    std::vector<TaskInfo> tasks;
    for (const std::string& id : ids) tasks.push_back(bare_task(id));
    run_group(std::move(tasks), true, custom_executor());
    started();
    connect_executor();
    subscribe();
  }

  ContainerEvent event_of(const std::string& task, Kind kind, int wait_status = 0) const {
    ContainerEvent event;
    event.container_id = containers.at(task);
    event.kind = kind;
    event.wait_status = wait_status;
    return event;
  }
  void start(const std::string& task) { step(event_of(task, Kind::started)); }
  void exit(const std::string& task, int wait_status) { step(event_of(task, Kind::exited, wait_status)); }
  void acknowledge_all() {
    std::vector<msg::UpdateAcknowledged> acks;
    for (const auto* update : sent<msg::AgentUpdate>())
      acks.push_back({update->framework_id, update->status.task_id, *update->status.uuid});
    for (auto& ack : acks) from_master(std::move(ack));
  }

  // "t1 3s" for each container that is to be killed.
  std::vector<std::string> kills() const {
    std::vector<std::string> all;
    for (const auto* kill : calls<KillContainer>())
      all.push_back(name_of(kill->container_id) + " " + text_of(kill->grace));
    return all;
  }
  // The same for what a custom executor is told.
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const auto* kill : sent<msg::ExecutorKill>()) all.push_back(kill->task_id.str());
    return all;
  }
  // "t1 TASK_KILLED REASON_AGENT_DRAINING" for each update that was sent.
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const auto* update : sent<msg::AgentUpdate>()) {
      std::string text = update->status.task_id.str() + " " + std::string(to_string(update->status.state));
      if (update->status.reason) text += " " + std::string(to_string(*update->status.reason));
      all.push_back(std::move(text));
    }
    return all;
  }

  std::map<std::string, ContainerId> containers;  // of tasks

 private:
  static std::string text_of(Duration grace) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(grace).count()) + "s";
  }
  std::string name_of(const ContainerId& id) const {
    for (const auto& [task, container_id] : containers) {
      if (container_id == id) return task;
    }
    return "?";
  }
};

using Lines = std::vector<std::string>;

}  // namespace mesoscore::test
