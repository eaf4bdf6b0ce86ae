// The flags of mesoscore-run about health: what of a task is looked at, and how often.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "mesoscore/check.hpp"

struct HealthFlags {
  std::vector<std::string> http, tcp, commands;
  mesoscore::HealthCheck times{};  // of all of them
};

void add_health_flags(CLI::App& app, HealthFlags& flags);
std::vector<mesoscore::HealthCheck> health_checks_of(const HealthFlags& flags);
