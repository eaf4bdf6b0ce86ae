// What a simulated cluster is made of, and how its network, disks and machines behave while nobody breaks
// them on purpose. All probabilities are of [0, 1].
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mesoscore/agent.hpp"
#include "mesoscore/master.hpp"
#include "mesoscore/scheduler.hpp"

namespace mesoscore::simulator {

struct NetworkOptions {
  Duration latency = std::chrono::milliseconds(1);  // of each packet, and up to `jitter` more
  Duration jitter = std::chrono::milliseconds(1);
  double delayed = 0;  // packets that take up to `delay` more; what is behind them on the connection waits
  Duration delay = std::chrono::seconds(3);
  double refused_dials = 0;
  double late_dials = 0;  // by up to `late`
  Duration late = std::chrono::seconds(10);
  // A sender whose packets do not get through gives the connection up after that, and up to twice that.
  Duration give_up = std::chrono::seconds(20);
  // A side of a connection that was not told of its end finds out when it sends, and after so long at last.
  Duration keepalive = std::chrono::minutes(2);
};

struct DiskOptions {
  Duration commit = std::chrono::milliseconds(1);  // and up to twice that
  double slow = 0;                                 // commits that take up to `slow_commit`
  Duration slow_commit = std::chrono::seconds(5);
  Duration retry = std::chrono::milliseconds(100);  // after a failure; doubles ...
  Duration retry_max = std::chrono::seconds(10);    // ... up to this
};

struct HostOptions {
  Duration launch = std::chrono::milliseconds(20);  // from the call to the start, up to
  double slow_launches = 0;                         // up to `slow_launch` instead
  Duration slow_launch = std::chrono::seconds(20);
  double failed_launches = 0;
  Duration probe = std::chrono::milliseconds(100);  // of a check, up to
  double failed_probes = 0;
  double lost_probes = 0;       // of which nothing is heard
  double executor_crashes = 0;  // custom executors that end within minutes of their start, by a signal
};

struct ClusterOptions {
  std::uint64_t seed = 1;
  MasterOptions master{};              // `durable`: its disk survives it
  bool random_policy = false;          // instead of drf
  std::vector<AgentOptions> agents{};  // one for each machine; `boot_id` follows from the reboots
  NetworkOptions network{};
  DiskOptions disk{};
  HostOptions host{};
  // Of the log, the last so many lines are kept; zero: none are written, which is much faster.
  std::size_t log_lines = 0;
};

}  // namespace mesoscore::simulator
