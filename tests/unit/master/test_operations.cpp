// RESERVE, UNRESERVE, CREATE and DESTROY in an ACCEPT.
#include "harness.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

std::shared_ptr<FrameworkInfo> sharing_framework(std::string name) {
  auto info = framework_info(std::move(name), {"eng"});
  info->capabilities.set(FrameworkCapability::shared_resources);
  return info;
}

struct Offered {
  Cluster c;
  Cluster::AgentPeer agent = c.add_agent("h1", "cpus:4;mem:1024;disk:1000");
  Cluster::FrameworkPeer f = c.add_framework(sharing_framework("f"));
  Offer offer = c.offer(f.peer);

  void accept(std::vector<Operation> operations, Filters filters = {}) {
    accept(f, offer, std::move(operations), filters);
  }
  void accept(const Cluster::FrameworkPeer& who, const Offer& what, std::vector<Operation> operations,
              Filters filters = {}) {
    c.send(who.peer, msg::Accept{{what.id}, std::move(operations), filters});
  }
  // What is offered next.
  Resources offered() const { return c.offer(f.peer).resources; }
  Resources total() const { return c.view().agents.at(0).info.resources; }
  TaskInfo task_with(std::string id, const Resources& resources) const {
    TaskInfo info = task(std::move(id), offer);
    info.resources = resources;
    return info;
  }
  // The volume is there, and offered to `f` again.
  void create_shared() {
    accept({reserve(reserved("disk:64", "eng")), create({shared})});
    offer = c.offer(f.peer);
  }
  const Resource shared = volume("v1", "eng", 64, true);
};

}  // namespace

TEST_CASE("RESERVE changes what is offered and what the agent has") {
  Offered r;
  r.accept({reserve(reserved("cpus:1;mem:256", "eng"))});
  const auto apply = r.c.one<msg::ApplyOperation>(r.agent.peer);
  CHECK(apply.framework->id == r.f.id);
  CHECK(std::get<ReserveOperation>(apply.operation.action).resources == reserved("cpus:1;mem:256", "eng"));
  CHECK(r.offered() == parsed("cpus:3;mem:768;disk:1000") + reserved("cpus:1;mem:256", "eng"));
  CHECK(r.total() == r.offered());
  CHECK(r.c.none<msg::OperationUpdate>(r.f.peer));
}

TEST_CASE("what was converted is offered at once, what was not used is filtered") {
  Offered r;
  r.accept({reserve(reserved("cpus:1", "eng")), launch({task("t", r.offer, "cpus:3;mem:1024")})}, {1h});
  // All that is free comes in the offer, as it has something that was not refused.
  CHECK(r.offered() == reserved("cpus:1", "eng") + parsed("disk:1000"));
}

TEST_CASE("what was converted and not used has no filter") {
  Offered r;
  r.accept({reserve(reserved("cpus:1", "eng")), launch({task("t", r.offer, "cpus:3;mem:1024;disk:1000")})},
           {1h});
  CHECK(r.offered() == reserved("cpus:1", "eng"));
}

TEST_CASE("the untouched rest alone is filtered when everything converted is used") {
  Offered r;
  r.accept({reserve(reserved("cpus:1;mem:64", "eng")),
            launch({r.task_with("t", reserved("cpus:1;mem:64", "eng"))})},
           {10s});
  CHECK(r.c.one<msg::RunTask>(r.agent.peer).task.resources == reserved("cpus:1;mem:64", "eng"));
  CHECK(r.c.none<msg::OfferMade>(r.f.peer));
  r.c.advance(11s);
  CHECK(r.offered() == parsed("cpus:3;mem:960;disk:1000"));
}

TEST_CASE("a later operation uses what an earlier one has made") {
  Offered r;
  const Resources cpus = reserved("cpus:1", "eng"), disk = reserved("disk:512", "eng");
  const Resource v1 = volume("v1", "eng", 512);
  r.accept({reserve(cpus + disk), create({v1}), launch({r.task_with("t", cpus + Resources{v1})})}, {0s});
  CHECK(r.c.all<msg::ApplyOperation>(r.agent.peer).size() == 2);
  CHECK(r.c.one<msg::RunTask>(r.agent.peer).task.resources == cpus + Resources{v1});
  CHECK(r.offered() == parsed("cpus:3;mem:1024;disk:488"));
  // The agent hears of them in the order in which they build on each other.
  std::vector<std::string_view> order;
  for (const Envelope& envelope : r.c.sent) {
    if (envelope.to == r.agent.peer) order.push_back(message_name(envelope.message));
  }
  CHECK(order == std::vector<std::string_view>{"ApplyOperation", "ApplyOperation", "RunTask"});

  // The volume outlives the task.
  r.c.update(r.agent, r.f, "t", TaskState::finished);
  CHECK(r.c.offers(r.f.peer).back().resources == cpus + Resources{v1});
}

TEST_CASE("an operation that fails is left out, and what builds on it fails") {
  Offered r;
  r.accept({create({volume("v1", "eng")}, OperationId("create")),
            launch({r.task_with("t", Resources{volume("v1", "eng")})}), launch({task("other", r.offer)})});
  const auto answer = r.c.one<msg::OperationUpdate>(r.f.peer);
  CHECK(answer.operation_id == "create");
  CHECK(answer.state == OperationState::error);
  CHECK(answer.agent_id == r.agent.id);
  CHECK_FALSE(answer.uuid);
  CHECK_THAT(answer.message, Catch::StartsWith("CREATE: it needs disk{dynamic=eng}:64, but there is cpus:4"));
  CHECK(r.c.status(r.f.peer).task_id == "t");
  CHECK(r.c.status(r.f.peer).state == TaskState::error);
  CHECK(r.c.one<msg::RunTask>(r.agent.peer).task.task_id == "other");
  CHECK(r.c.none<msg::ApplyOperation>(r.agent.peer));
  CHECK(r.total() == parsed("cpus:4;mem:1024;disk:1000"));
}

TEST_CASE("an operation without an id that fails is dropped without a word") {
  Offered r;
  r.accept({reserve(reserved("cpus:9", "eng")), reserve({}), unreserve(parsed("cpus:1"))}, {0s});
  CHECK(r.c.none<msg::OperationUpdate>(r.f.peer));
  CHECK(r.c.none<msg::ApplyOperation>(r.agent.peer));
  CHECK(r.offered() == parsed("cpus:4;mem:1024;disk:1000"));
}

TEST_CASE("the rules are those of the framework") {
  Offered r;
  const auto refusal = [&](Operation operation) {
    operation.id = OperationId("o");
    r.accept({std::move(operation)}, {0s});
    const std::string message = r.c.one<msg::OperationUpdate>(r.f.peer).message;
    CHECK(r.c.none<msg::ApplyOperation>(r.agent.peer));
    r.offer = r.c.offer(r.f.peer);
    return message;
  };
  CHECK_THAT(refusal(reserve(reserved("cpus:1", "ads"))), Catch::Contains("offered to role 'eng'"));
  CHECK_THAT(refusal({{}, ReserveOperation{reserved("cpus:1", "eng"), parsed("cpus:1")}}),
             Catch::Contains("only operators"));
  CHECK_THAT(refusal(destroy({volume("v", "eng")})), Catch::Contains("does not exist"));
  CHECK_THAT(refusal({{}, GrowVolumeOperation{}}), Catch::Contains("no agent can resize"));
  CHECK_THAT(refusal({{}, ShrinkVolumeOperation{}}), Catch::Contains("no agent can resize"));
}

TEST_CASE("UNRESERVE gives a part back") {
  Offered r;
  r.accept({reserve(reserved("cpus:2", "eng"))});
  r.offer = r.c.offer(r.f.peer);
  r.accept({unreserve(reserved("cpus:0.5", "eng"))});
  CHECK(r.offered() == parsed("cpus:2.5;mem:1024;disk:1000") + reserved("cpus:1.5", "eng"));
}

TEST_CASE("what is reserved is not offered to other roles") {
  Offered r;
  r.accept({reserve(reserved("cpus:4;mem:1024", "eng"))}, {0s});
  const auto other = r.c.add_framework(framework_info("other", {"ads"}));
  r.c.disconnect(r.f.peer);
  CHECK(r.c.none<msg::OfferMade>(other.peer));  // the disk alone is below the minimum
  r.c.advance(10s);
  CHECK(r.c.none<msg::OfferMade>(other.peer));
}

TEST_CASE("ids of operations are unique") {
  Offered r;
  r.accept({reserve(reserved("cpus:1", "eng"), OperationId("o")),
            reserve(reserved("cpus:1", "eng"), OperationId("o"))});
  CHECK(r.c.all<msg::ApplyOperation>(r.agent.peer).size() == 1);
  CHECK_THAT(r.c.one<msg::OperationUpdate>(r.f.peer).message, Catch::Contains("\"o\" is in use"));
}

TEST_CASE("a framework may have so many unacknowledged operations") {
  MasterOptions options;
  options.limits.max_operations_per_framework = 2;
  Cluster c(options);
  const auto agent = c.add_agent();
  const auto f = c.add_framework(framework_info("f", {"eng"}));
  std::vector<Operation> operations;
  for (const char* id : {"o1", "o2", "o3"})
    operations.push_back(reserve(reserved("cpus:1", "eng"), OperationId(id)));
  operations.push_back(reserve(reserved("cpus:1", "eng")));  // needs no record for long
  const OfferId offer = c.offer(f.peer).id;
  c.send(f.peer, msg::Accept{{offer}, operations, {}});
  CHECK(c.all<msg::ApplyOperation>(agent.peer).size() == 3);
  const auto refused = c.one<msg::OperationUpdate>(f.peer);
  CHECK(refused.operation_id == "o3");
  CHECK_THAT(refused.message, Catch::Contains("2 operations that are not acknowledged"));
}

TEST_CASE("operations with an id hear of invalid offers") {
  Offered r;
  r.offer.id = OfferId("stale");
  r.accept({reserve(reserved("cpus:1", "eng"), OperationId("o")), reserve(reserved("cpus:1", "eng")),
            launch({task("t", r.offer)})});
  const auto answer = r.c.one<msg::OperationUpdate>(r.f.peer);
  CHECK(answer.operation_id == "o");
  CHECK(answer.state == OperationState::error);
  CHECK_THAT(answer.message, Catch::Contains("stale"));
  CHECK(r.c.status(r.f.peer).state == TaskState::dropped);
}

TEST_CASE("a volume that a task uses is not destroyed") {
  Offered r;
  r.create_shared();
  r.accept({launch({r.task_with("t", parsed("cpus:1;mem:64") + Resources{r.shared})}),
            destroy({r.shared}, OperationId("o"))},
           {0s});
  CHECK_THAT(r.c.one<msg::OperationUpdate>(r.f.peer).message, Catch::Contains("'v1' is in use by a task"));
  r.c.update(r.agent, r.f, "t", TaskState::finished);
  r.offer = r.c.offers(r.f.peer).back();
  CHECK(r.total().contains(Resources{r.shared}));
}

TEST_CASE("tasks share a volume, and it ends with all its copies") {
  Offered r;
  r.create_shared();
  REQUIRE(r.offer.resources.contains(Resources{r.shared}));
  const Resources each = parsed("cpus:1;mem:64") + Resources{r.shared};
  r.accept({launch({r.task_with("t1", each), r.task_with("t2", each)})}, {0s});
  CHECK(r.c.all<msg::RunTask>(r.agent.peer).size() == 2);
  CHECK(r.c.none<msg::Update>(r.f.peer));
  r.offer = r.c.offer(r.f.peer);
  CHECK(r.offer.resources.contains(Resources{r.shared}));

  r.c.update(r.agent, r.f, "t1", TaskState::finished);
  r.c.send(r.f.peer, msg::Decline{{r.c.offer(r.f.peer).id}, {1h}});
  r.accept({destroy({r.shared}, OperationId("early"))}, {0s});
  CHECK_THAT(r.c.one<msg::OperationUpdate>(r.f.peer).message, Catch::Contains("in use"));
  r.offer = r.c.offer(r.f.peer);
  r.c.update(r.agent, r.f, "t2", TaskState::finished);
  r.accept({destroy({r.shared})}, {0s});
  CHECK(r.c.none<msg::OperationUpdate>(r.f.peer));
  CHECK(r.total() == parsed("cpus:4;mem:1024;disk:936") + reserved("disk:64", "eng"));
}

TEST_CASE("DESTROY of a shared volume rescinds the other offers that hold it") {
  Offered r;
  r.create_shared();
  const auto g = r.c.add_framework(sharing_framework("g"));
  r.accept({launch({task("t", r.offer, "cpus:1;mem:64")})}, {1h});
  const auto others = r.c.offers(g.peer);
  REQUIRE(others.size() == 1);
  REQUIRE(others[0].resources.contains(Resources{r.shared}));
  r.c.send(r.f.peer, msg::Revive{});
  r.c.update(r.agent, r.f, "t", TaskState::finished);
  const Offer again = r.c.offer(r.f.peer);
  REQUIRE(again.resources.contains(Resources{r.shared}));
  r.accept(r.f, again, {destroy({r.shared})});
  CHECK(r.c.one<msg::Rescind>(g.peer).offer_id == others[0].id);
  CHECK(r.total() == parsed("cpus:4;mem:1024;disk:936") + reserved("disk:64", "eng"));
}

}  // namespace mesoscore::test
