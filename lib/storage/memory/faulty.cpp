#include "mesoscore/storages/faulty.hpp"

#include <thread>
#include <utility>

namespace mesoscore::storages {
namespace {

// What was set, once.
tl::unexpected<Error> take(std::vector<Error>& set) {
  Error error = std::move(set.back());
  set.clear();
  return fail(std::move(error));
}

}  // namespace

void FaultyStorage::fail_commits(std::uint64_t times, Error error) {
  failures_ = times;
  failure_.assign(1, std::move(error));
}

void FaultyStorage::lie_once(Error error) { lie_.assign(1, std::move(error)); }

void FaultyStorage::fail_open(Error error) { open_failure_.assign(1, std::move(error)); }

Result<std::vector<Record>> FaultyStorage::open() {
  if (!open_failure_.empty()) return take(open_failure_);
  return inner_->open();
}

Status FaultyStorage::commit(std::span<const Change> changes) {
  ++commits_;
  if (delay_ > Duration::zero()) std::this_thread::sleep_for(delay_);
  if (failures_ > 0) {
    --failures_;
    return fail(failure_.front());
  }
  Status done = inner_->commit(changes);
  if (done && !lie_.empty()) return take(lie_);
  return done;
}

std::shared_ptr<FaultyStorage> faulty(std::shared_ptr<Storage> inner) {
  return std::make_shared<FaultyStorage>(std::move(inner));
}

}  // namespace mesoscore::storages
