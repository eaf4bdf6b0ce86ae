// What earlier agents have left in the state directory.
#include <unistd.h>

#include <cerrno>
#include <unordered_set>

#include "isolators/process/failure_text.hpp"
#include "isolators/process/launcher.hpp"
#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

using Fate = RecoveredContainer::Fate;

constexpr const char* kUnreadable = "the record of it cannot be read";
constexpr const char* kOtherBoot = "the machine was restarted";
constexpr const char* kSupervisorKilled = "its supervisor was killed, and so were its processes";

// Nothing if there is no such file.
Result<std::optional<std::string>> read_if_there(const std::string& path) {
  auto text = read_small_file(path.c_str());
  const int error = errno;
  if (text || error == ENOENT) return text;
  return fail(Error(std::error_code(error, std::generic_category()),
                    "cannot read \"" + path + "\": " + error_text(error)));
}

RecoveredContainer lost(const ContainerId& id, const char* why) { return {id, Fate::lost, 0, why}; }

RecoveredContainer ended(const ContainerId& id, std::string_view text) {
  const auto record = parse_record(text);
  if (!record || !record->exit) return lost(id, kUnreadable);
  const int status = record->exit->wait_status;
  return {id, Fate::ended, status, describe_wait_status(status)};
}

}  // namespace

Result<std::vector<RecoveredContainer>> ProcessLauncher::recover(std::span<const ContainerId> known) {
  const Result<std::vector<ContainerId>> found = list_records(state_directory_);
  if (!found) return fail(found.error());
  std::vector<RecoveredContainer> answers;
  answers.reserve(known.size());
  for (const ContainerId& id : known) {
    Result<RecoveredContainer> answer = look(id);
    if (!answer) return fail(answer.error());
    answers.push_back(*std::move(answer));
  }
  const std::unordered_set<ContainerId> owned(known.begin(), known.end());
  for (const ContainerId& id : *found) {
    if (!owned.contains(id) && !serials_.contains(id)) end_orphan(id);
  }
  std::unordered_set<std::uint64_t> used;
  for (const auto& [serial, container] : containers_) used.insert(container->enclosing);
  enclosing_->remove_all_but(used);
  return answers;
}

Result<RecoveredContainer> ProcessLauncher::look(const ContainerId& id) {
  const RecordPaths paths = record_paths(state_directory_, id.view());
  for (;;) {
    if (serials_.contains(id)) return RecoveredContainer{id, Fate::live, 0, {}, pid_of(id)};
    const auto run = read_if_there(paths.run);
    if (!run) return fail(run.error());
    const auto running = *run ? parse_record(**run) : std::nullopt;
    if (running && adopt(id, *running)) continue;
    // It may have ended between the two looks, so this one comes second.
    const auto exit = read_if_there(paths.exit);
    if (!exit) return fail(exit.error());
    if (*exit) return ended(id, **exit);
    if (*run && !(*run)->empty()) {
      if (::access(paths.run.c_str(), F_OK) != 0) continue;  // the launch has failed meanwhile
      if (!running) return lost(id, kUnreadable);
      return lost(id, running->boot_id == boot_id_ ? kSupervisorKilled : kOtherBoot);
    }
    // An empty one means that it was given up before. If somebody makes one now, it has just begun.
    if (*run) given_up_.insert(id);
    if (*run || give_up(id)) return RecoveredContainer{id, Fate::never_started, 0, {}};
  }
}

// Null if it does not live any more.
ProcessLauncher::Container* ProcessLauncher::adopt(const ContainerId& id, const Record& running) {
  if (running.boot_id != boot_id_) return nullptr;
  bool unsure = false;
  UniqueFd process = open_process(running.supervisor, &unsure);
  const bool lives = process ? !has_ended(process.get()) : unsure;
  if (!lives) return nullptr;
  auto owned = std::make_unique<Container>();
  Container& container = *owned;
  container.id = id;
  container.serial = ++last_serial_;
  container.supervisor_serial = running.serial;
  container.phase = Container::Phase::running;
  container.supervisor = running.supervisor;
  container.enclosing = running.enclosing;
  serials_[id] = container.serial;
  containers_[container.serial] = std::move(owned);
  watch(container, std::move(process), unsure);
  return &container;
}

void ProcessLauncher::end_orphan(const ContainerId& id) {
  const auto running = read_record(record_paths(state_directory_, id.view()).run);
  Container* container = running ? adopt(id, *running) : nullptr;
  if (!container) return forget(id);
  container->orphan = container->killed = true;
  signal(*container, Duration::zero());
  if (options_.logger.enabled(LogLevel::warning)) {
    options_.logger(LogLevel::warning, "container " + id.str() + " has no owner any more: it is killed");
  }
}

}  // namespace mesoscore::supervision
