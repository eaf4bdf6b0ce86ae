// The command line of mesoscore-run.
#pragma once

#include <optional>
#include <string>

#include <spdlog/common.h>

#include "job.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "progress.hpp"

struct Options {
  mesoscore::SchedulerDriverConfig config;
  JobSpec job;
  mesoscore::Duration connect_timeout = std::chrono::seconds(10);
  Progress::Style style = Progress::Style::plain;
  bool follow = false;  // show what the tasks write
  spdlog::level::level_enum log_level = spdlog::level::off;
};

// Nothing when the program is to go on, else its exit code: 0 after --help, 2 after bad usage (which was
// explained).
std::optional<int> parse_options(int argc, char** argv, Options& options);
