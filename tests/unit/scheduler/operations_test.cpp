// Updates of operations arrive at least once, are delivered once, and acknowledged exactly when they carry a
// uuid.
#include "harness.hpp"
#include "support/operation_resources.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

msg::Accept accept_with(std::vector<std::string> ids) {
  std::vector<Operation> operations;
  for (std::string& id : ids) operations.push_back(reserve(reserved("cpus:1", "eng"), OperationId(id)));
  return msg::Accept{{OfferId("o1")}, std::move(operations), {}};
}

msg::OperationUpdate operation(std::string id, OperationState state, std::optional<Uuid> update = {}) {
  msg::OperationUpdate told;
  told.operation_id = OperationId(id);
  told.state = state;
  told.agent_id = "a1";
  told.uuid = update;
  return told;
}

std::vector<std::string> asked(const Client& c) {
  std::vector<std::string> ids;
  for (const auto& item : only(c.sent<msg::ReconcileOperations>()).operations)
    ids.push_back(item.operation_id.str());
  return ids;
}

}  // namespace

TEST_CASE("an update of an operation is delivered and acknowledged") {
  Client c;
  c.subscribe();
  c.submit(accept_with({"o", ""}));
  CHECK(c.stats().pending_operations == 1);
  c.receive(operation("o", OperationState::finished, uuid(1)));
  CHECK(only(c.delivered<msg::OperationUpdate>()).state == OperationState::finished);
  const auto ack = only(c.sent<msg::AcknowledgeOperation>());
  CHECK(ack.uuid == uuid(1));
  CHECK(ack.operation_id == "o");
  CHECK(ack.agent_id == "a1");
  CHECK(c.stats().pending_operations == 0);
}

TEST_CASE("an update without a uuid is not acknowledged") {
  Client c;
  c.subscribe();
  c.submit(accept_with({"o"}));
  c.receive(operation("o", OperationState::pending));
  CHECK(c.delivered<msg::OperationUpdate>().size() == 1);
  CHECK(c.out().sends.empty());
  CHECK(c.stats().pending_operations == 1);
  c.receive(operation("o", OperationState::unreachable));
  CHECK(c.stats().pending_operations == 1);
  c.receive(operation("o", OperationState::error));
  CHECK(c.out().sends.empty());
  CHECK(c.stats().pending_operations == 0);
}

TEST_CASE("a repeated update of an operation is acknowledged again and delivered once") {
  Client c;
  c.subscribe();
  c.receive(operation("o", OperationState::finished, uuid(1)));
  c.receive(operation("o", OperationState::finished, uuid(1)));
  CHECK(c.out().deliveries.empty());
  CHECK(only(c.sent<msg::AcknowledgeOperation>()).uuid == uuid(1));
  CHECK(c.stats().duplicates == 1);
}

TEST_CASE("the application may acknowledge operations itself") {
  SchedulerOptions options = options_of();
  options.acknowledge = false;
  Client c(options);
  c.subscribe();
  c.receive(operation("o", OperationState::finished, uuid(1)));
  CHECK(c.sent<msg::AcknowledgeOperation>().empty());
  c.receive(operation("o", OperationState::finished, uuid(1)));
  CHECK(c.sent<msg::AcknowledgeOperation>().empty());
  c.disconnect();
  c.submit(msg::AcknowledgeOperation{"a1", "o", uuid(1)});
  CHECK(c.out().sends.empty());
  c.subscribe();
  c.receive(operation("o", OperationState::finished, uuid(1)));
  CHECK(only(c.sent<msg::AcknowledgeOperation>()).uuid == uuid(1));
}

TEST_CASE("without a connection operations are dropped at once") {
  Client c;
  c.subscribe();
  c.disconnect();
  c.submit(accept_with({"o", ""}));
  const auto dropped = only(c.delivered<msg::OperationUpdate>());
  CHECK(dropped.operation_id == "o");
  CHECK(dropped.state == OperationState::dropped);
  CHECK(c.stats().pending_operations == 0);
}

TEST_CASE("operations are asked about after a re-subscription") {
  Client c;
  c.subscribe();
  CHECK(c.sent<msg::ReconcileOperations>().empty());
  c.submit(accept_with({"o2", "o1", "o3"}));
  c.receive(operation("o3", OperationState::finished, uuid(1)));
  c.resubscribe();
  CHECK(asked(c) == std::vector<std::string>{"o1", "o2"});
  c.receive(operation("o1", OperationState::unknown));
  c.resubscribe();
  CHECK(asked(c) == std::vector<std::string>{"o2"});
}

TEST_CASE("a framework that is continued asks for all of its operations") {
  SchedulerOptions options = options_of();
  options.framework.id = "F";
  Client c(options);
  c.subscribe();
  CHECK(asked(c).empty());
}

TEST_CASE("the application may ask for operations") {
  Client c;
  c.submit(msg::ReconcileOperations{{{OperationId("held"), {}}}});
  CHECK(c.out().sends.empty());
  c.subscribe();
  CHECK(asked(c) == std::vector<std::string>{"held"});
  msg::ReconcileOperations many;
  for (int i = 0; i < 1500; ++i) many.operations.push_back({OperationId(std::to_string(i)), {}});
  c.submit(many);
  const auto parts = c.sent<msg::ReconcileOperations>();
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].operations.size() == 1000);
  CHECK(parts[1].operations.size() == 500);
}

TEST_CASE("operations are asked about from time to time") {
  SchedulerOptions options = options_of();
  options.reconcile_interval = 10s;
  Client c(options);
  c.subscribe(0s);
  c.submit(accept_with({"o"}));
  CHECK(c.next() == 10s);
  CHECK(asked(c) == std::vector<std::string>{"o"});
}
