#include "isolators/cgroups/spares.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "core/text_cat.hpp"
#include "isolators/cgroups/files.hpp"

namespace mesoscore::control_groups {

namespace {

// Under load the next container comes sooner; without load there is no hurry.
constexpr auto kKeptFor = std::chrono::milliseconds(250);

class Look {
 public:
  Look(const Part& part, const std::string& name) : part_(part), name_(name) {}

  bool says(const char* file, std::string_view wanted) {
    const auto text = read(file);
    return text && *text == wanted;
  }
  bool counts_nothing(const char* file, std::string_view key) {
    const auto text = read(file);
    return text && value_of(*text, key) == 0u;
  }
  bool has_groups_below() const {
    struct stat about {};
    return ::fstatat(part_.dir.get(), name_.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0 || about.st_nlink != 2;
  }

 private:
  std::optional<std::string_view> read(const char* file) {
    return read_file(part_.dir.get(), cat(name_, "/", file).c_str(), buffer_);
  }

  const Part& part_;
  const std::string& name_;
  char buffer_[kFileBytes];
};

// Of what the kernel counts there, and of what is not set anew for the next container. A file that is not
// there is taken for one that says something else.
bool is_as_new(const Part& part, const std::string& name) {
  Look group(part, name);
  if (group.has_groups_below() || !group.says("cgroup.procs", "")) return false;
  if (part.controllers.has(Controller::cpu) &&
      !(group.says("cpu.cfs_quota_us", "-1\n") && group.counts_nothing("cpu.stat", "nr_periods")))
    return false;
  if (part.controllers.has(Controller::pids) && !group.says("pids.events", "max 0\n")) return false;
  return !part.controllers.has(Controller::io) ||
         group.counts_nothing("blkio.throttle.io_serviced", "Total");
}

}  // namespace

Spares::Spares(asio::any_io_executor executor, std::shared_ptr<Remover> remover, std::size_t most)
    : remover_(std::move(remover)), timer_(std::move(executor)), most_(most) {}

// By all controllers that are mounted there, used or not: each of them counts.
bool Spares::can_be_of(const Part& part) noexcept {
  return part.version == 1 && (part.key == "cpu" || part.key == "pids" || part.key == "blkio");
}

bool Spares::keep(const Part& part, const std::string& name) {
  const auto of_part = std::count_if(spares_.begin(), spares_.end(),
                                     [&](const Spare& one) { return one.part == &part; });
  if (!can_be_of(part) || static_cast<std::size_t>(of_part) >= most_ || !is_as_new(part, name)) return false;
  spares_.push_back({&part, name, Clock::now()});
  if (spares_.size() == 1) remove_old_later();
  return true;
}

// The latest, or the one that has the name already: the kernel would not give it twice.
std::vector<Spares::Spare>::iterator Spares::best_for(const Part& part, const std::string& name) {
  auto best = spares_.end();
  for (auto one = spares_.begin(); one != spares_.end(); ++one) {
    if (one->part != &part) continue;
    best = one;
    if (one->name == name) break;
  }
  return best;
}

bool Spares::take(const Part& part, const std::string& name) {
  const auto found = best_for(part, name);
  if (found == spares_.end()) return false;
  const int dir = part.dir.get();
  const bool taken = found->name == name || ::renameat(dir, found->name.c_str(), dir, name.c_str()) == 0;
  if (!taken && errno == EEXIST) return false;  // there is a group that is not ours to give
  if (!taken) remover_->remove(found->name);
  spares_.erase(found);
  return taken;
}

void Spares::stop() {
  timer_.cancel();
  for (const Spare& one : std::exchange(spares_, {})) remover_->remove(one.name);
}

void Spares::remove_old_later() {
  timer_.expires_at(spares_.front().kept_at + kKeptFor);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->remove_old();
  });
}

void Spares::remove_old() {
  const auto young = std::find_if(spares_.begin(), spares_.end(), [now = Clock::now()](const Spare& one) {
    return one.kept_at + kKeptFor > now;
  });
  for (auto one = spares_.begin(); one != young; ++one) remover_->remove(one->name);
  spares_.erase(spares_.begin(), young);
  if (!spares_.empty()) remove_old_later();
}

}  // namespace mesoscore::control_groups
