// Which isolators the agent composes: the flags, and what they make.
#pragma once

#include <set>
#include <string>

#include <CLI/CLI.hpp>

#include "mesoscore/agent_server.hpp"
#include "mesoscore/isolators/cgroups.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "mesoscore/isolators/linux.hpp"

struct Isolation {
  std::set<std::string> names{};  // of isolators besides process
  mesoscore::isolators::CgroupsOptions cgroups{};
  mesoscore::isolators::FilesystemOptions filesystem{};
  mesoscore::isolators::DockerOptions docker{};
};

void add_isolation_flags(CLI::App& app, Isolation& isolation);

// In an order that works: see IsolatorSet.
mesoscore::IsolatorSet compose(const Isolation& isolation, const mesoscore::AgentServerConfig& config);
