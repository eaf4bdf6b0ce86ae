// The command line of mesoscore-agent.
#pragma once

#include <optional>

#include <spdlog/common.h>

#include "../support/record.hpp"
#include "isolation.hpp"
#include "mesoscore/agent_server.hpp"
#include "mesoscore/fetchers/curl.hpp"
#include "mesoscore/storages/sqlite.hpp"

struct Options {
  mesoscore::AgentServerConfig config;         // what the flags say, ready for AgentServer
  mesoscore::storages::SqliteOptions storage;  // no path: nothing is kept
  mesoscore::fetchers::CurlOptions fetcher;    // of the URIs of tasks
  Isolation isolation;
  cli::Record record;
  mesoscore::Duration register_within{0};  // zero: try for ever
  spdlog::level::level_enum log_level = spdlog::level::info;
};

// Nothing when the program is to go on, else its exit code: 0 after --help, 2 after bad usage (which was
// explained).
std::optional<int> parse_options(int argc, char** argv, Options& options);
