#include "harness.hpp"

namespace mesoscore::test {

TEST_CASE("an offer carries the whole agent") {
  Cluster c;
  const auto agent = c.add_agent("h1", "cpus:4;mem:1024;ports:[31000-32000]");
  const auto f = c.add_framework(framework_info("f", {"eng"}));
  const Offer offer = c.offer(f.peer);
  CHECK(offer.id.str() == c.master.id().str() + "-O0");
  CHECK(offer.agent_id == agent.id);
  CHECK(offer.framework_id == f.id);
  CHECK(offer.role == "eng");
  CHECK(offer.agent->hostname == "h1");
  CHECK(offer.resources == agent.info->resources);
}

TEST_CASE("a declined agent stays away for the time of the filter") {
  Cluster c;
  c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  SECTION("default: five seconds") {
    c.send(f.peer, msg::Decline{{offer.id}, {}});
    CHECK(c.offers(f.peer).empty());
    c.advance(4s);
    CHECK(c.offers(f.peer).empty());
    c.advance(2s);
    CHECK(c.offers(f.peer).size() == 1);
  }
  SECTION("zero: offered again at once") {
    c.send(f.peer, msg::Decline{{offer.id}, {0s}});
    CHECK(c.offers(f.peer).size() == 1);
  }
  SECTION("an hour, then REVIVE") {
    c.send(f.peer, msg::Decline{{offer.id}, {1h}});
    c.advance(1min);
    CHECK(c.offers(f.peer).empty());
    c.send(f.peer, msg::Revive{});
    CHECK(c.offers(f.peer).size() == 1);
  }
  SECTION("unknown and foreign ids are ignored one by one") {
    const auto g = c.add_framework(framework_info("g"));
    c.send(g.peer, msg::Decline{{offer.id}, {1h}});
    CHECK(c.view().frameworks[0].offers == 1);
    c.send(f.peer,
           msg::Decline{{OfferId("nonsense"), OfferId(c.master.id().str() + "-O99"), offer.id}, {1h}});
    CHECK(c.view().frameworks[0].offers == 0);
  }
}

TEST_CASE("suppress stops offers, revive brings them back") {
  Cluster c;
  const auto f = c.add_framework();
  c.send(f.peer, msg::Suppress{});
  c.add_agent();
  CHECK(c.offers(f.peer).empty());
  c.send(f.peer, msg::Revive{{"not-mine"}});
  CHECK(c.offers(f.peer).empty());
  c.send(f.peer, msg::Revive{});
  CHECK(c.offers(f.peer).size() == 1);
}

TEST_CASE("an unanswered offer is rescinded after the offer timeout, without a filter") {
  MasterOptions options;
  options.offer_timeout = 30s;
  Cluster c(options);
  c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.advance(29s);
  CHECK(c.none<msg::Rescind>(f.peer));
  c.advance(2s);
  CHECK(c.one<msg::Rescind>(f.peer).offer_id == offer.id);
  CHECK(c.offers(f.peer).size() == 1);
  CHECK(c.view().offers_rescinded == 1);
}

TEST_CASE("the end of an agent's connection rescinds its offers; its return renews them") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.disconnect(agent.peer);
  CHECK(c.one<msg::Rescind>(f.peer).offer_id == offer.id);
  CHECK(c.offers(f.peer).empty());
  const PeerId again = c.connect(PeerRole::agent);
  c.send(again, msg::ReregisterAgent{agent.info, {}, {}, {}});
  CHECK(c.one<msg::AgentReregistered>(again).agent_id == agent.id);
  CHECK(c.offers(f.peer).size() == 1);
}

TEST_CASE("weights share the cluster: two thirds to one third") {
  MasterOptions options;
  options.weights = {{"a", 2.0}, {"b", 1.0}};
  Cluster c(options);
  const auto a = c.add_framework(framework_info("fa", {"a"}));
  const auto b = c.add_framework(framework_info("fb", {"b"}));
  int to_a = 0;
  int to_b = 0;
  for (int i = 0; i < 30; ++i) {
    c.add_agent("h" + std::to_string(i), "cpus:1;mem:100");
    to_a += static_cast<int>(c.offers(a.peer).size());
    to_b += static_cast<int>(c.offers(b.peer).size());
  }
  CHECK(to_a == 20);
  CHECK(to_b == 10);
}

TEST_CASE("a bad weight is refused and the old one stays") {
  Cluster c;
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    c.step(SetWeight{"a", bad});
    CHECK(c.changes.empty());
  }
  c.step(SetWeight{"a", 3.0});
  REQUIRE(c.registry.size() == 1);
  CHECK(c.find<record::Weight>("weight/a")->weight == 3.0);
}

}  // namespace mesoscore::test
