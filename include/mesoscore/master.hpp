// The master as a state machine: admits agents, makes offers through the allocator, checks what frameworks
// accept, converts resources, forwards launches, kills and status updates, answers reconciliation. Drive it
// as outbox.hpp shows, or use MasterServer, which binds it to asio and transports.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mesoscore/allocator.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

struct MasterOptions {
  AllocatorOptions allocator{};
  std::vector<SetWeight> weights{};  // initial; others are 1
  std::vector<RoleQuota> quotas{};   // initial; others have none

  Duration offer_timeout = std::chrono::minutes(5);        // unanswered offers are rescinded; zero: never
  Duration heartbeat_interval = std::chrono::seconds(15);  // to schedulers
  Duration ping_interval = std::chrono::seconds(15);       // to agents
  std::uint32_t ping_misses = 5;                           // so many in a row: the agent is unreachable
  // A disconnected agent that has not come back for so long is unreachable; so is, after a restart of the
  // master, one that the registry knows.
  Duration agent_reregister_timeout = std::chrono::minutes(10);
  // No more agents than that become unreachable within the time; the others wait, and are spared when they
  // come back meanwhile. Zero agents: no limit.
  struct RemovalRate {
    std::uint32_t agents = 0;
    Duration within = std::chrono::minutes(1);
  };
  RemovalRate agent_removal_rate{};
  // After a restart: if a larger part (0 to 1) of the agents of the registry than that has not come back in
  // time, none of these becomes unreachable (something else is wrong); an error is noted, and the question is
  // asked again each agent_reregister_timeout. 1: no limit.
  double recovery_agent_removal_limit = 1.0;
  // After a restart, while a role has a quota: no offers before so many of the agents (0 to 1) are back, or
  // so much time has passed.
  double recovery_gate_agents = 0.8;
  Duration recovery_gate_timeout = std::chrono::minutes(10);
  // How long the registry remembers agents that are unreachable or gone, and frameworks that were removed; at
  // most MasterLimits::max_removed_agents and max_completed_frameworks of them. An agent that is forgotten
  // and comes back after all is taken like one that was never seen, with its tasks.
  Duration registry_max_age = std::chrono::hours(14 * 24);
  Duration registry_gc_interval = std::chrono::minutes(15);
  // Commits are made (outbox.hpp): agents, weights, quotas, and which frameworks were removed survive the
  // master. Tasks, executors and frameworks are learned again from the agents and schedulers that come back:
  // a restart of the master disconnects nobody, and no failover timeout runs before a framework has
  // subscribed.
  bool durable = false;
  MasterLimits limits{};
};

// An immutable snapshot for reads: may be kept and used from any thread.
struct MasterView {
  struct Framework {
    FrameworkInfo info{};
    bool connected = false;
    std::uint32_t tasks = 0;  // live, terminal but unacknowledged ones included
    std::uint32_t offers = 0;
    Resources used{}, offered{};
    double dominant_share = 0;  // of offered + used, over the whole cluster
    struct Wanted {
      RoleName role{};
      std::uint32_t open_units = 0;
    };
    std::vector<Wanted> wanted{};  // the roles in which it has stated demands, by name
  };
  struct Agent {
    AgentInfo info{};
    bool connected = false;
    bool deactivated = false;  // by an operator
    DrainState drain = DrainState::none;
    std::uint32_t tasks = 0;
    Resources used{}, offered{};
  };
  // On resources of an agent: pending, or carried out and not yet acknowledged.
  struct Operation {
    FrameworkId framework_id{};  // empty: of an operator
    AgentId agent_id{};
    Uuid uuid{};
    mesoscore::Operation operation{};
    OperationState state = OperationState::pending;
  };
  MasterId id{};
  TimePoint at{};
  std::vector<Framework> frameworks{};  // in the order of their first subscription
  std::vector<Agent> agents{};          // in the order of their registration
  std::vector<Operation> operations{};  // in the order in which the master took them, per agent
  // Those with frameworks, a weight or a quota of their own; by path.
  std::vector<RoleSummary> roles{};
  std::vector<FrameworkId> completed_frameworks{};
  std::vector<AgentId> unreachable_agents{};
  std::vector<AgentId> gone_agents{};
  std::vector<AgentId> recovered_agents{};  // of the registry; they have not yet come back
  std::uint32_t tasks = 0;
  std::uint64_t offers_made = 0, offers_rescinded = 0, tasks_launched = 0, updates_forwarded = 0;
  std::uint64_t messages_refused = 0;  // from peers that broke the protocol
};

class Master {
 public:
  // `policy` null: drf. `rng` also makes the master id.
  Master(MasterOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng, TimePoint now);
  // The successor of the master that `records` tell of: those that a storage has kept of its commits, in any
  // order; none at the first start. It has an id of its own. Weights and quotas of the records win over those
  // of the options. data_corrupt: records that contradict each other, named.
  static Result<Master> recover(MasterOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng,
                                TimePoint now, std::vector<Record> records);
  ~Master();
  Master(Master&&) noexcept;
  Master& operator=(Master&&) noexcept;

  void step(std::span<Event> batch, TimePoint now, Outbox& out);  // consumes the events
  // As step() with a Received for each; consumes the messages, which need not be moved into events.
  void receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out);
  void tick(TimePoint now, Outbox& out);
  TimePoint next_deadline() const noexcept;  // kNever when idle

  // As the event OperateOnAgent, with an answer: whether the operation was accepted and is on its way to the
  // agent.
  Status operate(OperateOnAgent call, TimePoint now, Outbox& out);

  const MasterId& id() const noexcept;
  std::shared_ptr<const MasterView> view() const;               // built when asked for: O(tasks + offers)
  std::vector<Task> tasks(const FrameworkId& framework) const;  // live ones, in the order of their launch
  // The last ones that ended, oldest first; at most MasterLimits::max_completed_tasks_per_framework.
  std::vector<Task> completed_tasks(const FrameworkId& framework) const;
  Explanation explain(const FrameworkId& framework, std::string_view role, TimePoint now) const;
  AgentExplanation explain(const FrameworkId& framework, std::string_view role, const AgentId& agent,
                           TimePoint now) const;

  struct State;  // internal

 private:
  std::unique_ptr<State> state_;
};

}  // namespace mesoscore
