// A small cluster to try things on: an allocator, a clock that the test sets, and short names.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mesoscore/allocator.hpp"

namespace lab {

using namespace mesoscore;
using namespace std::chrono_literals;

inline Resources res(std::string_view text) { return Resources::parse(text).value(); }
inline Quantities quantities(std::string_view text) { return Quantities::parse(text).value(); }
inline constexpr FrameworkHandle fw(unsigned n) { return FrameworkHandle{n}; }
inline constexpr AgentHandle ag(unsigned n) { return AgentHandle{n}; }

inline FrameworkInfo framework(std::string_view id, std::vector<RoleName> roles) {
  FrameworkInfo info;
  info.id = id;
  info.roles = std::move(roles);
  return info;
}
inline FrameworkInfo with(FrameworkInfo info, FrameworkCapability capability, bool on = true) {
  info.capabilities.set(capability, on);
  return info;
}
inline AgentInfo agent(const Resources& resources) {
  AgentInfo info;
  info.resources = resources;
  return info;
}
inline AgentInfo agent(std::string_view text) { return agent(res(text)); }

inline Resource revocable(const Name& name, double value) {
  ResourceTraits traits;
  traits.revocable = true;
  return Resource(name, Scalar::from_double(value)).with_traits(std::move(traits));
}
inline Resource reserved(const Name& name, double value, std::vector<RoleName> stack) {
  Resource item(name, Scalar::from_double(value));
  for (const RoleName& role : stack) item = item.reserved_for({Reservation::Type::dynamic, role, "", {}});
  return item;
}
inline Resource volume(const std::string& id, double value, bool shared) {
  ResourceTraits traits;
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->persistence_id = id;
  traits.disk->volume_container_path = "data";
  traits.reservations.push_back({Reservation::Type::dynamic, RoleName("a"), "", {}});
  traits.shared = shared;
  return Resource("disk", Scalar::from_double(value)).with_traits(std::move(traits));
}

inline std::string str(const Grant& g) {
  return "f" + std::to_string(static_cast<unsigned>(g.framework)) + " a" +
         std::to_string(static_cast<unsigned>(g.agent)) + " " + g.role.str() + " " + g.resources.str();
}

struct Lab {
  explicit Lab(AllocatorOptions options = {}, std::unique_ptr<AllocationPolicy> policy = nullptr,
               std::uint64_t seed = 1)
      : allocator(std::move(options), std::move(policy), Rng(seed)) {}

  Allocator allocator;
  TimePoint now{};

  void add_framework(unsigned n, const FrameworkInfo& info) { allocator.add_framework(fw(n), info, {}); }
  void add_agent(unsigned n, std::string_view text) { allocator.add_agent(ag(n), agent(text), {}); }
  void add_agent(unsigned n, const Resources& total) { allocator.add_agent(ag(n), agent(total), {}); }
  std::vector<Grant> run() {
    std::vector<Grant> grants;
    allocator.run(now, grants);
    return grants;
  }
  void decline(const Grant& grant, Duration refuse) {
    const Filters filters{refuse};
    allocator.recover(grant.framework, grant.agent, grant.role, grant.resources, &filters, now);
  }
  void give_back(const Grant& grant) {
    allocator.recover(grant.framework, grant.agent, grant.role, grant.resources, nullptr, now);
  }
  void give_back(const Grant& grant, std::string_view part) {
    allocator.recover(grant.framework, grant.agent, grant.role, res(part), nullptr, now);
  }
  // Runs, expects one grant at most, and tells whose it is: "f0 a1 role resources", or "".
  std::string next() {
    const std::vector<Grant> grants = run();
    std::string out;
    for (const Grant& grant : grants) out += (out.empty() ? "" : "; ") + str(grant);
    return out;
  }
};

}  // namespace lab
