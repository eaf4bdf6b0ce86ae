#include <map>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/seccomp/program.hpp"
#include "mesoscore/isolators/seccomp.hpp"

namespace mesoscore::isolators {

namespace {

using seccomp_detail::Profile;

constexpr const char* kOurs = "default";
constexpr std::uint64_t kAll =
    (std::uint64_t{1} << (static_cast<unsigned>(Capability::checkpoint_restore) + 1)) - 1;

// What the processes of the plan can have: filters allow more to those that may do more.
std::uint64_t capabilities_of(const LaunchPlan& plan) {
  const bool root = plan.user.empty() || plan.user == "root";
  if (plan.capabilities) return plan.capabilities->effective | (root ? plan.capabilities->bounding : 0);
  return root ? kAll : 0;
}

class SeccompIsolator final : public Isolator {
 public:
  explicit SeccompIsolator(SeccompOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "seccomp"; }
  ContainerFeatures provides() const noexcept override {
    return static_cast<ContainerFeatures>(ContainerFeature::seccomp);
  }
  Status start(const IsolatorContext& context) override;
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override;

 private:
  using Program = std::vector<std::uint64_t>;
  Status read(const std::string& name, std::string_view json, const Logger& logger);
  Result<const Program*> program(const std::string& profile, std::uint64_t capabilities);
  std::string known() const;

  SeccompOptions options_;
  std::map<std::string, Profile> profiles_;
  std::map<std::pair<std::string, std::uint64_t>, Program> programs_;
};

Status SeccompIsolator::start(const IsolatorContext& context) {
  for (const auto& [name, json] : options_.profiles) MESOSCORE_TRY(read(name, json, context.logger));
  if (!profiles_.contains(kOurs)) MESOSCORE_TRY(read(kOurs, seccomp_detail::default_profile(), {}));
  if (options_.default_profile.empty() || profiles_.contains(options_.default_profile)) return {};
  return fail(Errc::invalid_argument, cat("default_profile ", in_quotes(options_.default_profile),
                                          " is not among the profiles: ", known()));
}

Status SeccompIsolator::read(const std::string& name, std::string_view json, const Logger& logger) {
  auto profile = seccomp_detail::parse_profile(json);
  if (!profile) return fail_in(cat("seccomp profile ", in_quotes(name)), profile.error());
  for (const std::string& call : seccomp_detail::unknown_calls(*profile)) {
    if (!logger.enabled(LogLevel::warning)) break;
    logger(LogLevel::warning, cat("seccomp profile ", in_quotes(name), ": the system call ", in_quotes(call),
                                  " is not known to this libseccomp: what is said of it has no effect"));
  }
  profiles_.insert_or_assign(name, *std::move(profile));
  return {};
}

Status SeccompIsolator::prepare(const ContainerSpec& spec, LaunchPlan& plan) {
  const LinuxInfo& wishes = linux_info_of(spec.call);
  if (wishes.seccomp_unconfined) {
    if (options_.allow_unconfined) return {};
    return fail(Errc::permission_denied, "seccomp_unconfined: this agent runs no task without a filter");
  }
  const std::string& profile =
      wishes.seccomp_profile.empty() ? options_.default_profile : wishes.seccomp_profile;
  if (profile.empty()) return {};
  if (!plan.seccomp.empty()) {
    return fail(Errc::launch_failed, "another isolator has set a filter of system calls already");
  }
  const auto found = program(profile, capabilities_of(plan));
  if (!found) return fail(found.error());
  plan.seccomp = **found;
  plan.no_new_privileges = true;
  return {};
}

// Few combinations are ever used: each is made once.
Result<const SeccompIsolator::Program*> SeccompIsolator::program(const std::string& profile,
                                                                 std::uint64_t capabilities) {
  const auto found = profiles_.find(profile);
  if (found == profiles_.end()) {
    return fail(Errc::invalid_argument,
                cat("seccomp_profile ", in_quotes(profile), " is none of this agent's: ", known()));
  }
  const auto [entry, fresh] = programs_.try_emplace({profile, capabilities});
  if (!fresh) return &entry->second;
  auto compiled = seccomp_detail::compile(found->second, capabilities);
  if (!compiled) {
    programs_.erase(entry);
    return fail_in(cat("seccomp profile ", in_quotes(profile)), compiled.error());
  }
  entry->second = *std::move(compiled);
  return &entry->second;
}

std::string SeccompIsolator::known() const {
  std::string all;
  for (const auto& [name, profile] : profiles_) all += cat(all.empty() ? "" : ", ", in_quotes(name));
  return all;
}

}  // namespace

std::shared_ptr<Isolator> seccomp(SeccompOptions options) {
  return std::make_shared<SeccompIsolator>(std::move(options));
}

}  // namespace mesoscore::isolators
