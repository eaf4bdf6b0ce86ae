// A storage that the test plays: it fails, waits and throws as told, and remembers what it was asked.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "mesoscore/storage.hpp"

namespace mesoscore::test {

class FakeStorage final : public Storage {
 public:
  std::string_view name() const noexcept override { return "fake"; }
  Result<std::vector<Record>> open() override { return std::vector<Record>(); }
  Status commit(std::span<const Change> changes) override {
    std::unique_lock lock(mutex_);
    std::string keys;
    for (const Change& change : changes) keys += change.key + " ";
    calls.push_back(std::move(keys));
    ++begun_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (throwing) throw std::runtime_error("thrown on purpose");
    if (failures.empty()) return {};
    Error failure = failures.front();
    failures.erase(failures.begin());
    return fail(std::move(failure));
  }

  void fail_next(std::size_t times, const std::string& why) {
    failures.insert(failures.end(), times, {Errc::io_error, why});
  }
  // For a storage that is called in another thread.
  void hold(bool on) {
    const std::lock_guard lock(mutex_);
    held_ = on;
    changed_.notify_all();
  }
  void wait_for_call(std::size_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= number; });
  }

  // The same, but not for ever.
  bool call_comes(std::size_t number) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(5), [&] { return begun_ >= number; });
  }

  std::vector<std::string> calls;  // the keys of each, "a b "
  std::vector<Error> failures;     // of the next calls
  bool throwing = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t begun_ = 0;
  bool held_ = false;
};

}  // namespace mesoscore::test
