// Durable updates.
//
// First what the SQLite storage can do at most, in commits of 1 to 4096 records that survive the loss of
// power
// ("synced") or the end of the process ("written"). TMPDIR says where the files are.
//
// Then what a durable agent makes of it under a flood of updates, by group commit, with the storage on a
// thread of its own. Of each update it puts two records, when it comes and when it is acknowledged, and
// erases one: so it is also compared with the storage alone making the very same changes again, which takes
// turns with it.
#include <stdlib.h>

#include "macro/agent_flood.hpp"
#include "macro/replay.hpp"
#include "macro/store_rates.hpp"

namespace {

using namespace mesoscore;
using namespace mesoscore::bench;

constexpr std::size_t kTasks = 4096;  // with one update each on its way
constexpr int kFloods = 9;            // the medians count
constexpr std::chrono::milliseconds kFlood{500};

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "mesoscore-commits-XXXXXX").string();
  if (!::mkdtemp(name.data())) std::exit(1);
  return name;
}

// `best`: records per second of the storage alone.
void measure_agent(Report& report, const std::filesystem::path& folder, bool survive_power_loss,
                   double best) {
  const std::string name = survive_power_loss ? "commits.synced" : "commits.written";
  const auto storage = [&](const char* file) {
    return storages::sqlite({(folder / (name + file)).string(), survive_power_loss});
  };
  AgentFlood flood(storage(".agent.db"), kTasks);
  flood.run(kFlood);
  Replay alone(storage(".alone.db"), flood.some_changes(Replay::kChanges));
  std::vector<double> rates, alone_rates, ratios, busy, commits, erasures, agent_cpu, storage_cpu;
  for (int turn = 0; turn < kFloods; ++turn) {
    alone_rates.push_back(alone.rate());
    const AgentFlood::Measured durable = flood.run(kFlood);
    const auto changes = static_cast<double>(durable.changes);
    rates.push_back(changes / durable.seconds);
    ratios.push_back(rates.back() / alone_rates.back());
    busy.push_back(durable.busy / durable.seconds);
    agent_cpu.push_back(durable.agent_cpu * 1e6 / changes);
    storage_cpu.push_back(durable.cpu * 1e6 / changes);
    commits.push_back(changes / static_cast<double>(durable.commits));
    erasures.push_back(static_cast<double>(durable.erasures) / changes);
  }
  report.add(name + ".agent", median(rates), "changes/s", best, median(rates) / best);
  report.add(name + ".agent.same_changes", median(rates), "changes/s", median(alone_rates), median(ratios));
  report.add(name + ".alone.best_commit", static_cast<double>(alone.best_batch()), "changes");
  report.add(name + ".agent.commit", median(commits), "changes");
  report.add(name + ".agent.erasures", median(erasures), "of the changes");
  report.add(name + ".agent.storage_busy", median(busy), "of the time");
  report.add(name + ".agent.cpu", median(agent_cpu), "us/change");
  report.add(name + ".agent.storage_cpu", median(storage_cpu), "us/change");
}

}  // namespace

int main() {
  const std::filesystem::path folder = new_folder();
  {
    Report report;
    for (const bool survive_power_loss : {true, false}) {
      double best = 0;
      {
        StoreRates store(folder, survive_power_loss);
        best = store.measure(report);
      }
      measure_agent(report, folder, survive_power_loss, best);
    }
  }
  std::filesystem::remove_all(folder);
}
