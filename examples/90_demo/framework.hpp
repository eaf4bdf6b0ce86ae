// One tenant of the cluster: a scheduler that has commands to run and takes what it is offered for them.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include "mesoscore/scheduler_driver.hpp"
#include "workload.hpp"

struct Tenant {
  std::string role;
  double weight = 1;
  mesoscore::Resources each;  // what one of its tasks uses
  std::vector<WorkItem> work;
};

struct Progress {
  std::size_t total = 0, waiting = 0, running = 0, finished = 0;
  std::size_t failed = 0;
  std::size_t failed_on_purpose = 0;  // part of `failed`
  std::size_t lost = 0;               // dropped, lost, killed, ... by the cluster
  std::size_t ended() const { return finished + failed + lost; }
};

class Framework {
 public:
  Framework(asio::io_context& io, const mesoscore::TransportSet& transports, const std::string& master,
            Tenant tenant);

  mesoscore::Status start();
  asio::awaitable<void> leave();  // takes the framework, and what it still runs, off the cluster

  const Tenant& tenant() const { return tenant_; }
  const Progress& progress() const { return progress_; }
  mesoscore::Resources held() const;  // by the tasks that were launched and have not ended
  bool hungry() const { return started_ && !waiting_.empty(); }
  bool done() const { return progress_.ended() == progress_.total; }
  // The first thing that went wrong.
  const std::optional<std::string>& complaint() const { return complaint_; }

  // In seconds, of each task that came to run: from start() of this framework, and from the accepted offer.
  const std::vector<double>& waits() const { return waits_; }
  const std::vector<double>& launch_times() const { return launch_times_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Active {
    std::size_t index = 0;
    Clock::time_point accepted;
    bool running = false;
  };

  void on_offer(const mesoscore::Offer& offer);
  void on_update(const mesoscore::TaskStatus& status);
  void on_running(Active& task);
  void on_end(const Active& task, const mesoscore::TaskStatus& status);
  void complain(std::string what);

  Tenant tenant_;
  mesoscore::SchedulerDriver driver_;
  Progress progress_;
  Clock::time_point begin_;
  bool started_ = false;
  std::deque<std::size_t> waiting_;  // indices of tenant_.work
  std::unordered_map<mesoscore::TaskId, Active> active_;
  std::vector<double> waits_, launch_times_;
  std::optional<std::string> complaint_;
};
