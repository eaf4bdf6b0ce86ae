// A framework of the soak: launches tasks at a steady rate, kills some, and acknowledges what it is told only
// when that is in its journal.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "journal.hpp"
#include "mesoscore/scheduler_driver.hpp"

namespace soak {

struct FrameworkOptions {
  std::string name;       // also the first part of its task ids
  std::string directory;  // its journal is <directory>/<name>.log; tasks write below <directory>/tasks
  double rate = 2;        // tasks per second
  double longest = 15;    // seconds that a task takes at most
  std::uint64_t seed = 1;
};

class Framework {
 public:
  Framework(asio::io_context& io, FrameworkOptions options, Journal& journal,
            mesoscore::TransportSet transports, mesoscore::SchedulerDriverConfig config);

  mesoscore::Status start();
  int exit_code() const noexcept { return exit_code_; }

 private:
  void set_handlers();
  void wait_for_signals();
  void turn();
  void launch_on(const mesoscore::Offer& offer);
  mesoscore::TaskInfo make_task(const mesoscore::Offer& offer);
  void told(const mesoscore::TaskStatus& status);
  void kill_what_is_due();
  void ask_after_the_silent(double silent_for);
  void leave();

  asio::io_context& io_;
  FrameworkOptions options_;
  Journal& journal_;
  mesoscore::SchedulerDriver driver_;
  asio::steady_timer turn_;
  asio::signal_set signals_;
  std::mt19937_64 random_;
  double wanted_ = 0;    // tasks to launch with the next offers
  double asked_at_ = 0;  // when reconciliation was asked for last
  bool draining_ = false, idle_ = false, leaving_ = false;
  int exit_code_ = 0;
};

}  // namespace soak
