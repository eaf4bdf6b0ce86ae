#include "recording/machine.hpp"

#include <utility>

#include "core/text_cat.hpp"
#include "mesoscore/agent_order.hpp"
#include "mesoscore/policies/drf.hpp"
#include "mesoscore/policies/fair.hpp"
#include "mesoscore/policies/fifo.hpp"
#include "mesoscore/policies/priority.hpp"
#include "mesoscore/policies/random.hpp"
#include "wire/options_codec.hpp"

namespace mesoscore::recording {
namespace {

using Policy = std::unique_ptr<AllocationPolicy>;

Result<Policy> policy_of(const Header& header, const ReplayOptions& options) {
  if (options.policy) return options.policy();
  if (header.policy == "drf") return policies::drf();
  if (header.policy == "fair") return policies::fair();
  if (header.policy == "fifo") return policies::fifo();
  if (header.policy == "random") return policies::random();
  if (header.policy == "priority") return policies::priority({.preempt = header.preempts});
  return fail(Errc::invalid_argument, cat("recorded with the policy \"", header.policy,
                                          "\", which is not one of ours: give it in ReplayOptions::policy"));
}

Result<std::shared_ptr<AgentOrder>> order_of(const std::string& name, const ReplayOptions& options) {
  if (options.agent_order || name.empty()) return options.agent_order;
  for (const auto& order : {agent_orders::pack(), agent_orders::spread(), agent_orders::best_fit()}) {
    if (order->name() == name) return order;
  }
  return fail(Errc::invalid_argument,
              cat("recorded with the agent order \"", name,
                  "\", which is not one of ours: give it in ReplayOptions::agent_order"));
}

Result<Machine> make_master(Header header, const ReplayOptions& options) {
  auto read = wire::decode_master_options(header.options);
  if (!read) return fail(Errc::data_corrupt, read.error().message);
  auto policy = policy_of(header, options);
  if (!policy) return fail(std::move(policy.error()));
  auto order = order_of(read->agent_order, options);
  if (!order) return fail(std::move(order.error()));
  MasterOptions master = std::move(read->options);
  master.allocator.agent_order = *std::move(order);
  if (options.change_master) options.change_master(master);
  const Rng rng(header.seed);
  if (options.observer) options.observer->begin(master, policy->get(), rng, header.now, header.records);
  if (!master.durable) return Machine(Master(std::move(master), *std::move(policy), rng, header.now));
  auto made =
      Master::recover(std::move(master), *std::move(policy), rng, header.now, std::move(header.records));
  if (!made) return fail(Errc::invalid_argument, cat("cannot recover: ", made.error().message));
  return Machine(*std::move(made));
}

Result<Machine> make_agent(Header header, const ReplayOptions& options) {
  auto read = wire::decode_agent_options(header.options);
  if (!read) return fail(Errc::data_corrupt, read.error().message);
  AgentOptions agent = *std::move(read);
  if (options.change_agent) options.change_agent(agent);
  const Rng rng(header.seed);
  if (options.observer) options.observer->begin(agent, rng, header.now, header.records);
  if (!agent.durable) return Machine(Agent(std::move(agent), rng, header.now));
  auto made = Agent::recover(std::move(agent), rng, header.now, std::move(header.records));
  if (!made) return fail(Errc::invalid_argument, cat("cannot recover: ", made.error().message));
  return Machine(*std::move(made));
}

}  // namespace

Result<Machine> make_machine(Header header, const ReplayOptions& options) {
  return header.machine == RecordedMachine::master ? make_master(std::move(header), options)
                                                   : make_agent(std::move(header), options);
}

}  // namespace mesoscore::recording
