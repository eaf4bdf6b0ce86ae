// Changes that a server has made, made again by a storage alone, as fast as it can.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "macro/store_rates.hpp"
#include "mesoscore/storage.hpp"

namespace mesoscore::bench {

class Replay {
 public:
  static constexpr std::size_t kChanges = 6 * 4096;  // so many are taken, and gone round in

  Replay(std::shared_ptr<Storage> storage, std::vector<Change> changes)
      : storage_(std::move(storage)), changes_(std::move(changes)) {
    changes_.erase(changes_.begin() + kChanges, changes_.end());
    if (const auto opened = storage_->open(); !opened) stop(opened.error());
    find_best();
  }

  std::size_t best_batch() const { return batch_; }
  // Changes per second, in commits of the best size.
  double rate() { return rate(batch_); }

 private:
  void find_best() {
    double best = 0;
    for (const std::size_t batch : {256u, 1024u, 4096u}) {
      std::vector<double> turns;
      for (int turn = 0; turn < 3; ++turn) turns.push_back(rate(batch));
      if (median(turns) <= best) continue;
      best = median(turns);
      batch_ = batch;
    }
  }
  double rate(std::size_t batch) {
    next_ -= next_ % batch;  // so that no commit goes beyond the end
    return rate_of(kChanges, batch, next_, [this](std::size_t at, std::size_t count) {
      if (const Status done = storage_->commit(std::span(changes_).subspan(at, count)); !done) {
        stop(done.error());
      }
    });
  }

  std::shared_ptr<Storage> storage_;
  std::vector<Change> changes_;
  std::size_t batch_ = 0, next_ = 0;
};

}  // namespace mesoscore::bench
