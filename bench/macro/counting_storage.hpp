// A storage that counts what goes through it, and keeps copies of some of it.
#pragma once

#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mesoscore/storage.hpp"

namespace mesoscore::bench {

inline std::int64_t thread_cpu_ns() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

// What is durable, since the beginning.
struct Durable {
  std::uint64_t changes = 0, erasures = 0, commits = 0;
  double busy = 0, cpu = 0;  // seconds within commit(), and of its thread's processor

  Durable since(const Durable& before) const {
    return {changes - before.changes, erasures - before.erasures, commits - before.commits,
            busy - before.busy, cpu - before.cpu};
  }
};

// The counts may be read while another thread commits.
class CountingStorage final : public Storage {
 public:
  explicit CountingStorage(std::shared_ptr<Storage> inner) : inner_(std::move(inner)) {}

  std::string_view name() const noexcept override { return inner_->name(); }
  Result<std::vector<Record>> open() override { return inner_->open(); }
  Status commit(std::span<const Change> changes) override {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const std::int64_t cpu = thread_cpu_ns();
    Status done = inner_->commit(changes);
    if (!done) return done;
    busy_ns_ += std::chrono::nanoseconds(Clock::now() - begin).count();
    cpu_ns_ += thread_cpu_ns() - cpu;
    std::uint64_t erasures = 0;
    for (const Change& change : changes) erasures += change.record ? 0 : 1;
    erasures_ += erasures;
    changes_ += changes.size();
    ++commits_;
    if (keep_ > kept_.size()) kept_.insert(kept_.end(), changes.begin(), changes.end());
    return done;
  }

  Durable durable() const {
    return {changes_.load(), erasures_.load(), commits_.load(), static_cast<double>(busy_ns_.load()) / 1e9,
            static_cast<double>(cpu_ns_.load()) / 1e9};
  }
  // From now on, so many changes or a few more: commits are kept as a whole. Not while a commit is under way.
  void keep(std::size_t changes) { keep_ = changes; }
  bool keeps() const { return keep_ > kept_.size(); }
  std::vector<Change> kept() {
    keep_ = 0;
    return std::exchange(kept_, {});
  }

 private:
  std::shared_ptr<Storage> inner_;
  std::atomic<std::uint64_t> changes_ = 0, erasures_ = 0, commits_ = 0;
  std::atomic<std::int64_t> busy_ns_ = 0, cpu_ns_ = 0;
  std::size_t keep_ = 0;
  std::vector<Change> kept_;
};

}  // namespace mesoscore::bench
