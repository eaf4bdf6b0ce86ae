// What is around an agent that may die at any commit: a master that remembers what it was told, containers
// that live on, and one executor that does.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mesoscore/agent.hpp"
#include "support/disk.hpp"

namespace mesoscore::test {

struct AgentDied {};

class CrashWorld {
 public:
  // The agent dies at this commit (1 = the first; 0 = never): before it is durable, or before what it carries
  // is let out.
  CrashWorld(std::size_t at_commit, bool durable);

  // ---- what happens; throws AgentDied ----
  void join();
  void run(TaskInfo task, bool launch_executor = false);
  // Commands; none of them finishes before another one fails.
  void run_group(const std::vector<std::string>& tasks, bool launch_executor);
  void start(const std::string& task);  // its container reports that it runs
  void exit(const std::string& task, int status);
  void executor_subscribes();
  void executor_says(const std::string& task, TaskState state);
  void from_master(Message message);
  void acknowledge_all();

  // ---- after its death: another agent comes, and everything ends ----
  void recover();
  void die_again(std::size_t after_commits, bool durable);  // while it recovers, or later
  void finish();
  void check() const;

  std::size_t commits() const noexcept { return commits_; }

 private:
  struct Container {
    std::string task;  // empty: of the executor
    bool alive = true;
    int status = 0;
  };

  void step(Event event);
  void settle();  // until nothing is under way
  void advance(Duration by);
  void carry(Outbox& out);
  void let_out(Commit& commit);
  void see(const msg::RegisterAgent& message);
  void see(const msg::ReregisterAgent& message);
  void see(const msg::AgentUpdate& message);
  void see(const msg::AgentOperationUpdate& message);
  void see(const msg::LaunchTask& message);
  void see(const msg::ExecutorKill& message);
  void see(const msg::ExecutorAcknowledged& message);
  void see(const msg::ExecutorShutdown& message);
  void see(const LaunchContainer& call);
  void see(const KillContainer& call);
  void see(const RecoverContainers& call);
  void see(const ForgetContainer& call);
  void see(const UpdateContainer&) {}
  void see(const EraseVolumes&) {}
  void see(const ProbeContainer&) {}
  void see(const AskContainers&) {}
  void end(const ContainerId& id, int status);
  void executor_died();
  void check_fates() const;
  ContainerId container_of(const std::string& task) const;

  TimePoint now_;
  Disk disk_;
  Agent agent_;
  Outbox out_;
  std::deque<Event> inbox_;
  std::size_t commits_ = 0, dies_at_;
  bool dies_durable_;
  std::uint64_t next_peer_ = 1;
  std::uint64_t seed_ = 1;  // of each agent its own: no uuid comes twice
  PeerId master_{}, executor_peer_{};

  // ---- the master and the scheduler ----
  std::vector<std::vector<std::string>> groups_;
  std::set<std::string> launched_;                       // by the master
  std::map<std::string, std::vector<TaskStatus>> told_;  // each uuid once
  std::vector<msg::UpdateAcknowledged> owed_;
  std::vector<msg::OperationAcknowledged> owed_operations_;
  std::set<Uuid> operations_told_;
  bool acknowledges_ = false;  // at once

  // ---- the rest of the world ----
  std::map<ContainerId, Container> containers_;
  std::set<std::string> killed_;  // their containers, or in the executor
  std::vector<TaskInfo> executor_tasks_;
  std::vector<TaskStatus> executor_updates_;  // not acknowledged
  std::map<std::string, std::vector<Uuid>> executor_said_;
  std::vector<std::string> executor_runs_;
  std::uint8_t next_uuid_ = 1;
};

}  // namespace mesoscore::test
