// --record and --record-limit of the programs around a machine.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "mesoscore/recording.hpp"

namespace cli {

struct Record {
  std::string path;  // empty: nothing is recorded
  std::size_t limit_mb = mesoscore::RecorderOptions().max_bytes >> 20;
};

inline void add_record(CLI::App& app, Record& record) {
  app.add_option("--record", record.path,
                 "A file for everything that goes into the state machine, to be replayed; it is overwritten");
  app.add_option("--record-limit", record.limit_mb, "The recording ends at so many megabytes")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
}

// Null: nothing is to be recorded.
inline mesoscore::Result<std::shared_ptr<mesoscore::StepObserver>> open_record(const Record& record,
                                                                               mesoscore::Logger log) {
  std::shared_ptr<mesoscore::StepObserver> none;
  if (record.path.empty()) return none;
  mesoscore::RecorderOptions options{.max_bytes = record.limit_mb << 20};
  options.log = std::move(log);
  auto recorder = mesoscore::Recorder::open(record.path, std::move(options));
  if (!recorder) return mesoscore::fail(std::move(recorder.error()));
  return *std::move(recorder);
}

}  // namespace cli
