// The command line of mesoscore-demo.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

struct Options {
  // `master` and `agent` are what --processes starts: this program again, as one part of the cluster.
  enum class Part { show, master, agent };
  Part part = Part::show;

  std::string transport = "inproc";
  bool processes = false;
  std::uint32_t agents = 5;
  std::uint32_t tasks = 600;
  std::uint64_t seed = 1;
  std::string work_dir;        // of the cluster, or of the one agent
  bool keep_work_dir = false;  // it was named on the command line

  std::string endpoint;      // master: where to listen; agent: where the master is
  std::uint32_t number = 0;  // agent: which one
};

// Nothing when the program is to go on, else its exit code: 0 after --help, 2 after bad usage (which was
// explained).
std::optional<int> parse_options(int argc, char** argv, Options& options);
