// How many update records a second the SQLite storage makes durable, by the size of the commit, beside bare
// SQLite with the same statements. The best of these rates is what group commit is measured by.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bare_sqlite.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "support/report.hpp"
#include "wire/record_codec.hpp"

namespace mesoscore::bench {

inline constexpr std::size_t kUpdates = 8192;  // different ones; then they are replaced in their turn
inline constexpr int kTurns = 7;               // of each of the two; the medians count
inline constexpr std::chrono::milliseconds kTurn{150};

inline Record update_record(std::size_t n) {
  record::Update out{.framework_id = FrameworkId("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e-0001"), .number = 1};
  out.status.task_id = TaskId("task-" + std::to_string(100'000 + n));
  out.status.state = TaskState::finished;
  out.status.source = TaskSource::executor;
  out.status.agent_id = AgentId("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e-S7");
  out.status.uuid = Uuid::from_random(0x9e3779b97f4a7c15, n);
  out.status.timestamp = 1.7e9;
  return out;
}

// Changes per second of `commit(first, count)`, over about kTurn; it goes round in `total` of them.
template <class Commit>
double rate_of(std::size_t total, std::size_t batch, std::size_t& next, Commit&& commit) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  std::size_t records = 0;
  Clock::duration taken{};
  do {
    commit(next, batch);
    next = (next + batch) % total;
    records += batch;
    taken = Clock::now() - begin;
  } while (taken < kTurn);
  return static_cast<double>(records) / std::chrono::duration<double>(taken).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

[[noreturn]] inline void stop(const Error& error) {
  std::fprintf(stderr, "bench_commits: %s\n", error.message.c_str());
  std::exit(1);
}

class StoreRates {
 public:
  StoreRates(const std::filesystem::path& folder, bool survive_power_loss)
      : name_(survive_power_loss ? "commits.synced" : "commits.written"),
        storage_(storages::sqlite({(folder / (name_ + ".db")).string(), survive_power_loss})),
        bare_((folder / (name_ + ".bare")).string(), survive_power_loss) {
    if (const auto opened = storage_->open(); !opened) stop(opened.error());
    for (std::size_t n = 0; n < kUpdates; ++n) {
      changes_.push_back(put(update_record(n)));
      auto& [key, value] = rows_.emplace_back(changes_.back().key, std::string());
      wire::encode(*changes_.back().record, value);
    }
  }

  // Adds its figures, and gives the storage's best rate.
  double measure(Report& report) {
    double best = 0;
    for (const std::size_t batch : {1u, 16u, 256u, 4096u}) {
      static_assert(kUpdates % 4096 == 0);
      std::vector<double> ours, bare;
      next_ = next_bare_ = 0;  // so that no commit goes beyond the end
      for (int turn = 0; turn < kTurns; ++turn) {
        bare.push_back(
            rate_of(kUpdates, batch, next_bare_, [&](auto at, auto n) { bare_.commit(&rows_[at], n); }));
        ours.push_back(rate_of(kUpdates, batch, next_, [&](auto at, auto n) { commit(at, n); }));
      }
      const double rate = median(ours), baseline = median(bare);
      report.add(name_ + "." + std::to_string(batch), rate, "records/s", baseline, rate / baseline);
      best = std::max(best, rate);
    }
    report.add(name_ + ".best", best, "records/s");
    return best;
  }

 private:
  void commit(std::size_t at, std::size_t count) {
    if (const Status done = storage_->commit(std::span(changes_).subspan(at, count)); !done) {
      stop(done.error());
    }
  }

  std::string name_;
  std::shared_ptr<Storage> storage_;
  BareSqlite bare_;
  std::vector<Change> changes_;
  std::vector<BareSqlite::Row> rows_;
  std::size_t next_ = 0, next_bare_ = 0;
};

}  // namespace mesoscore::bench
