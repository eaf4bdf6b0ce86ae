// A storage that fails when a test wants it to, around another one.
//
//     auto disk = storages::faulty(storages::memory());
//     disk->fail_commits(2, Error(Errc::io_error, "no space left on device"));
//
// Threading: the faults are set when no call of the storage is under way.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "mesoscore/storage.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::storages {

class FaultyStorage : public Storage {
 public:
  explicit FaultyStorage(std::shared_ptr<Storage> inner) : inner_(std::move(inner)) {}

  // The next `times` commits fail without having any effect.
  void fail_commits(std::uint64_t times, Error error);
  // The next commit takes effect, and is reported as failed all the same.
  void lie_once(Error error);
  // The next open() fails.
  void fail_open(Error error);
  // Every commit takes so long, in the thread that calls.
  void delay_commits(Duration by) { delay_ = by; }

  std::uint64_t commits() const noexcept { return commits_; }  // asked for, those that failed included

  std::string_view name() const noexcept override { return inner_->name(); }
  Result<std::vector<Record>> open() override;
  Status commit(std::span<const Change> changes) override;

 private:
  std::shared_ptr<Storage> inner_;
  std::uint64_t failures_ = 0, commits_ = 0;
  std::vector<Error> failure_, lie_, open_failure_;  // at most one each
  Duration delay_{0};
};

std::shared_ptr<FaultyStorage> faulty(std::shared_ptr<Storage> inner);

}  // namespace mesoscore::storages
