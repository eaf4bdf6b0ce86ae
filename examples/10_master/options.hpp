// The command line of mesoscore-master.
#pragma once

#include <optional>
#include <string>

#include <spdlog/common.h>

#include "../support/record.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/storages/sqlite.hpp"

struct Options {
  mesoscore::MasterServerConfig config;        // what the flags say, ready for MasterServer
  mesoscore::storages::SqliteOptions storage;  // no path: nothing is kept
  cli::Record record;
  std::string name = "master";  // in its log lines
  spdlog::level::level_enum log_level = spdlog::level::info;
};

// Nothing when the program is to go on, else its exit code: 0 after --help, 2 after bad usage (which was
// explained).
std::optional<int> parse_options(int argc, char** argv, Options& options);
