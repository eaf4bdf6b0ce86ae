// Random messages and records of every kind, for the tests of the wire format.
#pragma once

#include <string>
#include <vector>

#include "mesoscore/message.hpp"
#include "mesoscore/record.hpp"
#include "mesoscore/rng.hpp"

// The same seed gives the same messages. `fill` is the chance of an optional member to be there: 0 and 1 give
// the extremes.
class Sampler {
 public:
  Sampler(std::uint64_t seed, double fill) : rng_(seed), fill_(fill) {}

  mesoscore::Message message(std::size_t alternative);  // 0 .. number of alternatives - 1
  mesoscore::Record record(std::size_t alternative);
  mesoscore::Resources resources();
  mesoscore::ContainerInfo container();
  mesoscore::ContainerStatus container_status();
  mesoscore::AgentReport report();
  mesoscore::CheckStatus check_status();
  mesoscore::TaskInfo task_info();
  mesoscore::TaskStatus status();

 private:
  std::int32_t priority() { return some() ? static_cast<std::int32_t>(pick(2000)) - 1000 : 0; }
  bool some() { return rng_.uniform() < fill_; }
  std::size_t count(std::size_t most) { return some() ? 1 + rng_.below(most) : 0; }
  std::uint64_t pick(std::uint64_t bound) { return rng_.below(bound); }
  std::string text(std::size_t most = 30);
  std::string maybe_text() { return some() ? text() : std::string(); }
  std::string role();
  template <class Id>
  Id id() {
    return Id(std::string_view(text(60)));
  }
  template <class Id>
  Id maybe_id() {
    return some() ? id<Id>() : Id();
  }
  template <class E>
  E any(E last) {
    return static_cast<E>(pick(static_cast<std::uint64_t>(last) + 1));
  }
  mesoscore::Duration duration() { return std::chrono::milliseconds(pick(1'000'000'000)); }
  mesoscore::Uuid uuid() { return mesoscore::Uuid::from_random(rng_.next(), rng_.next()); }
  double time() {
    return 1.6e9 + static_cast<double>(pick(1'000'000'000'000)) / 1000.0 + rng_.uniform() / 1000;
  }

  mesoscore::Labels labels();
  mesoscore::Resource resource();
  mesoscore::ResourceTraits traits(bool disk);
  mesoscore::DiskInfo disk();
  std::vector<mesoscore::Range> intervals();
  mesoscore::Attributes attributes();
  mesoscore::CommandInfo command();
  std::vector<mesoscore::CommandUri> uris();
  mesoscore::Probe probe();
  mesoscore::HealthCheck health_check();
  mesoscore::CheckInfo check();
  mesoscore::DockerInfo docker();
  mesoscore::LinuxInfo linux_info();
  mesoscore::TaskLimits limits();
  mesoscore::AgentQuery query();
  mesoscore::ContainerUsage usage();
  mesoscore::ExecutorInfo executor();
  mesoscore::DiscoveryInfo discovery();
  mesoscore::Task task();
  mesoscore::msg::FrameworkPtr framework();
  mesoscore::msg::AgentPtr agent();
  mesoscore::Offer offer();
  mesoscore::Operation operation();
  mesoscore::msg::OperationUpdate operation_update();
  std::vector<mesoscore::RoleName> roles();
  mesoscore::Quantities quantities();
  mesoscore::OfferConstraints constraints();
  mesoscore::Demand demand();
  mesoscore::msg::Request request();
  mesoscore::RoleQuota role_quota();
  mesoscore::OperatorAction action();
  mesoscore::FrameworkSummary framework_summary();
  mesoscore::AgentSummary agent_summary();
  mesoscore::RoleSummary role_summary();
  mesoscore::TaskSummary task_summary();

  template <class Alternative>
  void fill(Alternative& body);
  template <class Alternative>
  void fill_rest(Alternative& body);
  template <class Alternative>
  void fill_groups(Alternative& body);
  template <class Alternative>
  void fill_wishes(Alternative& body);

  mesoscore::TimePoint time_point() { return mesoscore::TimePoint(mesoscore::Duration(pick(1ull << 62))); }
  std::optional<mesoscore::DrainConfig> drain();
  mesoscore::msg::FrameworkPtr constrained_framework();
  void fill(mesoscore::record::Self& r);
  void fill(mesoscore::record::Framework& r);
  void fill(mesoscore::record::Executor& r);
  void fill(mesoscore::record::Task& r);
  void fill(mesoscore::record::Kill& r);
  void fill(mesoscore::record::Update& r);
  void fill(mesoscore::record::Operation& r);
  void fill(mesoscore::record::AdmittedAgent& r);
  void fill(mesoscore::record::UnreachableAgent& r);
  void fill(mesoscore::record::GoneAgent& r);
  void fill(mesoscore::record::Weight& r);
  void fill(mesoscore::record::Quota& r);
  void fill(mesoscore::record::RemovedFramework& r);

  mesoscore::Rng rng_;
  double fill_;
};
