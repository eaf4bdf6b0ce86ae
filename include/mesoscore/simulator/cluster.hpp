// A whole cluster in one thread: the real Master, Agent, Scheduler and Executor machines over a virtual
// clock, network, disks and containers, all of one seed.
//
//     ClusterOptions options{.seed = 7, .agents = {agent("cpus:4;mem:1024")}};
//     Cluster cluster(options);
//     auto program = std::make_shared<MyProgram>();           // your scheduler: program.hpp
//     const NodeId framework = cluster.add_framework("web", program);
//     cluster.run_for(minutes(1));
//     cluster.crash(cluster.master());
//     cluster.partition({framework}, {cluster.agents()[0]}, seconds(30));
//     cluster.run_for(seconds(10));
//     cluster.restart(cluster.master());
//     cluster.run_for(minutes(5));
//     REQUIRE(cluster.violations().empty());                  // nothing was lost, doubled or mis-told
//
// The same options, programs and calls give the same run, and the same trace_hash(), on every platform. Not
// thread-safe; several clusters may run in several threads.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mesoscore/simulator/fault_kind.hpp"
#include "mesoscore/simulator/options.hpp"
#include "mesoscore/simulator/program.hpp"

namespace mesoscore::simulator_detail {
struct World;
}

namespace mesoscore::simulator {

enum class NodeId : std::uint32_t {};
enum class NodeKind : std::uint8_t { master, agent, framework, executor };

// Something that must never be, and was.
struct Violation {
  std::string checker{};  // "launched twice"
  Duration at{0};         // virtual time since the start
  std::string node{};     // "agent-2"
  std::string text{};     // one line
};

class Cluster {
 public:
  explicit Cluster(ClusterOptions options);
  ~Cluster();
  Cluster(Cluster&&) noexcept;
  Cluster& operator=(Cluster&&) noexcept;

  // ---- what there is
  NodeId master() const noexcept;
  const std::vector<NodeId>& agents() const noexcept;
  const std::vector<NodeId>& frameworks() const noexcept;
  NodeId add_framework(std::string name, std::shared_ptr<Program> program);
  bool up(NodeId node) const noexcept;
  // Null while the node is down, or is of another kind.
  const Master* master_machine() const noexcept;
  const Agent* agent_machine(NodeId node) const noexcept;
  const Scheduler* scheduler_machine(NodeId node) const noexcept;
  std::size_t containers(NodeId agent) const noexcept;  // that live on its machine

  // ---- time
  void run_for(Duration span);
  Duration elapsed() const noexcept;     // virtual, since the start
  std::uint64_t steps() const noexcept;  // of all machines

  // ---- faults; a node that is already so stays so
  void crash(NodeId node);                // the process; what it runs lives on
  void crash_in_step(NodeId node);        // at the next one that sends, after a part of it
  void crash_before_effect(NodeId node);  // when its next commit is durable
  void restart(NodeId node);
  void reboot(NodeId agent);  // the machine is off, and nothing on it lives; restart() brings it back
  void jump_clock(NodeId node, Duration forward);
  // Nothing comes through from these to those, for so long; `both_ways`: nor back.
  void partition(std::vector<NodeId> from, std::vector<NodeId> to, Duration span, bool both_ways = true);
  void reset_connections(NodeId node, double share, bool half_open);
  void stall_connection(NodeId node, Duration span);  // one direction of one of its connections
  void heal();  // ends all partitions and stalls; who was not told of the end of a connection is told soon
  void fill_disk(NodeId node, Duration span);  // all its commits fail
  void slow_disk(NodeId node, Duration span);  // they take seconds
  void set_network(const NetworkOptions& network);
  void set_disk(const DiskOptions& disk);
  void set_host(const HostOptions& host);
  void operate(Event action);  // an action of an operator (operator.hpp), for the master

  // ---- what came of it
  const FaultCounts& faults() const noexcept;
  const std::vector<Violation>& violations() const noexcept;
  std::uint64_t trace_hash() const noexcept;  // over all that was delivered, and when
  const std::deque<std::string>& log() const noexcept;
  // Looks at everything while nothing is under way: do master, agents and containers agree? What does not
  // is a violation.
  void check_agreement();

  simulator_detail::World& world() noexcept { return *world_; }  // internal

 private:
  std::unique_ptr<simulator_detail::World> world_;
};

}  // namespace mesoscore::simulator
