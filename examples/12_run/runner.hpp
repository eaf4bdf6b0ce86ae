// The framework: carries a Job out on a cluster.
#pragma once

#include <memory>
#include <string>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "follow.hpp"
#include "job.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "progress.hpp"

namespace exit_codes {
inline constexpr int kUsage = 2;
inline constexpr int kNoMaster = 3;  // could not subscribe, or the master refused the framework
inline constexpr int kInterrupted = 130;
}  // namespace exit_codes

class Runner {
 public:
  Runner(asio::io_context& io, mesoscore::TransportSet transports, mesoscore::SchedulerDriverConfig config,
         JobSpec spec, mesoscore::Duration connect_timeout, Progress::Style style, bool follow);

  mesoscore::Status start();
  int exit_code() const { return exit_code_; }  // once io.run() has returned

 private:
  void set_handlers();
  void wait_for_master(mesoscore::Duration timeout);
  void wait_for_signals();
  void draw();
  void on_offers(std::span<mesoscore::Offer> offers);
  void on_update(const mesoscore::TaskStatus& status);
  void follow(const mesoscore::TaskStatus& status);
  void ask_for_offers();
  void give_up(int exit_code, const std::string& why);
  void leave(int exit_code);

  asio::io_context& io_;
  std::string master_;
  std::string last_warning_;  // of the driver: why it cannot reach the master
  Job job_;
  Progress progress_;
  mesoscore::SchedulerDriver driver_;
  std::unique_ptr<Follower> follower_;  // null: nobody wants to see it
  asio::signal_set signals_;
  asio::steady_timer connect_timer_, draw_timer_;
  mesoscore::Duration connect_timeout_;
  bool suppressed_ = false;
  bool leaving_ = false;
  int complaints_ = 0;
  int exit_code_ = 0;
};
