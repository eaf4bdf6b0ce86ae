// Quota by an operator: the record, and the offers that stand in its way.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

RoleQuota quota(std::string role, std::string_view guarantee, std::string_view limit) {
  RoleQuota made;
  made.role = role;
  if (!guarantee.empty()) made.quota.guarantee = Quantities::parse(guarantee).value();
  if (!limit.empty()) made.quota.limit = QuantityLimits::parse(limit).value();
  return made;
}

SetQuota set(std::string role, std::string_view guarantee, std::string_view limit, bool force = false) {
  return {{quota(std::move(role), guarantee, limit)}, force};
}

RoleSummary role_of(const Cluster& c, std::string_view role) {
  const MasterView view = c.view();
  for (const RoleSummary& summary : view.roles) {
    if (summary.role == role) return summary;
  }
  FAIL("no role " << role);
  return {};
}

}  // namespace

TEST_CASE("a quota has its record, and the view shows it") {
  Cluster c;
  c.add_agent();
  c.step(set("eng", "cpus:1", "cpus:2"));
  const auto* record = c.find<record::Quota>("quota/eng");
  REQUIRE(record != nullptr);
  CHECK(record->quota.quota == quota("eng", "cpus:1", "cpus:2").quota);
  CHECK(role_of(c, "eng").quota == quota("eng", "cpus:1", "cpus:2").quota);
  c.step(set("eng", "", ""));
  CHECK(role_of(c, "eng").quota.is_default());
  CHECK(c.find<record::Quota>("quota/eng") == nullptr);
}

TEST_CASE("offers of the role are rescinded until it is within its limit") {
  Cluster c;
  c.add_agent("h1", "cpus:2;mem:100");
  c.add_agent("h2", "cpus:2;mem:100");
  c.add_agent("h3", "cpus:2;mem:100");
  const auto f = c.add_framework(framework_info("f", {"eng/web"}));
  CHECK(c.view().frameworks[0].offers == 3);
  c.step(set("eng", "", "cpus:3"));
  CHECK(c.all<msg::Rescind>(f.peer).size() == 2);  // 6 - 2 is still too much
  CHECK(c.view().frameworks[0].offered.get("cpus") <= 3);
  CHECK(role_of(c, "eng").consumed.get("cpus").to_double() <= 3);
}

TEST_CASE("what is used stays, and needs force") {
  Cluster c;
  const auto agent = c.add_agent("h1", "cpus:2;mem:128");
  const auto f = c.add_framework(framework_info("f", {"eng"}));
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t1", offer, "cpus:2;mem:128")});
  const std::size_t before = c.changes.size();
  c.step(set("eng", "", "cpus:1"));
  CHECK(c.changes.size() == before);  // refused
  CHECK(role_of(c, "eng").quota.is_default());
  c.step(set("eng", "", "cpus:1", true));
  CHECK(c.changes.size() == before + 1);
  CHECK(c.none<msg::KillTask>(agent.peer));
  CHECK(c.master.tasks(f.id).size() == 1);
}

TEST_CASE("what is only offered does not stand in the way of a limit") {
  Cluster c;
  c.add_agent("h1", "cpus:2;mem:100");
  const auto f = c.add_framework(framework_info("f", {"eng"}));
  CHECK(c.offers(f.peer).size() == 1);
  c.step(set("eng", "", "cpus:1"));
  CHECK(c.find<record::Quota>("quota/eng") != nullptr);
  CHECK(c.all<msg::Rescind>(f.peer).size() == 1);
}

TEST_CASE("offers of other roles are rescinded until a guarantee could be met") {
  Cluster c;
  c.add_agent("h1", "cpus:2;mem:100");
  c.add_agent("h2", "cpus:2;mem:100");
  const auto f = c.add_framework(framework_info("f", {"ops"}));
  CHECK(c.view().frameworks[0].offers == 2);
  c.step(set("eng", "cpus:2", ""));
  CHECK(c.all<msg::Rescind>(f.peer).size() == 1);
  CHECK(c.view().frameworks[0].offered.get("cpus") <= 2);
  const auto g = c.add_framework(framework_info("g", {"eng"}));
  CHECK(c.offers(g.peer).size() == 1);
}

TEST_CASE("an offer that serves a guarantee is not taken back for another one") {
  Cluster c;
  c.add_agent("h1", "cpus:2;mem:100");
  c.step(set("ops", "cpus:2", ""));
  const auto f = c.add_framework(framework_info("f", {"ops"}));
  CHECK(c.offers(f.peer).size() == 1);
  c.step(set("eng", "cpus:2", "", true));
  CHECK(c.none<msg::Rescind>(f.peer));
}

TEST_CASE("a guarantee that the cluster does not have is refused, and forced") {
  Cluster c;
  c.add_agent();
  const std::size_t before = c.changes.size();
  c.step(set("eng", "cpus:100", ""));
  CHECK(c.changes.size() == before);
  c.step(set("eng", "cpus:100", "", true));
  CHECK(c.changes.size() == before + 1);
}

TEST_CASE("quotas of the options hold from the beginning") {
  MasterOptions options;
  options.quotas = {quota("eng", "cpus:2", "cpus:3")};
  Cluster c(std::move(options));
  CHECK(role_of(c, "eng").quota == quota("eng", "cpus:2", "cpus:3").quota);
  c.add_agent("h1", "cpus:4;mem:100");
  const auto f = c.add_framework(framework_info("f", {"ops"}));
  CHECK(c.view().frameworks[0].offered.get("cpus") <= 2);
}

}  // namespace mesoscore::test
