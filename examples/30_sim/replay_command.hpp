// `replay FILE`: steps the machine of a recording through it again.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include <CLI/CLI.hpp>

struct ReplayCommand {
  std::string file;
  bool log = false;  // each step, and what came out of it
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();
};

void define_replay(CLI::App& app, ReplayCommand& command);
// Prints to stdout. 0: the machine did the same again; 1: it did not, or the file cannot be read.
int run_replay(const ReplayCommand& command);
