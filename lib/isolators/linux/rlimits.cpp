#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::isolators {

namespace {

// In the order of RLimit::Type.
constexpr std::array<int, 17> kResources = {
    -1,           RLIMIT_AS,      RLIMIT_CORE,     RLIMIT_CPU,        RLIMIT_DATA,   RLIMIT_FSIZE,
    RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE,       RLIMIT_NOFILE, RLIMIT_NPROC,
    RLIMIT_RSS,   RLIMIT_RTPRIO,  RLIMIT_RTTIME,   RLIMIT_SIGPENDING, RLIMIT_STACK};
static_assert(kResources.size() == static_cast<std::size_t>(RLimit::Type::stack) + 1);

Result<PlannedLimit> plan_limit(const RLimit& limit) {
  const auto number = static_cast<std::size_t>(limit.type);
  if (number == 0 || number >= kResources.size()) {
    return fail(Errc::invalid_argument, cat("a resource limit has the unknown type ", number));
  }
  if (limit.soft.has_value() != limit.hard.has_value()) {
    return fail(Errc::invalid_argument,
                cat(to_string(limit.type), ": a soft limit needs a hard one, and a hard one a soft one"));
  }
  PlannedLimit planned{kResources[number], RLIM_INFINITY, RLIM_INFINITY};
  if (!limit.soft) return planned;
  planned.soft = *limit.soft;
  planned.hard = *limit.hard;
  if (planned.soft <= planned.hard) return planned;
  return fail(Errc::invalid_argument, cat(to_string(limit.type), ": the soft limit ", planned.soft,
                                          " is above the hard limit ", planned.hard));
}

Result<std::vector<PlannedLimit>> plan_limits(const std::vector<RLimit>& limits) {
  std::vector<PlannedLimit> planned;
  for (const RLimit& limit : limits) {
    Result<PlannedLimit> one = plan_limit(limit);
    if (!one) return fail(one.error());
    const auto same = [&](const PlannedLimit& other) { return other.resource == one->resource; };
    if (std::any_of(planned.begin(), planned.end(), same)) {
      return fail(Errc::invalid_argument, cat(to_string(limit.type), " is limited twice"));
    }
    planned.push_back(*one);
  }
  return planned;
}

class Rlimits final : public Isolator {
 public:
  explicit Rlimits(std::vector<RLimit> defaults) : given_(std::move(defaults)) {}

  std::string_view name() const noexcept override { return "rlimits"; }
  ContainerFeatures provides() const noexcept override { return 0 | ContainerFeature::rlimits; }

  Status start(const IsolatorContext&) override {
    Result<std::vector<PlannedLimit>> defaults = plan_limits(given_);
    if (!defaults) return fail_in("the default limits of isolators::rlimits()", defaults.error());
    defaults_ = *std::move(defaults);
    return {};
  }

  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override {
    const Result<std::vector<PlannedLimit>> own = plan_limits(container_info_of(spec.call).rlimits);
    if (!own) return fail(own.error());
    for (const PlannedLimit& limit : defaults_) {
      const auto same = [&](const PlannedLimit& other) { return other.resource == limit.resource; };
      if (std::none_of(own->begin(), own->end(), same)) plan.limits.push_back(limit);
    }
    plan.limits.insert(plan.limits.end(), own->begin(), own->end());
    return {};
  }

 private:
  std::vector<RLimit> given_;
  std::vector<PlannedLimit> defaults_;
};

}  // namespace

std::shared_ptr<Isolator> rlimits(std::vector<RLimit> defaults) {
  return std::make_shared<Rlimits>(std::move(defaults));
}

}  // namespace mesoscore::isolators
