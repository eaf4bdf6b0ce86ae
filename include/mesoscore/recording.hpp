// Records what goes into a master or an agent, and steps the same machine through it again.
//
//     auto recorder = Recorder::open("master.rec", {});
//     if (!recorder) return report(recorder.error());
//     config.recorder = *recorder;                          // of a MasterServer or an AgentServer
//     ...
//     auto report = replay("master.rec", {});               // later, anywhere
//     if (report && report->mismatch) std::puts(report->mismatch->text.c_str());
//
// The file holds what the machine was made of (options, seed, time, records of its storage), each step with
// its events and its time, and now and then a hash over everything that has come out. A machine with the same
// code does the same again; another one differs at some step, and the replay finds it. docs/recording.md says
// what a file holds and what it costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mesoscore/log.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/step_observer.hpp"

namespace mesoscore {

struct RecorderOptions {
  // The recording ends when the file has grown to this, and the machine goes on: its beginning is needed.
  std::size_t max_bytes = 256u << 20;
  std::uint32_t steps_per_mark = 64;  // how often the hash is written; at least 1
  // Steps are collected and written together, after so many bytes or at the first step after a second. Zero:
  // each one before the machine takes it, so that the file also holds the step that ends the process.
  std::size_t buffer_bytes = 256u << 10;
  Logger log{};
};

// Records one machine, once. A disk that fails ends the recording, and nothing else: the log says so.
// Threading: as a StepObserver; status() as well.
class Recorder final : public StepObserver {
 public:
  // Makes the file; what was there is overwritten. Errors name it: io_error, permission_denied.
  static Result<std::shared_ptr<Recorder>> open(const std::string& path, RecorderOptions options);
  ~Recorder() override;  // ends the recording

  void finish() noexcept;  // writes the last hash; nothing is recorded any more
  Status status() const;   // limit_exceeded: max_bytes was reached; io_error, invalid_argument
  std::uint64_t trace_hash() const noexcept;
  std::uint64_t steps() const noexcept;

  void begin(const MasterOptions& options, const AllocationPolicy* policy, Rng rng, TimePoint now,
             std::span<const Record> records) noexcept override;
  void begin(const AgentOptions& options, Rng rng, TimePoint now,
             std::span<const Record> records) noexcept override;
  void stepping(std::span<const Event> events, TimePoint now) noexcept override;
  void receiving(PeerId from, std::span<const Message> messages, TimePoint now) noexcept override;
  void ticking(TimePoint now) noexcept override;
  void stepped(const Outbox& out, const OutboxSizes& before) noexcept override;

 private:
  struct Impl;
  explicit Recorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

enum class RecordedMachine : std::uint8_t { master = 0, agent = 1 };
std::string_view to_string(RecordedMachine machine) noexcept;

struct ReplayOptions {
  // For a policy of your own, or to see where another one leads. Empty: the recorded one, if it is ours and
  // was made without parameters (priority: with or without preemption).
  std::function<std::unique_ptr<AllocationPolicy>()> policy{};
  std::shared_ptr<AgentOrder> agent_order{};  // the same
  // What if: called with what was recorded.
  std::function<void(MasterOptions&)> change_master{};
  std::function<void(AgentOptions&)> change_agent{};
  std::uint64_t until_step = std::numeric_limits<std::uint64_t>::max();  // no step after this one
  StepObserver* observer = nullptr;  // sees what the machine sees and does
};

struct ReplayReport {
  RecordedMachine machine = RecordedMachine::master;
  std::string version{};  // of the library that recorded it
  std::uint64_t steps = 0, events = 0, marks = 0;
  TimePoint first{}, last{};
  std::uint64_t trace_hash = 0;
  // Whether the recording came to an end, and why: "stopped", or the reason of Recorder::status(). Empty: the
  // process ended first, or the replay stopped before.
  std::string ending{};
  std::uint64_t torn_bytes = 0;  // behind the last whole frame
  struct Mismatch {  // the machine did something else than it did then, at this step or up to a mark before
    std::uint64_t step = 0;   // of the first mark that differs; steps count from 1
    std::uint64_t after = 0;  // the step of the last mark that is right
    TimePoint at{};
    std::uint64_t recorded = 0, replayed = 0;  // hashes
    std::string text{};                        // one line
  };
  std::optional<Mismatch> mismatch{};  // the replay stopped there
};

// Errors: not_found and io_error (the file), data_corrupt (not a recording, or a frame that was changed: says
// at which byte), version_mismatch (made by a newer version), invalid_argument (a policy that must be given,
// or records from which the machine cannot recover). A file that ends in the middle of a frame is no error.
Result<ReplayReport> replay(const std::string& path, const ReplayOptions& options);

// Sixteen hexadecimal digits.
std::string trace_hash_text(std::uint64_t hash);

}  // namespace mesoscore
