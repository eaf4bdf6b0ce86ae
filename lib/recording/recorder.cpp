#include <cerrno>
#include <exception>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/text_cat.hpp"
#include "mesoscore/version.hpp"
#include "recording/frames.hpp"
#include "recording/header.hpp"
#include "recording/trace_hash.hpp"
#include "wire/event_codec.hpp"
#include "wire/options_codec.hpp"

namespace mesoscore {
namespace {

using recording::FrameKind;

constexpr Duration kLongestInMemory = std::chrono::seconds(1);
constexpr std::size_t kKeptForEnd = 512;  // a mark and the end always find room

Error system_error(const std::string& path) {
  const int code = errno;
  const Errc kind = code == EACCES || code == EPERM ? Errc::permission_denied : Errc::io_error;
  return {kind, cat(path, ": ", std::system_category().message(code))};
}

}  // namespace

struct Recorder::Impl {
  Impl(std::string name, int descriptor, RecorderOptions given)
      : path(std::move(name)), file(descriptor), options(std::move(given)), buffer(recording::file_start()) {
    if (options.steps_per_mark == 0) options.steps_per_mark = 1;
  }
  ~Impl() { ::close(file); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Runs `what`, which adds to the recording; what it throws ends the recording.
  template <class What>
  void guard(What&& what) noexcept {
    if (ended) return;
    try {
      what();
    } catch (const std::exception& error) {
      stop(Error(Errc::io_error, cat(path, ": ", error.what())));
    }
  }
  void begin(recording::Header header, Rng rng, TimePoint now, std::span<const Record> records);
  template <class Encode>
  void add_step(TimePoint now, Encode&& encode);
  void add_output(const Outbox& out, const OutboxSizes& before);
  void end(std::string_view reason);
  void stop(Error error) noexcept;
  Status write();

  std::string path;
  int file;
  RecorderOptions options;
  std::string buffer, scratch;
  std::uint64_t written = 0, steps = 0;
  TimePoint last_write{};
  recording::TraceHash hash;
  bool begun = false, ended = false;
  Status status{};
};

void Recorder::Impl::begin(recording::Header header, Rng rng, TimePoint now,
                           std::span<const Record> records) {
  if (begun) return stop(Error(Errc::invalid_argument, cat(path, ": a recorder records one machine, once")));
  begun = true;
  header.version = kVersion;
  header.seed = recording::seed_of(rng);
  header.now = now;
  put(header, records, buffer);
  last_write = now;
  if (const Status done = write(); !done) stop(done.error());
}

template <class Encode>
void Recorder::Impl::add_step(TimePoint now, Encode&& encode) {
  const std::size_t at = recording::begin_frame(buffer);
  encode(buffer);
  const bool fits = written + buffer.size() + kKeptForEnd <= options.max_bytes &&
                    buffer.size() - at <= recording::kMaxBodyBytes;
  if (!fits) {
    buffer.resize(at);
    return stop(Error(Errc::limit_exceeded, cat(path, ": the recording has reached its limit of ",
                                                options.max_bytes, " bytes after ", steps, " steps")));
  }
  recording::end_frame(FrameKind::step, buffer, at);
  ++steps;
  if (buffer.size() < options.buffer_bytes && now < after(last_write, kLongestInMemory)) return;
  last_write = now;
  if (const Status done = write(); !done) stop(done.error());
}

void Recorder::Impl::add_output(const Outbox& out, const OutboxSizes& before) {
  scratch.clear();
  wire::encode(out, before, scratch);
  hash.add(scratch);
  if (steps % options.steps_per_mark != 0) return;
  recording::put_mark(FrameKind::mark, {steps, hash.value()}, buffer);
}

void Recorder::Impl::end(std::string_view reason) {
  ended = true;
  recording::put_mark(FrameKind::end, {steps, hash.value(), std::string(reason)}, buffer);
  if (const Status done = write(); !done && status) status = done;
}

// After a failure to write there is nothing to add: the file is as it is.
void Recorder::Impl::stop(Error error) noexcept {
  ended = true;
  status = fail(std::move(error));
  try {
    if (status.error() == Errc::limit_exceeded) end(status.error().message);
    options.log(status.error() == Errc::limit_exceeded ? LogLevel::warning : LogLevel::error,
                cat("recording ended: ", status.error().message));
  } catch (const std::exception&) {  // the status says it
  }
  buffer = {};
}

Status Recorder::Impl::write() {
  std::string_view rest = buffer;
  while (!rest.empty()) {
    const ssize_t done = ::write(file, rest.data(), rest.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fail(system_error(path));
    written += static_cast<std::uint64_t>(done);
    rest.remove_prefix(static_cast<std::size_t>(done));
  }
  buffer.clear();
  return {};
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recorder::~Recorder() { finish(); }

Result<std::shared_ptr<Recorder>> Recorder::open(const std::string& path, RecorderOptions options) {
  constexpr mode_t kOwnerOnly = 0600;  // messages hold what applications send
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return fail(system_error(path));
  return std::shared_ptr<Recorder>(new Recorder(std::make_unique<Impl>(path, file, std::move(options))));
}

void Recorder::finish() noexcept {
  if (!impl_->begun) return;
  impl_->guard([&] { impl_->end("stopped"); });
}

Status Recorder::status() const { return impl_->status; }
std::uint64_t Recorder::trace_hash() const noexcept { return impl_->hash.value(); }
std::uint64_t Recorder::steps() const noexcept { return impl_->steps; }

void Recorder::begin(const MasterOptions& options, const AllocationPolicy* policy, Rng rng, TimePoint now,
                     std::span<const Record> records) noexcept {
  impl_->guard([&] {
    recording::Header header;
    header.machine = RecordedMachine::master;
    wire::encode(options, header.options);
    header.policy = policy ? policy->name() : "drf";
    header.preempts = policy && policy->preempts();
    impl_->begin(std::move(header), rng, now, records);
  });
}

void Recorder::begin(const AgentOptions& options, Rng rng, TimePoint now,
                     std::span<const Record> records) noexcept {
  impl_->guard([&] {
    recording::Header header;
    header.machine = RecordedMachine::agent;
    wire::encode(options, header.options);
    impl_->begin(std::move(header), rng, now, records);
  });
}

void Recorder::stepping(std::span<const Event> events, TimePoint now) noexcept {
  impl_->guard([&] { impl_->add_step(now, [&](std::string& out) { wire::encode_step(events, now, out); }); });
}
void Recorder::receiving(PeerId from, std::span<const Message> messages, TimePoint now) noexcept {
  impl_->guard([&] {
    impl_->add_step(now, [&](std::string& out) { wire::encode_receive(from, messages, now, out); });
  });
}
void Recorder::ticking(TimePoint now) noexcept {
  impl_->guard([&] { impl_->add_step(now, [&](std::string& out) { wire::encode_tick(now, out); }); });
}
void Recorder::stepped(const Outbox& out, const OutboxSizes& before) noexcept {
  impl_->guard([&] { impl_->add_output(out, before); });
}

}  // namespace mesoscore
