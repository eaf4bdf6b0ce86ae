// Supervisors without a zygote: it has died, or they were started by an earlier agent.
#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <limits>
#include <thread>

#include <asio/post.hpp>

#include "isolators/process/launcher.hpp"
#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

// A supervisor creates its record and then writes it: between the two it is empty.
std::optional<Record> read_fresh_record(const std::string& path) {
  std::optional<Record> record;
  for (int i = 0; i < 20 && !(record = read_record(path)); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return record;
}

}  // namespace

// The zygote of this container has died. If nobody knows whether it had already forked the supervisor, whoever creates
// the record first decides: a supervisor that finds it there gives up.
void ProcessLauncher::adopt_orphan(Container& container) {
  if (container.phase == Container::Phase::running) return watch(container);
  const RecordPaths paths = record_paths(state_directory_, container.id.view());
  const UniqueFd ours(::open(paths.run.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!ours && errno == EEXIST) {
    if (const auto record = read_fresh_record(paths.run)) {
      container.supervisor = record->supervisor;
      return watch(container);
    }
  }
  given_up_.push_back(container.id);
  on_lost(container, "the process that starts tasks died first");
}

void ProcessLauncher::watch(Container& container) {
  UniqueFd process = open_process(container.supervisor);
  const std::uint64_t serial = container.serial;
  if (!process) {
    // Not from here: the caller may be in the middle of something.
    asio::post(executor_, [weak = weak_from_this(), serial] {
      if (auto self = weak.lock()) self->on_supervisor_end(serial);
    });
    return;
  }
  container.watch = std::make_unique<Descriptor>(executor_, process.release());
  container.watch->async_wait(Descriptor::wait_read, [weak = weak_from_this(), serial](const std::error_code& error) {
    if (auto self = weak.lock(); self && !error) self->on_supervisor_end(serial);
  });
}

// Its last report, if it made one, is in the socket; if nobody was there to hear it, it is in the record.
void ProcessLauncher::on_supervisor_end(std::uint64_t serial) {
  Container* container = find(serial);
  if (!container) return;
  if (const std::shared_ptr<Channel> channel = container->channel) {
    read_reports(channel, std::numeric_limits<int>::max());
    if ((container = find(serial)) == nullptr) return;
  }
  const auto record = read_record(record_paths(state_directory_, container->id.view()).exit);
  if (record && record->exit) return on_exited(*container, record->exit->wait_status, record->exit->killed);
  on_lost(*container, "killed, or the machine was restarted");
}

Result<std::vector<RecoveredContainer>> ProcessLauncher::recover() {
  Result<std::vector<ContainerId>> ids = list_records(state_directory_);
  if (!ids) return fail(ids.error());
  std::vector<RecoveredContainer> recovered;
  for (const ContainerId& id : *ids) {
    if (serials_.count(id) != 0) continue;  // ours
    const RecordPaths paths = record_paths(state_directory_, id.view());
    RecoveredContainer found{id, false, std::nullopt};
    const auto running = read_record(paths.run);
    if (running && running->boot_id == boot_id_ && open_process(running->supervisor)) {
      found.live = true;
      auto container = std::make_unique<Container>();
      container->id = id;
      container->serial = ++last_serial_;
      container->phase = Container::Phase::running;
      container->supervisor = running->supervisor;
      serials_[id] = container->serial;
      watch(*(containers_[container->serial] = std::move(container)));
    } else if (const auto ended = read_record(paths.exit)) {
      // It may have ended between the two looks, so this one comes second.
      found.exit = ended->exit;
    } else if (!running) {
      ::unlink(paths.run.c_str());  // a launch that was given up
      continue;
    }
    recovered.push_back(std::move(found));
  }
  return recovered;
}

}  // namespace mesoscore::supervision
