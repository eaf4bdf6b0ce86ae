// What is to be run, and how far it is. No I/O: offers and statuses go in, tasks and counts come out.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "mesoscore/offer.hpp"
#include "mesoscore/task.hpp"

struct JobSpec {
  std::string name;
  mesoscore::CommandInfo command;
  mesoscore::Quantities each;  // what one task needs
  mesoscore::Box<mesoscore::ContainerInfo> container;
  mesoscore::Box<mesoscore::TaskLimits> limits;
  std::vector<mesoscore::HealthCheck> health_checks;
  std::optional<mesoscore::Duration> max_time;
  std::uint32_t count = 1;
  std::uint32_t parallel = 0;  // at most so many at a time; 0: as many as there is room for
  std::uint32_t retries = 0;   // so many further attempts for a task that failed
};

struct JobCounts {
  std::uint32_t total = 0, waiting = 0, launched = 0, running = 0, finished = 0, failed = 0;
  std::uint32_t healthy = 0, unhealthy = 0;  // of those that run, as far as it is known
  std::uint32_t retried = 0;                 // attempts that were repeated
};

class Job {
 public:
  explicit Job(JobSpec spec);

  // Tasks for as much of the offer as is wanted.
  std::vector<mesoscore::TaskInfo> take(const mesoscore::Offer& offer);
  // False: this task is not, or no longer, one of the job's and ought not to run.
  bool on_update(const mesoscore::TaskStatus& status);

  bool wants_offers() const { return !waiting_.empty() && !at_limit(); }
  bool done() const { return counts_.finished + counts_.failed == counts_.total; }
  const JobCounts& counts() const { return counts_; }
  // What to tell the user: filled by on_update when a task has failed for good.
  std::optional<std::string> take_complaint();
  // 0: all finished; the exit code of the tasks if all failed with the same one; else 1.
  int exit_code() const;

 private:
  struct Active {
    std::uint32_t index = 0;
    bool running = false;
    std::optional<bool> healthy;
  };
  struct Attempts {
    std::uint32_t started = 0, failed = 0, lost = 0;
  };

  bool at_limit() const { return spec_.parallel != 0 && active_.size() >= spec_.parallel; }
  mesoscore::TaskInfo make_task(std::uint32_t index, const mesoscore::Offer& offer, mesoscore::Resources use);
  void note_health(Active& task, std::optional<bool> healthy);
  void end(std::uint32_t index, const mesoscore::TaskStatus& status);
  void fail(std::uint32_t index, const mesoscore::TaskStatus& status);

  JobSpec spec_;
  JobCounts counts_;
  std::deque<std::uint32_t> waiting_;                     // indices of tasks
  std::vector<Attempts> attempts_;                        // by index
  std::unordered_map<mesoscore::TaskId, Active> active_;  // launched, not ended
  std::optional<std::string> complaint_;
  std::optional<int> common_exit_code_;
  bool exit_codes_differ_ = false;
};
