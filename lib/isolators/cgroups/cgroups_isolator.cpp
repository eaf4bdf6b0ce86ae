#include "isolators/cgroups/cgroups_isolator.hpp"

#include <fcntl.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/cgroups/disks.hpp"
#include "isolators/cgroups/group.hpp"
#include "isolators/cgroups/oom.hpp"
#include "isolators/cgroups/state.hpp"

namespace mesoscore::control_groups {

namespace {

constexpr std::size_t kConsumersTold = 3;
// Of the costly figures of a container; see Sampler. However many containers there are and however often they
// are looked at, these take no more than about a hundredth of a cpu.
constexpr auto kDetailsPerContainer = std::chrono::milliseconds(4);

std::string describe(const Subtree& subtree) {
  std::string text;
  for (const Part& part : subtree.parts()) {
    const std::string names = names_of(part.controllers, part.version, "", ", ");
    text += cat(text.empty() ? "" : "; ", part.path, " (version ", part.version, names.empty() ? "" : ": ",
                names, ")");
  }
  return text;
}

}  // namespace

CgroupsIsolator::CgroupsIsolator(CgroupsOptions options, std::function<ProcTexts()> texts, std::string block)
    : options_(std::move(options)), texts_(std::move(texts)), block_(std::move(block)) {}

// ---- the agent

Status CgroupsIsolator::start(const IsolatorContext& context) {
  if (subtree_) {
    return fail(Errc::already_exists, "it was started before: one isolator per agent");
  }
  context_ = context;
  auto opened = Subtree::open(options_, texts_(), read_parts(context.state_directory), context.logger);
  if (!opened) return fail(opened.error());
  subtree_.emplace(std::move(*opened));
  disks_ = disks_in(block_);
  if (const Part* const io = subtree_->part_of(Controller::io)) have_transfers_counted(*io, disks_);
  remover_ = std::make_shared<Remover>(context.executor, *subtree_, context.logger);
  spares_ = std::make_shared<Spares>(context.executor, remover_, options_.spare_groups);
  MESOSCORE_TRY(write_parts(context.state_directory, subtree_->parts()));
  MESOSCORE_TRY(watch_memory());
  if (context.logger.enabled(LogLevel::info))
    context.logger(LogLevel::info, cat("cgroups: ", describe(*subtree_)));
  return {};
}

Status CgroupsIsolator::watch_memory() {
  const Part* const memory = subtree_->part_of(Controller::memory);
  if (!memory) return {};
  const auto on_notice = [weak = weak_from_this()](const ContainerId& id) {
    const auto self = weak.lock();
    return !self || self->on_memory_notice(id);
  };
  oom_watch_ = std::make_shared<OomWatch>(context_.executor, *memory, context_.logger, on_notice);
  return oom_watch_->start();
}

// The executor may be gone before this object is: nothing that is bound to it may stay.
void CgroupsIsolator::stop() noexcept {
  if (oom_watch_) oom_watch_->stop();
  if (spares_) spares_->stop();
  if (remover_) remover_->stop();
  oom_watch_.reset();
  spares_.reset();
  remover_.reset();
  containers_.clear();
  if (subtree_) subtree_->remove_if_empty();
  subtree_.reset();  // the next agent may have it
  recovered_ = false;
}

Status CgroupsIsolator::recover(std::span<const LiveContainer> live) {
  if (!remover_) return {};
  for (const LiveContainer& container : live) {
    if (Status adopted = adopt(container); !adopted) {
      context_.logger(LogLevel::warning,
                      cat("cgroups: container ", container.id.view(), " goes on without what it ",
                          "could not be given again: ", adopted.error().message));
    }
  }
  return remove_orphans();
}

// A container without groups has been started by an agent without this isolator, and stays outside of them.
Status CgroupsIsolator::adopt(const LiveContainer& live) {
  const std::string name = live.id.str();
  const auto parts = subtree_->parts();
  if (!std::all_of(parts.begin(), parts.end(), [&](const Part& part) { return has_group(part, name); })) {
    return fail(Errc::not_found, "it has no control group in some hierarchy");
  }
  Container container;
  container.task = read_limits(context_.state_directory, name);
  auto limits = limits_of(live.resources, container.task ? &*container.task : nullptr, options_);
  if (!limits) return fail(limits.error());
  container.limits = std::move(*limits);
  if (const Part* const memory = subtree_->part_of(Controller::memory)) {
    container.memory_max = read_memory(*memory, name).limit;
  }
  containers_.insert_or_assign(live.id, std::move(container));
  return {};
}

// All in our subtree that nobody has named.
Status CgroupsIsolator::remove_orphans() {
  recovered_ = true;
  std::vector<std::string> orphans;
  for (const Part& part : subtree_->parts()) {
    for (std::string& name : directories_in(part.dir.get())) {
      if (!containers_.contains(ContainerId(name))) orphans.push_back(std::move(name));
    }
  }
  std::sort(orphans.begin(), orphans.end());
  orphans.erase(std::unique(orphans.begin(), orphans.end()), orphans.end());
  for (const std::string& name : orphans) {
    forget_limits(context_.state_directory, name);
    remover_->remove(name);
  }
  if (!orphans.empty() && context_.logger.enabled(LogLevel::info)) {
    context_.logger(LogLevel::info, cat("cgroups: removed ", orphans.size(), " groups without an owner"));
  }
  return {};
}

// ---- a container

Status CgroupsIsolator::prepare(const ContainerSpec& spec, LaunchPlan& plan) {
  if (!remover_) return fail(Errc::stopped, "it was not started, or was stopped");
  if (!recovered_) MESOSCORE_TRY(remove_orphans());
  if (!plan.parent.empty()) return {};  // it will be in the group of that one
  const ContainerId& id = spec.call.container_id;
  MESOSCORE_TRY(validate_id(id.view(), "container id"));
  if (!plan.cgroup.empty() || !plan.cgroups_v1.empty()) {
    return fail(Errc::launch_failed, "another isolator has planned control groups already");
  }
  Container container;
  if (spec.call.task.limits) container.task = *spec.call.task.limits;
  auto limits = limits_of(spec.call.resources, container.task ? &*container.task : nullptr, options_);
  if (!limits) return fail(limits.error());
  container.limits = std::move(*limits);
  container.memory_max = container.limits.memory_max;
  const std::string name = id.str();
  MESOSCORE_TRY(make_group(*subtree_, name, {container.limits, options_, disks_}, *spares_));
  if (container.task) {
    if (Status kept = write_limits(context_.state_directory, name, *container.task); !kept) {
      remover_->remove(name);
      return kept;
    }
  }
  for (const Part& part : subtree_->parts()) {
    std::string path = cat(part.path, "/", name);
    if (part.version == 2) {
      plan.cgroup = std::move(path);
    } else {
      plan.cgroups_v1.push_back(std::move(path));
    }
  }
  containers_.insert_or_assign(id, std::move(container));
  return {};
}

// Not every launcher can be trusted to have done as planned, and what runs outside of its group knows no
// limits.
Status CgroupsIsolator::isolate(const ContainerId& id, pid_t pid) {
  if (!containers_.contains(id)) return {};
  char buffer[kFileBytes];
  const auto text = read_file(AT_FDCWD, cat("/proc/", pid, "/cgroup").c_str(), buffer);
  if (!text) return {};  // it is gone already
  for (const Part& part : subtree_->parts()) {
    const std::string_view group = group_in(*text, part.key);
    if (group == cat(part.shown, "/", id.view())) continue;
    return fail(Errc::launch_failed,
                cat("its process was started in the control group ", in_quotes(group), " and not in ",
                    part.path, "/", id.view(), ": a launcher that executes all of the plan is ",
                    "needed, such as that of isolators::process()"));
  }
  return {};
}

void CgroupsIsolator::watch(const ContainerId& id, LimitationHandler on_limitation) {
  const auto found = containers_.find(id);
  if (found == containers_.end() || !oom_watch_) return;
  found->second.on_limitation = std::move(on_limitation);
  oom_watch_->watch(id);
}

Status CgroupsIsolator::update(const ContainerId& id, const Resources& resources) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return {};
  Container& container = found->second;
  auto limits = limits_of(resources, container.task ? &*container.task : nullptr, options_);
  if (!limits) return fail(limits.error());
  auto changed = change_group(*subtree_, id.str(), *limits, container.memory_max, options_);
  if (!changed) return fail(changed.error());
  container.limits = std::move(*limits);
  container.memory_max = *changed;
  if (container.memory_max != container.limits.memory_max && context_.logger.enabled(LogLevel::info)) {
    context_.logger(LogLevel::info,
                    cat("cgroups: container ", id.view(), " uses more than its new memory limit of ",
                        bytes_text(container.limits.memory_max.value_or(0)), " and keeps that of ",
                        container.memory_max ? bytes_text(*container.memory_max) : "before, which is none"));
  }
  return {};
}

void CgroupsIsolator::usage(const ContainerId& id, ContainerUsage& usage) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return;
  Container& container = found->second;
  add_limits(container.limits, container.memory_max, usage);
  container.sampler.sample(*subtree_, id.str(), kDetailsPerContainer * containers_.size(), usage);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  usage.timestamp = std::chrono::duration<double>(now).count();
}

// ---- its end

std::optional<Limitation> CgroupsIsolator::memory_verdict(const ContainerId& id) const {
  if (!containers_.contains(id)) return std::nullopt;
  const Part* const memory = subtree_->part_of(Controller::memory);
  if (!memory || memory_kills(*memory, id.str()) == 0) return std::nullopt;
  return memory_limitation(read_memory(*memory, id.str()), largest(*memory, id.str(), kConsumersTold));
}

// True if nothing more is to be expected.
bool CgroupsIsolator::on_memory_notice(const ContainerId& id) {
  const auto found = containers_.find(id);
  if (found == containers_.end() || found->second.limited) return true;
  auto limitation = memory_verdict(id);
  if (!limitation) return false;
  found->second.limited = true;
  const auto handler = found->second.on_limitation;
  if (handler) handler(id, std::move(*limitation));
  return true;
}

// The exit can be known before the notice of the kernel is. What has succeeded all the same has succeeded.
std::optional<Limitation> CgroupsIsolator::verdict(const ContainerId& id, int wait_status) {
  if (wait_status == 0) return std::nullopt;
  return memory_verdict(id);
}

Status CgroupsIsolator::cleanup(const ContainerId& id) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return {};
  if (found->second.task) forget_limits(context_.state_directory, id.str());
  if (oom_watch_) oom_watch_->forget(id);
  const Limits limits = std::move(found->second.limits);
  containers_.erase(found);
  if (retire_group(*subtree_, id.str(), limits, *spares_) != 0) remover_->remove(id.str());
  return {};
}

}  // namespace mesoscore::control_groups

namespace mesoscore::isolators {

std::shared_ptr<Isolator> cgroups(CgroupsOptions options) {
  return std::make_shared<control_groups::CgroupsIsolator>(std::move(options));
}

}  // namespace mesoscore::isolators
