// What containers use, sampled while somebody asks.
//
// A question about all is answered from samples that are no older than the interval. From the first question
// on all containers are sampled at the interval, in slices, until nobody has asked for a few intervals.
// Everything happens on the executor.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <tsl/robin_map.h>
#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/ids.hpp"
#include "mesoscore/time.hpp"
#include "mesoscore/usage.hpp"

namespace mesoscore::runtime {

class UsageSampler : public std::enable_shared_from_this<UsageSampler> {
 public:
  using All = std::function<std::vector<ContainerId>()>;           // that run
  using Take = std::function<ContainerUsage(const ContainerId&)>;  // asks the isolators

  UsageSampler(asio::any_io_executor executor, Duration interval, All all, Take take);

  // Calls back when there are samples of all, which may be at once.
  void when_sampled(std::function<void()> then);
  // No older than the interval, or of the last pass; taken now if there is none.
  ContainerUsage of(const ContainerId& id);
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Sample {
    ContainerUsage usage;
    Clock::time_point at;
  };

  void begin_pass();
  void slice();
  void end_pass();
  void rest();
  ContainerUsage& sample(const ContainerId& id);

  asio::any_io_executor executor_;
  Duration interval_;
  All all_;
  Take take_;
  asio::steady_timer timer_;
  tsl::robin_map<ContainerId, Sample> samples_;
  std::vector<ContainerId> pass_;  // of the pass under way
  std::size_t next_ = 0;           // in it
  bool passing_ = false, stopped_ = false;
  Clock::time_point passed_at_ = Clock::time_point::min();  // the last one has begun
  Clock::time_point asked_at_{};
  std::vector<std::function<void()>> waiting_;
};

}  // namespace mesoscore::runtime
