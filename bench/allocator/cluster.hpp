// An allocator with agents and frameworks that are made by the dozen.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "measure.hpp"
#include "mesoscore/allocator.hpp"

namespace bench {

using namespace mesoscore;

inline FrameworkInfo framework_info(unsigned number, RoleName role = "*") {
  FrameworkInfo info;
  info.id = "8e2f1c7a-0000-4000-8000-000000000000-" + std::to_string(10'000 + number);
  info.roles = {std::move(role)};
  return info;
}

inline AgentInfo agent_info(unsigned number, const Resources& resources) {
  AgentInfo info;
  info.id = "8e2f1c7a-0000-4000-8000-000000000000-S" + std::to_string(number);
  info.hostname = "node-" + std::to_string(number);
  info.resources = resources;
  return info;
}

using AgentPtr = std::shared_ptr<const AgentInfo>;  // as the master has them, too

inline std::vector<AgentPtr> agent_infos(unsigned count, std::string_view resources) {
  const Resources total = Resources::parse(resources).value();
  std::vector<AgentPtr> infos;
  for (unsigned a = 0; a < count; ++a)
    infos.push_back(std::make_shared<const AgentInfo>(agent_info(a, total)));
  return infos;
}

inline std::vector<FrameworkInfo> framework_infos(unsigned count) {
  std::vector<FrameworkInfo> infos;
  for (unsigned f = 0; f < count; ++f) infos.push_back(framework_info(f));
  return infos;
}

struct Cluster {
  Allocator allocator{AllocatorOptions{}, nullptr, Rng(7)};
  TimePoint now{};
  std::vector<Grant> grants;  // of the last runs, not answered yet

  void add_frameworks(const std::vector<FrameworkInfo>& infos) {
    for (unsigned f = 0; f < infos.size(); ++f) allocator.add_framework(FrameworkHandle{f}, infos[f], {});
  }
  void add_agents(const std::vector<AgentPtr>& infos) {
    for (unsigned a = 0; a < infos.size(); ++a) allocator.add_agent(AgentHandle{a}, infos[a], {});
  }
  // As in a master, whose vector of grants is always the same one.
  void make_room(unsigned grants_of_a_run) {
    grants.resize(grants_of_a_run);
    grants.clear();
  }
  void run() { allocator.run(now, grants); }
  // Offers that nobody will answer: the next run uses their place, as in a master. How many there were.
  std::size_t run_unanswered() {
    grants.clear();
    run();
    return grants.size();
  }
  void give_back_all(const Filters* filters) {
    for (const Grant& grant : grants) {
      allocator.recover(grant.framework, grant.agent, grant.role, grant.resources, filters, now);
    }
    grants.clear();
  }
  // Makes every agent a candidate of the next run, for everybody.
  void touch_all(unsigned agents) {
    for (unsigned a = 0; a < agents; ++a) {
      allocator.deactivate_agent(AgentHandle{a});
      allocator.activate_agent(AgentHandle{a});
    }
  }
};

inline std::string size_name(const char* workload, unsigned a, unsigned b) {
  return std::string("allocator.") + workload + "." + std::to_string(a) + "x" + std::to_string(b) + ".";
}

}  // namespace bench
