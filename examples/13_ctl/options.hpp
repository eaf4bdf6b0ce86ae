// The command line of mesoscore-ctl.
#pragma once

#include <functional>
#include <optional>

#include "desk.hpp"
#include "mesoscore/operator_client.hpp"

struct Options {
  mesoscore::OperatorClientConfig config;
  mesoscore::OperatorAction action;  // what the subcommand says
  std::function<int(Desk&)> ask;     // in its stead: what takes several questions; gives the exit code
};

// Nothing when the program is to go on, else its exit code: 0 after --help, 2 after bad usage (which was
// explained).
std::optional<int> parse_options(int argc, char** argv, Options& options);
