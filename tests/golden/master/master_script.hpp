// The words of the master's golden scripts. Ids are shown with M for the master's own: M-S0, M-O3, M-0000.
// The master after a restart is N, the next one O.
//
//   master [offer_timeout=30s] [policy=priority] [durable]   makes the master (must come first)
//   restart                                        another master starts with what a durable one has kept
//   wait 10s                                       lets time pass
//   agent h1 connects ["cpus:4;mem:1024"]          connects and registers
//   agent h1 disconnects | returns [tasks=f:t1]    ... and re-registers, with these tasks RUNNING
//   framework f connects [role=eng] [failover=10s] [plain]
//   framework f disconnects | returns | tears down
//   accept [group] f M-O0 [t1 "cpus:1;mem:64" ...] [refuse=0s]
//   decline f M-O0 [refuse=1h]
//   update h1 f t1 TASK_RUNNING [latest=TASK_FINISHED]
//   ack f t1                                       the last update that was forwarded
//   operations f M-O0 [o1:] reserve +cpus:1 create v1@64 launch t1 "+cpus:1;v1@64" [refuse=0s]
//                                                  o1 is an id; + is a reservation for the role; @ is a
//                                                  volume
//   on h1 reserve +cpus:1 [role=eng]               an operator does; unreserve, create and destroy as well
//   done h1 | failed h1 "why"                      says so of the operations that it was sent (of the first)
//   ack operation f o1 | reconcile operations f [o1]
//   request f eng ["job cpus:1;mem:64 x4 gang within=10s priority=5" ...]      replaces what was stated
//   quota eng [guarantee=cpus:2] [limit=cpus:4] [force]
//   operator connects | operator asks explain f [eng] [agent=M-S0] | frameworks | agents | roles
//   operator on h1 reserve +cpus:1 [role=eng]      as on h1 ..., with an answer
//   operator weight eng 2 | quota eng ... | teardown f | deactivate M-S0 | reactivate M-S0
//   operator drain M-S0 [grace=5s] [mark_gone] | gone M-S0
//   kill f t1 | reconcile f [t1] [agent=M-S0] | revive f | suppress f | weight eng 2
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mesoscore/master.hpp"
#include "support/golden.hpp"
#include "support/print.hpp"

namespace mesoscore::test {

class MasterScript {
 public:
  std::vector<std::string> operator()(Command& command);

 private:
  struct AgentPeer {
    PeerId peer{};
    std::shared_ptr<AgentInfo> info;
  };
  struct FrameworkPeer {
    PeerId peer{};
    std::shared_ptr<FrameworkInfo> info;
  };

  void make(Command& command);
  void restart();
  bool agent(Command& command);
  bool framework(Command& command);
  bool offers(Command& command);
  bool tasks(Command& command);
  bool operations(Command& command);
  void accept_operations(Command& command);
  OperateOnAgent operation_on_agent(Command& command) const;
  void report(const std::string& agent, OperationState state, const std::string& why);
  void learn_orders();
  bool demands(Command& command);
  bool operators(Command& command);
  void agent_connects(const std::string& name, Command& command);
  void agent_returns(const std::string& name, Command& command);
  void framework_connects(const std::string& name, Command& command);
  void connect(PeerId peer, PeerRole role, const std::string& name);
  void send(PeerId from, Message message);
  void step(Event event);
  void wait(Duration time);
  void collect(const std::string& prefix = "");
  void learn_ids();
  std::string full(std::string_view short_id) const;  // "M-O3" -> with the master's id
  std::string shortened(std::string line) const;

  TimePoint start_{std::chrono::hours(1000)};
  TimePoint now_ = start_;
  MasterOptions options_;
  std::unique_ptr<Master> master_;
  std::map<RecordKey, Record> registry_;
  std::vector<std::string> ids_;  // of all masters, the present one included
  Outbox out_;
  Names names_;
  std::map<std::string, AgentPeer> agents_;
  std::map<std::string, FrameworkPeer> frameworks_;
  std::vector<msg::ApplyOperation> orders_;  // of which the agents have said nothing yet
  std::uint64_t last_peer_ = 0, last_call_ = 0;
  PeerId operator_{};
  std::vector<std::string> lines_;
};

}  // namespace mesoscore::test
