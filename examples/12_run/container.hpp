// What surrounds the tasks of mesoscore-run: the flags, and the ContainerInfo and limits that they make.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "mesoscore/task.hpp"

struct ContainerFlags {
  std::string docker{};
  std::string root{};
  std::vector<std::string> volumes{};
  std::vector<std::string> uris{};
  std::optional<double> limit_cpus{}, limit_mem{};
};

void add_container_flags(CLI::App& app, ContainerFlags& flags);

// Absent if no flag asks for anything.
mesoscore::Box<mesoscore::ContainerInfo> container_of(const ContainerFlags& flags);
std::vector<mesoscore::CommandUri> uris_of(const ContainerFlags& flags);
mesoscore::Box<mesoscore::TaskLimits> limits_of(const ContainerFlags& flags);
