// What a file may look like, and what a replay makes of it.
#include "scratch_file.hpp"
#include "scripted_master.hpp"

using Catch::Matchers::Contains;

namespace mesoscore::test {
namespace {

std::shared_ptr<Recorder> open(const std::string& path, RecorderOptions options = {}) {
  auto recorder = Recorder::open(path, std::move(options));
  if (!recorder) FAIL(recorder.error().message);
  return *recorder;
}

ReplayReport replayed(const std::string& path, const ReplayOptions& options = {}) {
  auto report = replay(path, options);
  if (!report) FAIL(report.error().message);
  return *std::move(report);
}

// A recording of a few dozen steps.
std::uint64_t record(const std::string& path, RecorderOptions options = {}, int rounds = 10) {
  options.steps_per_mark = std::min(options.steps_per_mark, 4u);
  const auto recorder = open(path, std::move(options));
  ScriptedMaster(*recorder).run(rounds);
  recorder->finish();
  return recorder->trace_hash();
}

}  // namespace

TEST_CASE("a machine does the same again, as far as it was recorded") {
  const ScratchFile file;
  const std::uint64_t hash = record(file.path());
  const ReplayReport report = replayed(file.path());
  CHECK_FALSE(report.mismatch);
  CHECK(report.machine == RecordedMachine::master);
  CHECK(report.trace_hash == hash);
  CHECK(report.steps == 34);
  CHECK(report.events > 8);
  CHECK(report.marks == 9);  // after each fourth step, and at the end
  CHECK(report.ending == "stopped");
  CHECK(report.torn_bytes == 0);
  CHECK(report.first == kStart);
  CHECK(report.last == kStart + std::chrono::seconds(20));
  CHECK(replayed(file.path(), {.until_step = 5}).steps == 5);
}

TEST_CASE("recording a replay gives the same file") {
  const ScratchFile file;
  record(file.path("first"));
  const auto again = open(file.path("second"), {.steps_per_mark = 4});
  replayed(file.path("first"), {.observer = again.get()});
  again->finish();
  CHECK(ScratchFile::read(file.path("first")) == ScratchFile::read(file.path("second")));
}

TEST_CASE("a file that is cut anywhere replays up to the last whole frame") {
  const ScratchFile file;
  record(file.path());
  const std::string whole = ScratchFile::read(file.path());
  std::uint64_t before = 0;
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    ScratchFile::write(file.path("cut"), whole.substr(0, size));
    const auto report = replay(file.path("cut"), {});
    if (!report) {  // not even the header is there
      CHECK(report.error() == Errc::data_corrupt);
      CHECK(before == 0);
      continue;
    }
    CHECK_FALSE(report->mismatch);
    CHECK(report->ending.empty());
    CHECK(report->steps >= before);
    before = report->steps;
  }
  CHECK(before == 34);
}

TEST_CASE("zeros behind the last frame are what a crash leaves") {
  const ScratchFile file;
  record(file.path());
  const std::string whole = ScratchFile::read(file.path());
  ScratchFile::write(file.path(), whole.substr(0, whole.size() - 43) + std::string(100, '\0'));
  const ReplayReport report = replayed(file.path());
  CHECK(report.steps == 34);
  CHECK(report.torn_bytes == 100);
}

TEST_CASE("a byte that was changed anywhere is noticed") {
  const ScratchFile file;
  record(file.path(), {}, 2);
  const std::string whole = ScratchFile::read(file.path());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    ScratchFile::write(file.path("changed"), changed);
    const auto report = replay(file.path("changed"), {});
    INFO(at);
    REQUIRE_FALSE(report);
    CHECK((report.error() == Errc::data_corrupt || report.error() == Errc::version_mismatch));
  }
}

TEST_CASE("a step that is missing is noticed") {
  const ScratchFile file;
  record(file.path(), {}, 2);
  const std::string whole = ScratchFile::read(file.path());
  const auto size_at = [&](std::size_t at) {
    std::uint32_t size = 0;
    std::memcpy(&size, whole.data() + at, sizeof size);
    return 16 + std::size_t{size};
  };
  const std::size_t first = 8 + size_at(8), second = first + size_at(first);
  ScratchFile::write(file.path(), whole.substr(0, first) + whole.substr(second));
  const auto report = replay(file.path(), {});
  REQUIRE_FALSE(report);
  CHECK_THAT(report.error().message, Contains("a step is missing"));
}

TEST_CASE("a file of something else, a newer version and no file at all") {
  const ScratchFile file;
  ScratchFile::write(file.path(), "SQLite format 3 and more");
  auto report = replay(file.path(), {});
  REQUIRE_FALSE(report);
  CHECK(report.error() == Errc::data_corrupt);
  CHECK_THAT(report.error().message, Contains(file.path() + ": is not a recording"));

  ScratchFile::write(file.path(), "MSCREC02 and more");
  report = replay(file.path(), {});
  REQUIRE_FALSE(report);
  CHECK(report.error() == Errc::version_mismatch);
  CHECK_THAT(report.error().message,
             Contains("newer version of mesoscore (format 2; this one reads up to 1)"));

  report = replay(file.path("none"), {});
  REQUIRE_FALSE(report);
  CHECK(report.error() == Errc::not_found);
  CHECK_THAT(report.error().message, Contains(file.path("none")));
}

TEST_CASE("a recording ends at its limit, with a note, and what is there replays") {
  const ScratchFile file;
  std::vector<std::string> lines;
  RecorderOptions options{.max_bytes = 4096};
  options.log = {LogLevel::info, [&](LogLevel, std::string_view line) { lines.emplace_back(line); }};
  record(file.path(), options, 100);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("recording ended") && Contains("limit of 4096 bytes"));
  CHECK(std::filesystem::file_size(file.path()) <= 4096);
  const ReplayReport report = replayed(file.path());
  CHECK_FALSE(report.mismatch);
  CHECK(report.steps > 4);
  CHECK_THAT(report.ending, Contains("limit of 4096 bytes"));
}

TEST_CASE("a full disk ends the recording and nothing else") {
  std::vector<std::string> lines;
  RecorderOptions options;
  options.log = {LogLevel::error, [&](LogLevel, std::string_view line) { lines.emplace_back(line); }};
  const auto recorder = open("/dev/full", options);
  ScriptedMaster(*recorder).run(3);
  REQUIRE_FALSE(recorder->status());
  CHECK(recorder->status().error() == Errc::io_error);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("/dev/full: No space left on device"));
}

TEST_CASE("with an empty buffer each step is in the file before the machine takes it") {
  const ScratchFile file;
  const auto recorder = open(file.path(), {.buffer_bytes = 0});
  ScriptedMaster master(*recorder);
  recorder->stepping({}, kStart);
  CHECK(replayed(file.path()).steps == 1);
  const auto lazy = open(file.path("lazy"));
  ScriptedMaster other(*lazy);
  lazy->stepping({}, kStart);
  CHECK(replayed(file.path("lazy")).steps == 0);
  lazy->stepped({}, {});
  lazy->stepping({}, kStart + std::chrono::seconds(1));
  CHECK(replayed(file.path("lazy")).steps == 2);
}

TEST_CASE("a recorder that cannot make its file, and one that is used twice") {
  const auto none = Recorder::open("/nowhere/rec", {});
  REQUIRE_FALSE(none);
  CHECK_THAT(none.error().message, Contains("/nowhere/rec: No such file"));
  const ScratchFile file;
  const auto recorder = open(file.path());
  ScriptedMaster first(*recorder), second(*recorder);
  REQUIRE_FALSE(recorder->status());
  CHECK_THAT(recorder->status().error().message, Contains("records one machine, once"));
}

TEST_CASE("another option, seed or policy is another machine: the replay says from where on") {
  const ScratchFile file;
  record(file.path());
  const auto later = [](MasterOptions& options) { options.offer_timeout = std::chrono::seconds(3); };
  const ReplayReport report = replayed(file.path(), {.change_master = later});
  REQUIRE(report.mismatch);
  CHECK(report.mismatch->after >= 4);
  CHECK(report.mismatch->step == report.mismatch->after + 4);
  CHECK(report.mismatch->at > kStart);
  CHECK_THAT(report.mismatch->text,
             Contains("at one of the steps") && Contains(trace_hash_text(report.trace_hash)));
  const auto same = [](MasterOptions& options) { options.offer_timeout = MasterOptions().offer_timeout; };
  CHECK_FALSE(replayed(file.path(), {.change_master = same}).mismatch);
}

TEST_CASE("a machine that was made of another seed than the recording says is noticed") {
  class OtherSeed final : public StepObserver {
   public:
    explicit OtherSeed(StepObserver& to) : to_(to) {}
    void begin(const MasterOptions& options, const AllocationPolicy* policy, Rng, TimePoint now,
               std::span<const Record> records) noexcept override {
      to_.begin(options, policy, Rng(8), now, records);
    }
    void begin(const AgentOptions&, Rng, TimePoint, std::span<const Record>) noexcept override {}
    void stepping(std::span<const Event> events, TimePoint now) noexcept override {
      to_.stepping(events, now);
    }
    void receiving(PeerId from, std::span<const Message> messages, TimePoint now) noexcept override {
      to_.receiving(from, messages, now);
    }
    void ticking(TimePoint now) noexcept override { to_.ticking(now); }
    void stepped(const Outbox& out, const OutboxSizes& before) noexcept override { to_.stepped(out, before); }

   private:
    StepObserver& to_;
  };
  const ScratchFile file;
  const auto recorder = open(file.path(), {.steps_per_mark = 1});
  OtherSeed other(*recorder);
  ScriptedMaster(other, {}, 7).run(1);
  recorder->finish();
  const ReplayReport report = replayed(file.path());
  REQUIRE(report.mismatch);
  CHECK(report.mismatch->step == 1);  // an agent hears the id of its master
  CHECK(report.mismatch->after == 0);
  CHECK(report.mismatch->recorded != report.mismatch->replayed);
}

TEST_CASE("a policy of one's own must be given again") {
  class Own final : public AllocationPolicy {
    std::string_view name() const noexcept override { return "mine"; }
    double key(const Node& node, Rng&) override { return -static_cast<double>(node.arrival); }
  };
  const ScratchFile file;
  const auto recorder = open(file.path());
  Own own;
  recorder->begin(MasterOptions{}, &own, Rng(1), kStart, {});
  recorder->finish();
  const auto report = replay(file.path(), {});
  REQUIRE_FALSE(report);
  CHECK(report.error() == Errc::invalid_argument);
  CHECK_THAT(report.error().message, Contains("the policy \"mine\""));
  CHECK(replayed(file.path(), {.policy = [] { return std::make_unique<Own>(); }}).ending == "stopped");
}

}  // namespace mesoscore::test
