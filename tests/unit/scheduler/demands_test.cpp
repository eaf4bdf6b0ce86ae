// REQUEST: stated demand, and what is still open of it after a re-subscription.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

Demand demand_of(std::string id, std::uint32_t count, std::string_view unit = "cpus:1;mem:64") {
  Demand demand;
  demand.id = id;
  demand.unit = Quantities::parse(unit).value();
  demand.count = count;
  return demand;
}

Offer offer_for(std::string id, std::string demand, std::uint32_t units, std::string_view resources) {
  Offer offer = offer_of(std::move(id));
  offer.role = "eng";
  offer.demand = demand;
  offer.units = units;
  offer.resources = Resources::parse(resources).value();
  return offer;
}

TaskInfo task_with(std::string id, std::string_view resources) {
  TaskInfo task = task_of(std::move(id));
  task.resources = Resources::parse(resources).value();
  return task;
}

class Wishing : public Client {
 public:
  Wishing() : Client(options_of("f", {"eng", "ops"})) {}
  void request(std::vector<Demand> demands, std::string role = "eng") {
    submit(msg::Request{role, std::move(demands)});
  }
  // The connection breaks, and the next Subscribe is what this returns.
  msg::Subscribe resubscribe() {
    step(PeerDisconnected{master, "gone"});
    return dial();
  }
  msg::Subscribe dial() {
    next();
    connect();
    return only<msg::Subscribe>(master);
  }
};

}  // namespace

TEST_CASE("a request goes to the master, and one made before comes with the subscription") {
  Wishing c;
  c.request({demand_of("job", 4)});
  CHECK(c.quiet());
  c.next();
  c.connect();
  const auto& call = c.only<msg::Subscribe>(c.master);
  REQUIRE(call.requests.size() == 1);
  CHECK(call.requests[0].role == "eng");
  CHECK(call.requests[0].demands == std::vector<Demand>{demand_of("job", 4)});
  c.request({demand_of("late", 1)}, "ops");  // the Subscribe has left without it
  CHECK(c.quiet());
  c.subscribed();
  CHECK(c.only<msg::Request>(c.master).role == "ops");
  c.request({demand_of("other", 2)});
  CHECK(c.only<msg::Request>(c.master).demands.at(0).id == "other");
}

TEST_CASE("a bad request is refused at once and changes nothing") {
  Wishing c;
  c.subscribe();
  c.request({demand_of("job", 4)});
  c.request({demand_of("job", 0)});
  CHECK(c.nothing<msg::Request>());
  REQUIRE(c.delivered<msg::DemandRefused>().size() == 1);
  CHECK(c.delivered<msg::DemandRefused>()[0].role == "eng");
  CHECK_THAT(c.delivered<msg::DemandRefused>()[0].message, Catch::Matchers::Contains("'job'"));
  c.request({demand_of("job", 1)}, "web");
  REQUIRE(c.delivered<msg::DemandRefused>().size() == 1);
  CHECK_THAT(c.delivered<msg::DemandRefused>()[0].message, Catch::Matchers::Contains("\"web\""));
  CHECK(c.resubscribe().requests.at(0).demands.at(0).count == 4);
}

TEST_CASE("after a lost connection only what is open is wanted again") {
  Wishing c;
  c.subscribe();
  c.request({demand_of("job", 9), demand_of("other", 1)});
  c.receive(msg::OfferMade{offer_for("o1", "job", 2, "cpus:2;mem:128")});
  c.receive(msg::OfferMade{offer_for("o2", "job", 3, "cpus:3;mem:192")});
  c.receive(msg::OfferMade{offer_for("o3", "job", 1, "cpus:1;mem:64")});
  c.receive(msg::OfferMade{offer_for("o4", "job", 1, "cpus:1;mem:64")});
  c.submit(
      accept_of("o1", {task_with("t1", "cpus:1;mem:64"), task_with("t2", "cpus:1;mem:64")}));  // both used
  c.submit(accept_of("o2", {task_with("t3", "cpus:1;mem:64")}));  // two of three are left
  c.submit(msg::Decline{{OfferId("o3")}, {}});                    // o4 goes with the connection
  const msg::Subscribe call = c.resubscribe();
  REQUIRE(call.requests.size() == 1);
  REQUIRE(call.requests[0].demands.size() == 2);
  CHECK(call.requests[0].demands[0].count == 9 - 3);
  CHECK(call.requests[0].demands[1].count == 1);
  CHECK(call.suppressed_roles.empty());
}

TEST_CASE("of a unit that was used in part nothing is open") {
  Wishing c;
  c.subscribe();
  c.request({demand_of("job", 2)});
  c.receive(msg::OfferMade{offer_for("o1", "job", 2, "cpus:2;mem:128")});
  c.submit(accept_of("o1", {task_with("t1", "cpus:1;mem:32")}));  // leaves cpus:1;mem:96, one whole unit
  CHECK(c.resubscribe().requests.at(0).demands.at(0).count == 1);
}

TEST_CASE("a role in which nothing is wanted any more is suppressed until the next request") {
  Wishing c;
  c.subscribe();
  c.request({demand_of("job", 1)});
  c.receive(msg::OfferMade{offer_for("o1", "job", 1, "cpus:1;mem:64")});
  c.submit(accept_of("o1", {task_with("t1", "cpus:1;mem:64")}));
  const msg::Subscribe call = c.resubscribe();
  CHECK(call.requests.empty());
  CHECK(call.suppressed_roles == std::vector<RoleName>{"eng"});
  c.subscribed();

  c.submit(msg::Revive{});  // would bring whole agents in eng
  CHECK(c.only<msg::Revive>(c.master).roles == std::vector<RoleName>{"ops"});
  c.submit(msg::Revive{{"eng"}});
  CHECK(c.quiet());

  c.request({demand_of("next", 1)});
  CHECK(c.only<msg::Request>(c.master).demands.size() == 1);
  CHECK(c.only<msg::Revive>(c.master).roles == std::vector<RoleName>{"eng"});
  c.submit(msg::Revive{});
  CHECK(c.only<msg::Revive>(c.master).roles.empty());
}

TEST_CASE("no demands at all mean whole agents again") {
  Wishing c;
  c.subscribe();
  c.request({demand_of("job", 1)});
  c.request({});
  CHECK(c.only<msg::Request>(c.master).demands.empty());
  const msg::Subscribe call = c.resubscribe();
  CHECK(call.requests.empty());
  CHECK(call.suppressed_roles.empty());
}

TEST_CASE("what was suppressed by the application stays so") {
  Wishing c;
  c.subscribe();
  c.request({demand_of("job", 1)});
  c.receive(msg::OfferMade{offer_for("o1", "job", 1, "cpus:1;mem:64")});
  c.submit(accept_of("o1", {task_with("t1", "cpus:1;mem:64")}));
  c.submit(msg::Suppress{{"eng"}});
  CHECK(c.resubscribe().suppressed_roles == std::vector<RoleName>{"eng"});
  c.subscribed();
  c.request({demand_of("next", 1)});
  CHECK(c.nothing<msg::Revive>());
}

TEST_CASE("the time of a demand goes on without a master") {
  Wishing c;
  c.subscribe();
  Demand slow = demand_of("slow", 3), quick = demand_of("quick", 2);
  slow.within = 1h;
  quick.within = 10s;
  c.request({slow, quick});
  c.step(PeerDisconnected{c.master, "gone"});
  c.sleep(20s);
  const msg::Subscribe call = c.dial();
  REQUIRE(call.requests.size() == 1);
  REQUIRE(call.requests[0].demands.size() == 1);
  CHECK(call.requests[0].demands[0].id == "slow");
  CHECK(call.requests[0].demands[0].within <= 1h - 20s);
  CHECK(c.delivered<msg::DemandExpired>().empty());  // the application hears of it when it is subscribed
  c.subscribed();
  REQUIRE(c.delivered<msg::DemandExpired>().size() == 1);
  CHECK(c.delivered<msg::DemandExpired>()[0].demand == "quick");
  CHECK(c.delivered<msg::DemandExpired>()[0].open_units == 2);
  c.receive(msg::DemandExpired{"eng", "quick", 2, "again"});  // a master that had it too
  CHECK(c.delivered<msg::DemandExpired>().empty());
}

TEST_CASE("an expired demand is delivered once and not wanted again") {
  Wishing c;
  c.subscribe();
  Demand job = demand_of("job", 2);
  job.within = 10s;
  c.request({job});
  c.sleep(10s);
  c.receive(msg::DemandExpired{"eng", "job", 2, "late"});
  REQUIRE(c.delivered<msg::DemandExpired>().size() == 1);
  c.request({job});
  c.receive(msg::DemandExpired{"eng", "job", 2, "of the first statement"});  // crossed the second
  CHECK(c.delivered<msg::DemandExpired>().empty());
  CHECK(c.resubscribe().requests.at(0).demands.at(0).count == 2);
}

}  // namespace mesoscore::test
