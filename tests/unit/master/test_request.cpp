// REQUEST: offers are made for stated demands, and what was not used of them is open again.
#include "demands.hpp"

namespace mesoscore::test {
namespace {

constexpr Filters kAtOnce{0s};

// One agent with cpus:4;mem:1024, and a framework in the role "eng" that has asked for these.
struct Asked {
  explicit Asked(std::vector<Demand> demands, MasterOptions options = {}) : c(std::move(options)) {
    agent = c.add_agent();
    auto info = framework_info("f", {"eng"});
    info->failover_timeout = 60s;
    const PeerId peer = c.connect(PeerRole::scheduler);
    c.send(peer, msg::Subscribe{info, {}, {{"eng", std::move(demands)}}});
    f = {peer, c.one<msg::Subscribed>(peer).framework_id, std::make_shared<FrameworkInfo>(*info)};
    f.info->id = f.id;
  }
  void request(std::vector<Demand> demands, std::string role = "eng") {
    c.send(f.peer, msg::Request{role, std::move(demands)});
  }
  Cluster c;
  Cluster::AgentPeer agent;
  Cluster::FrameworkPeer f;
};

}  // namespace

TEST_CASE("an offer is exactly what serves the demand, and says which") {
  Asked a({demand("job", 3)});
  const Offer offer = a.c.offer(a.f.peer);  // no whole agent was offered before
  CHECK(offer.demand == "job");
  CHECK(offer.units == 3);
  CHECK(offer.resources == Resources::parse("cpus:3;mem:192").value());
  CHECK(open_units(a.c) == 0);
}

TEST_CASE("a request replaces what was stated, and an empty one means whole agents") {
  Asked a({demand("job", 3)});
  a.c.send(a.f.peer, msg::Decline{{a.c.offer(a.f.peer).id}, kAtOnce});
  const Offer again = a.c.offer(a.f.peer);
  CHECK(again.units == 3);
  a.request({demand("other", 1, "cpus:2")});
  CHECK(a.c.offers(a.f.peer).empty());  // the rest of the agent is too small: the first offer is still out
  a.c.send(a.f.peer, msg::Decline{{again.id}, kAtOnce});
  CHECK(a.c.offer(a.f.peer).demand == "other");
  CHECK(a.c.offer(a.f.peer).resources == Resources::parse("cpus:2").value());
  a.request({});
  CHECK(a.c.offer(a.f.peer).demand.empty());
  CHECK(a.c.view().frameworks[0].wanted.empty());
}

TEST_CASE("units that an accept leaves whole are open again") {
  Asked a({demand("job", 3)});
  const Offer offer = a.c.offer(a.f.peer);
  a.c.launch(a.f, offer, {task("t1", offer)}, kAtOnce);
  const Offer rest = a.c.offer(a.f.peer);
  CHECK(rest.units == 2);
  a.c.launch(a.f, rest, {task("t2", rest), task("t3", rest)}, kAtOnce);
  CHECK(a.c.offers(a.f.peer).empty());
  CHECK(open_units(a.c) == 0);
  a.c.update(a.agent, a.f, "t1", TaskState::finished);  // opens nothing
  CHECK(a.c.offers(a.f.peer).empty());
  CHECK(open_units(a.c) == 0);
}

TEST_CASE("a unit of which something was taken counts as used") {
  Asked a({demand("job", 1)});
  const Offer offer = a.c.offer(a.f.peer);
  a.c.launch(a.f, offer, {task("t1", offer, "cpus:1;mem:32")}, kAtOnce);
  CHECK(open_units(a.c) == 0);
  CHECK(a.c.offers(a.f.peer).empty());
}

TEST_CASE("units of tasks that are not valid are open again") {
  Asked a({demand("job", 2)});
  const Offer offer = a.c.offer(a.f.peer);
  a.c.launch(a.f, offer, {task("t1", offer, "cpus:9")}, kAtOnce);
  CHECK(a.c.status(a.f.peer).state == TaskState::error);
  CHECK(a.c.offer(a.f.peer).units == 2);
}

TEST_CASE("with offers of two demands each gets its own units back") {
  Asked a({demand("small", 1), demand("large", 1, "cpus:2;mem:128")});
  const auto offers = a.c.offers(a.f.peer);
  REQUIRE(offers.size() == 2);
  msg::Accept accept;
  for (const Offer& offer : offers) accept.offer_ids.push_back(offer.id);
  accept.filters = kAtOnce;
  SECTION("nothing was used") {
    a.c.send(a.f.peer, accept);
    const auto again = a.c.offers(a.f.peer);
    REQUIRE(again.size() == 2);
    CHECK(again[0].units + again[1].units == 2);
  }
  SECTION("everything was used") {
    accept.operations.push_back(launch({task("t1", offers[0], "cpus:3;mem:192")}));
    a.c.send(a.f.peer, accept);
    CHECK(a.c.offers(a.f.peer).empty());
    CHECK(open_units(a.c) == 0);
  }
  SECTION("what is left is given out once") {
    accept.operations.push_back(launch({task("t1", offers[0], "cpus:2;mem:128")}));
    a.c.send(a.f.peer, accept);
    CHECK(a.c.offer(a.f.peer).demand == "small");
    CHECK(a.c.offer(a.f.peer).units == 1);
  }
}

TEST_CASE("an offer that nobody answers opens its units again") {
  MasterOptions options;
  options.offer_timeout = 30s;
  Asked a({demand("job", 2)}, options);
  const Offer offer = a.c.offer(a.f.peer);
  a.c.advance(30s);
  CHECK(a.c.one<msg::Rescind>(a.f.peer).offer_id == offer.id);
  CHECK(a.c.offer(a.f.peer).units == 2);
}

TEST_CASE("an agent that goes opens the units of its offers again") {
  Asked a({demand("job", 2)});
  a.c.disconnect(a.agent.peer);
  CHECK(a.c.one<msg::Rescind>(a.f.peer).offer_id.size() > 0);
  CHECK(open_units(a.c) == 2);
  a.c.add_agent("h2");
  CHECK(a.c.offer(a.f.peer).units == 2);
}

TEST_CASE("a bad request is answered and changes nothing") {
  Asked a({demand("job", 9, "cpus:1")});
  const std::string what = GENERATE("count", "twice", "role");
  CAPTURE(what);
  if (what == "count") a.request({demand("job", 0)});
  if (what == "twice") a.request({demand("job", 1), demand("job", 1)});
  if (what == "role") a.request({demand("job", 1)}, "ops");
  const auto refused = a.c.one<msg::DemandRefused>(a.f.peer);
  CHECK(refused.role == (what == "role" ? "ops" : "eng"));
  CHECK_THAT(refused.message, Catch::Matchers::Contains(what == "role" ? "ops" : "job"));
  CHECK_FALSE(a.c.closed(a.f.peer));
  CHECK(open_units(a.c) == 5);
}

TEST_CASE("a demand whose time is over is told with what is open of it") {
  Demand job = demand("job", 9, "cpus:1");
  job.within = 10s;
  Asked a({job});
  CHECK(a.c.offer(a.f.peer).units == 4);
  a.c.advance(9s);
  CHECK(a.c.none<msg::DemandExpired>(a.f.peer));
  a.c.advance(1s);
  const auto expired = a.c.one<msg::DemandExpired>(a.f.peer);
  CHECK(expired.role == "eng");
  CHECK(expired.demand == "job");
  CHECK(expired.open_units == 5);
  CHECK(expired.message == "its time was over with 5 units not offered");
}

TEST_CASE("demands live on over a re-subscription, without the roles that are left") {
  Asked a({demand("job", 3)});
  const Offer offer = a.c.offer(a.f.peer);
  a.c.launch(a.f, offer, {task("t1", offer)}, {1h});
  CHECK(open_units(a.c) == 2);
  a.c.disconnect(a.f.peer);
  CHECK(open_units(a.c) == 2);
  const PeerId again = a.c.connect(PeerRole::scheduler);
  a.c.send(again, msg::Subscribe{a.f.info, {}, {}});
  CHECK(a.c.offer(again).units == 2);  // the filter went with the connection
  auto moved = std::make_shared<FrameworkInfo>(*a.f.info);
  moved->roles = {"ops"};
  const PeerId third = a.c.connect(PeerRole::scheduler);
  a.c.send(third, msg::Subscribe{moved, {}, {}});
  CHECK(a.c.view().frameworks[0].wanted.empty());
  CHECK(a.c.offer(third).demand.empty());
}

TEST_CASE("a subscription with a bad request is one all the same") {
  Cluster c;
  const PeerId peer = c.connect(PeerRole::scheduler);
  c.send(peer, msg::Subscribe{framework_info("f", {"eng"}), {}, {{"eng", {demand("job", 0)}}}});
  CHECK(c.all<msg::Subscribed>(peer).size() == 1);
  CHECK(c.all<msg::DemandRefused>(peer).size() == 1);
}

TEST_CASE("offer constraints are for the framework's own roles") {
  Cluster c;
  auto info = framework_info("f", {"eng"});
  AttributeConstraint ssd;
  ssd.attribute = "disk";
  ssd.predicate = AttributeConstraint::Predicate::text_equals;
  ssd.text = "ssd";
  info->offer_constraints["ops"] = {{{{ssd}}}};
  const PeerId peer = c.connect(PeerRole::scheduler);
  c.send(peer, msg::Subscribe{info, {}, {}});
  CHECK_THAT(c.one<msg::ErrorMessage>(peer).message, Catch::Matchers::Contains("'ops'"));
  CHECK(c.closed(peer));
}

}  // namespace mesoscore::test
