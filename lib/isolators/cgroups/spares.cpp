#include "isolators/cgroups/spares.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "core/text_cat.hpp"
#include "isolators/cgroups/files.hpp"
#include "isolators/cgroups/group.hpp"

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
  bool counts_nothing_if_there(const char* file, std::string_view key) {
    const auto text = read(file);
    return !text || value_of(*text, key) == 0u;
  }
  bool has_not_been_held_back() {  // wait_sum: of kernels with sched_schedstats on
    const auto text = read("cpu.stat");
    return text && value_of(*text, "nr_periods") == 0u && value_of(*text, "wait_sum").value_or(0) == 0;
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

bool io_is_as_new(Look& group) {
  return group.counts_nothing("blkio.throttle.io_serviced", "Total") &&
         group.counts_nothing_if_there("blkio.bfq.io_serviced", "Total");
}

// In what is counted there. A file that is missing is taken for one that says something else.
bool is_as_new(const Part& part, const std::string& name) {
  Look group(part, name);
  const auto has = [&](Controller one) { return part.controllers.has(one); };
  return !group.has_groups_below() && (!has(Controller::cpu) || group.has_not_been_held_back()) &&
         (!has(Controller::pids) || group.says("pids.events", "max 0\n")) &&
         (!has(Controller::io) || io_is_as_new(group));
}

}  // namespace

Spares::Spares(asio::any_io_executor executor, std::shared_ptr<Remover> remover, std::size_t most)
    : remover_(std::move(remover)), timer_(std::move(executor)), most_(most) {}

// By all controllers that are mounted there, used or not: each of them counts.
bool Spares::can_be_of(const Part& part) noexcept {
  return part.version == 1 && (part.key == "cpu" || part.key == "pids" || part.key == "blkio");
}

bool Spares::is_empty(const Part& pids, const std::string& name) {
  return Look(pids, name).says("pids.current", "0\n");
}

bool Spares::keep(const Part& part, const std::string& name) {
  const auto of_part =
      std::count_if(spares_.begin(), spares_.end(), [&](const Spare& one) { return one.part == &part; });
  if (!can_be_of(part) || static_cast<std::size_t>(of_part) >= most_ || !is_as_new(part, name)) return false;
  spares_.push_back({&part, name, Clock::now()});
  if (spares_.size() == 1) remove_old_later();
  return true;
}

void Spares::forget(const std::string& name) {
  std::erase_if(spares_, [&](const Spare& one) { return one.name == name; });
}

void Spares::remove(std::string name) {
  forget(name);
  remover_->remove(name);
}

// The latest, or the one that has the name already: the kernel would not give it twice.
const Spares::Spare* Spares::best_for(const Part& part, const std::string& name) const {
  const Spare* best = nullptr;
  for (const Spare& one : spares_) {
    if (one.part != &part) continue;
    best = &one;
    if (one.name == name) break;
  }
  return best;
}

bool Spares::take(const Part& part, const std::string& name) {
  const Spare* const best = best_for(part, name);
  if (!best) return false;
  const std::string old = best->name;
  const int dir = part.dir.get();
  const auto rename = [&] { return ::renameat(dir, old.c_str(), dir, name.c_str()) == 0; };
  const bool taken = old == name ? has_group(part, name) : rename();
  if (!taken && errno == EEXIST) return false;  // there is a group that is not ours to give
  if (!taken) {
    remove(old);
    return false;
  }
  std::erase_if(spares_, [&](const Spare& one) { return one.part == &part && one.name == old; });
  return true;
}

void Spares::stop() {
  timer_.cancel();
  while (!spares_.empty()) remove(spares_.front().name);
}

void Spares::remove_old_later() {
  timer_.expires_at(spares_.front().kept_at + kKeptFor);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->remove_old();
  });
}

void Spares::remove_old() {
  const auto now = Clock::now();
  while (!spares_.empty() && spares_.front().kept_at + kKeptFor <= now) remove(spares_.front().name);
  if (!spares_.empty()) remove_old_later();
}

}  // namespace mesoscore::control_groups
