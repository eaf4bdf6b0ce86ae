#include <array>
#include <utility>
#include <variant>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "recording/frames.hpp"
#include "recording/header.hpp"
#include "recording/machine.hpp"
#include "recording/trace_hash.hpp"
#include "wire/event_codec.hpp"

namespace mesoscore {
namespace {

using recording::Frame;
using recording::FrameKind;
using recording::FrameReader;
using recording::Mark;

class Replay {
 public:
  Replay(FrameReader& file, const ReplayOptions& options) : file_(file), options_(options) {}

  Result<ReplayReport> run();

 private:
  Status begin();
  Status take(const Frame& frame);
  Status take_step(std::string_view body);
  void do_step(wire::Step& step);
  void check(const Mark& mark);
  tl::unexpected<Error> corrupt(const Frame& frame, std::string_view what) const;
  bool over() const noexcept { return over_ || report_.mismatch || report_.steps >= options_.until_step; }

  FrameReader& file_;
  const ReplayOptions& options_;
  std::optional<recording::Machine> machine_;
  Outbox out_;
  std::string scratch_;
  recording::TraceHash hash_;
  std::uint64_t right_ = 0;  // the step of the last mark that fits
  bool over_ = false;
  ReplayReport report_;
};

Result<ReplayReport> Replay::run() {
  MESOSCORE_TRY(begin());
  while (!over_ && !report_.mismatch) {
    auto frame = file_.next();
    if (!frame) return fail(std::move(frame.error()));
    if (!*frame) break;
    if ((*frame)->kind == FrameKind::step && over()) break;
    MESOSCORE_TRY(take(**frame));
  }
  report_.trace_hash = hash_.value();
  report_.torn_bytes = file_.torn_bytes();
  return std::move(report_);
}

Status Replay::begin() {
  auto frame = file_.next();
  if (!frame) return fail(std::move(frame.error()));
  if (!*frame) return fail(Errc::data_corrupt, cat(file_.path(), ": ends before its header"));
  if ((*frame)->kind != FrameKind::header) return corrupt(**frame, "does not begin with a header");
  auto header = recording::read_header((*frame)->body);
  if (!header) return fail(Error(header.error().code, cat(file_.path(), ": ", header.error().message)));
  report_.machine = header->machine;
  report_.version = header->version;
  report_.first = report_.last = header->now;
  auto machine = recording::make_machine(*std::move(header), options_);
  if (!machine) return fail(Error(machine.error().code, cat(file_.path(), ": ", machine.error().message)));
  machine_.emplace(*std::move(machine));
  return {};
}

Status Replay::take(const Frame& frame) {
  if (frame.kind == FrameKind::step) {
    if (const Status done = take_step(frame.body); !done) return corrupt(frame, done.error().message);
    return {};
  }
  const std::optional<Mark> mark = recording::read_mark(frame.body);
  const bool known = frame.kind == FrameKind::mark || frame.kind == FrameKind::end;
  if (!known || !mark) return corrupt(frame, "a frame that cannot be read");
  if (mark->steps != report_.steps) return corrupt(frame, "a step is missing");
  check(*mark);
  if (frame.kind != FrameKind::end) return {};
  report_.ending = mark->reason;
  over_ = true;
  return {};
}

tl::unexpected<Error> Replay::corrupt(const Frame& frame, std::string_view what) const {
  return fail(Errc::data_corrupt, cat(file_.path(), ": ", what, " (at byte ", frame.at, ")"));
}

Status Replay::take_step(std::string_view body) {
  auto step = wire::decode_step(body);
  if (!step) return fail(std::move(step.error()));
  ++report_.steps;
  report_.last = step->now;
  report_.events += step->events.size() + step->messages.size();
  out_.clear();
  do_step(*step);
  scratch_.clear();
  wire::encode(out_, {}, scratch_);
  hash_.add(scratch_);
  return {};
}

void Replay::do_step(wire::Step& step) {
  StepObserver* const observer = options_.observer;
  switch (step.kind) {
    case wire::Step::Kind::step:
      if (observer) observer->stepping(step.events, step.now);
      machine_->step(step.events, step.now, out_);
      break;
    case wire::Step::Kind::receive:
      if (observer) observer->receiving(step.from, step.messages, step.now);
      machine_->receive(step.from, step.messages, step.now, out_);
      break;
    case wire::Step::Kind::tick:
      if (observer) observer->ticking(step.now);
      machine_->tick(step.now, out_);
      break;
  }
  if (observer) observer->stepped(out_, {});
}

void Replay::check(const Mark& mark) {
  ++report_.marks;
  if (mark.hash == hash_.value()) {
    right_ = mark.steps;
    return;
  }
  ReplayReport::Mismatch wrong;
  wrong.step = mark.steps;
  wrong.after = right_;
  wrong.at = report_.last;
  wrong.recorded = mark.hash;
  wrong.replayed = hash_.value();
  wrong.text = cat("the machine does something else than was recorded, at one of the steps ", right_ + 1,
                   " to ", mark.steps, ": trace hash ", trace_hash_text(wrong.replayed), ", recorded ",
                   trace_hash_text(mark.hash));
  report_.mismatch = std::move(wrong);
}

}  // namespace

Result<ReplayReport> replay(const std::string& path, const ReplayOptions& options) {
  auto file = FrameReader::open(path);
  if (!file) return fail(std::move(file.error()));
  return Replay(*file, options).run();
}

std::string_view to_string(RecordedMachine machine) noexcept {
  return machine == RecordedMachine::master ? "master" : "agent";
}

std::string trace_hash_text(std::uint64_t hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = out.size(); i-- > 0; hash >>= 4) out[i] = kDigits[hash & 15];
  return out;
}

}  // namespace mesoscore
