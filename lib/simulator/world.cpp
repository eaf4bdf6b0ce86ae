#include "simulator/world.hpp"

#include "core/text_cat.hpp"
#include "simulator/nodes.hpp"

namespace mesoscore::simulator_detail {
namespace {

// One thing that is broken often breaks much: the first ones say what it is.
constexpr std::size_t kMostViolations = 20;

}  // namespace

World::World(simulator::ClusterOptions given)
    : options(std::move(given)),
      rng(options.seed),
      trace(options.log_lines),
      truth(*this),
      fates(*this),
      network(*this) {
  auto first = std::make_unique<MasterNode>(*this);
  master = first.get();
  nodes.push_back(std::move(first));
  for (const AgentOptions& agent : options.agents) {
    agents.push_back(next_id());
    nodes.push_back(std::make_unique<AgentNode>(*this, agent));
  }
  master->start();
  for (const NodeId agent : agents) node(agent).start();
}

World::~World() = default;

bool Sabotage::picks(const TaskId& task, std::uint32_t one_in) {
  if (one_in == 0) return false;
  std::uint32_t sum = 7;
  for (const char c : task.view()) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum % one_in == 0;
}

void World::fault(FaultKind kind, std::string_view where, std::string_view text) {
  ++faults[kind];
  if (trace.writes()) trace.write(now(), where, cat("** ", simulator::to_string(kind), " ", text));
}

void World::violation(std::string_view checker, std::string_view where, std::string text) {
  if (trace.writes()) trace.write(now(), where, cat("!! VIOLATION ", checker, ": ", text));
  if (violations.size() >= kMostViolations) return;
  violations.push_back({std::string(checker), now() - kStart, std::string(where), std::move(text)});
}

}  // namespace mesoscore::simulator_detail
