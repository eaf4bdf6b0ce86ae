#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/linux/root.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore::isolators {

namespace {

using List = std::vector<Capability>;
constexpr unsigned kKnown = static_cast<unsigned>(Capability::checkpoint_restore) + 1;

std::uint64_t bit(Capability capability) { return std::uint64_t{1} << static_cast<unsigned>(capability); }

std::uint64_t set_of(const List& list) {
  std::uint64_t set = 0;
  for (const Capability one : list) set |= bit(one);
  return set;
}

std::string names_of(std::uint64_t set) {
  std::string names;
  for (unsigned i = 0; i < kKnown; ++i) {
    if ((set >> i & 1) == 0) continue;
    names.append(names.empty() ? "" : ", ").append(to_string(static_cast<Capability>(i)));
  }
  return names.empty() ? "none" : names;
}

// What this program may pass on: of its bounding set what it is permitted.
std::uint64_t own_capabilities() {
  std::ifstream status("/proc/self/status");
  std::uint64_t permitted = 0, bounding = 0;
  for (std::string line; std::getline(status, line);) {
    std::istringstream value(line.substr(line.find(':') + 1));
    if (line.starts_with("CapPrm:")) value >> std::hex >> permitted;
    if (line.starts_with("CapBnd:")) value >> std::hex >> bounding;
  }
  return permitted & bounding;
}

Status check_within(std::uint64_t set, std::uint64_t limit, std::string_view what, std::string_view whose) {
  if ((set & ~limit) == 0) return {};
  return fail(Errc::permission_denied,
              cat(what, ": ", names_of(set & ~limit), " is not among ", whose, ": ", names_of(limit)));
}

class Capabilities final : public Isolator {
 public:
  explicit Capabilities(CapabilityOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "capabilities"; }
  ContainerFeatures provides() const noexcept override { return 0 | ContainerFeature::capabilities; }

  Status start(const IsolatorContext&) override {
    const std::uint64_t own = own_capabilities();
    if ((own & bit(Capability::setpcap)) == 0) {
      return fail(Errc::permission_denied,
                  "isolators::capabilities() needs an agent with CAP_SETPCAP, as root has it");
    }
    bounding_ = options_.bounding ? set_of(*options_.bounding) : own;
    MESOSCORE_TRY(check_within(bounding_, own, "CapabilityOptions::bounding", "those of the agent itself"));
    if (!options_.effective) return {};
    return check_within(set_of(*options_.effective), bounding_, "CapabilityOptions::effective",
                        "the bounding ones");
  }

  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override {
    const LinuxInfo& wishes = linux_info_of(spec.call);
    PlannedCapabilities planned;
    planned.bounding = wishes.bounding_capabilities ? set_of(*wishes.bounding_capabilities) : bounding_;
    MESOSCORE_TRY(
        check_within(planned.bounding, bounding_, "bounding_capabilities", "those that this agent gives"));
    if (wishes.effective_capabilities) {
      planned.effective = set_of(*wishes.effective_capabilities);
      MESOSCORE_TRY(check_within(planned.effective, planned.bounding, "effective_capabilities",
                                 "those that the task may have"));
    } else if (options_.effective) {
      planned.effective = set_of(*options_.effective) & planned.bounding;
    } else {
      const auto user = runtime::find_user(plan.user);
      if (!user) return fail(user.error());
      const bool root = *user ? (*user)->uid == 0 : is_root();
      planned.effective = root ? planned.bounding : 0;
    }
    if (plan.capabilities) {
      planned.bounding &= plan.capabilities->bounding;
      planned.effective &= plan.capabilities->effective;
    }
    plan.capabilities = planned;
    return {};
  }

 private:
  CapabilityOptions options_;
  std::uint64_t bounding_ = 0;  // known after start()
};

}  // namespace

std::shared_ptr<Isolator> capabilities(CapabilityOptions options) {
  return std::make_shared<Capabilities>(std::move(options));
}

}  // namespace mesoscore::isolators
