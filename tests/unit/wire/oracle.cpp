// Google's protobuf is the judge: it reads what we write, and we read what it writes.
#include <set>
#include <utility>

#include <google/protobuf/util/message_differencer.h>

#include "catch.hpp"
#include "samples.hpp"
#include "to_proto.hpp"
#include "wire/codec.hpp"

using namespace mesoscore;
using google::protobuf::util::MessageDifferencer;

namespace {

constexpr std::size_t kAlternatives = std::variant_size_v<Message>;

// Empty when both say the same (a member that is not there says its default).
std::string difference(const v1_subset::Frame& a, const v1_subset::Frame& b) {
  MessageDifferencer differencer;
  differencer.set_message_field_comparison(MessageDifferencer::EQUIVALENT);
  std::string report;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(a, b) ? std::string() : report + "(different)";
}

std::string encoded(const Message& message) {
  std::string out;
  wire::encode(message, out);
  return out;
}

template <class Check>
void for_many_messages(Check check) {
  for (std::size_t alternative = 0; alternative < kAlternatives; ++alternative) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const double fill = seed % 3 == 0 ? 0.0 : seed % 3 == 1 ? 0.5 : 1.0;
      const Message message = Sampler(seed * 1000 + alternative, fill).message(alternative);
      INFO(message_name(message) << ", seed " << seed);
      REQUIRE(message.index() == alternative);
      check(message);
    }
  }
}

}  // namespace

TEST_CASE("protobuf reads what we write") {
  for_many_messages([](const Message& message) {
    v1_subset::Frame read;
    REQUIRE(read.ParseFromString(encoded(message)));
    REQUIRE(difference(read, to_proto(message)) == "");
    // Nothing is left over: each of our numbers is one of the oracle's.
    v1_subset::Frame known = read;
    known.DiscardUnknownFields();
    REQUIRE(known.ByteSizeLong() == read.ByteSizeLong());
  });
}

TEST_CASE("we read what protobuf writes") {
  for_many_messages([](const Message& message) {
    const v1_subset::Frame expected = to_proto(message);
    std::string bytes;
    REQUIRE(expected.SerializeToString(&bytes));
    const Result<Message> read = wire::decode(bytes);
    if (!read) FAIL(read.error().message);
    REQUIRE(read->index() == message.index());
    REQUIRE(difference(to_proto(*read), expected) == "");
  });
}

TEST_CASE("what we write we read") {
  for_many_messages([](const Message& message) {
    const std::string bytes = encoded(message);
    const Result<Message> read = wire::decode(bytes);
    if (!read) FAIL(read.error().message);
    REQUIRE(difference(to_proto(*read), to_proto(message)) == "");
    REQUIRE(encoded(*read) == bytes);
  });
}

TEST_CASE("all that an operator may ask is said with the numbers of the oracle") {
  const std::size_t operator_call = Message(msg::OperatorCall()).index();
  std::set<std::pair<std::size_t, std::size_t>> seen;  // of actions, and of operations on an agent
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    const Message message = Sampler(seed, 0.3).message(operator_call);
    const OperatorAction& action = std::get<msg::OperatorCall>(message).action;
    const auto* operate = std::get_if<OperateOnAgent>(&action);
    seen.emplace(action.index(), operate ? operate->operation.action.index() : 0);
    const std::string bytes = encoded(message);
    v1_subset::Frame read;
    REQUIRE(read.ParseFromString(bytes));
    REQUIRE(difference(read, to_proto(message)) == "");
    const Result<Message> back = wire::decode(to_proto(message).SerializeAsString());
    if (!back) FAIL(back.error().message);
    REQUIRE(encoded(*back) == bytes);
  }
  CHECK(seen.size() ==
        std::variant_size_v<OperatorAction> - 1 + std::variant_size_v<decltype(Operation::action)>);
}

TEST_CASE("the message numbers are those of the oracle's frame, and the names fit") {
  for (std::size_t alternative = 0; alternative < kAlternatives; ++alternative) {
    const Message message = Sampler(1, 1.0).message(alternative);
    const v1_subset::Frame frame = to_proto(message);
    std::vector<const google::protobuf::FieldDescriptor*> set;
    frame.GetReflection()->ListFields(frame, &set);
    REQUIRE(set.size() == 1);
    CHECK(static_cast<std::size_t>(set.front()->number()) == alternative + 1);
  }
  CHECK(message_name(Message(msg::Heartbeat())) == "Heartbeat");
  CHECK(message_name(Message(msg::Subscribed())) == "Subscribed");
  CHECK(message_name(Message(msg::RunTask())) == "RunTask");
  CHECK(message_name(Message(msg::ExecutorShutdown())) == "ExecutorShutdown");
  CHECK(message_name(Message(msg::OperationUpdate())) == "OperationUpdate");
  CHECK(message_name(Message(msg::Request())) == "Request");
  CHECK(message_name(Message(msg::OperatorAnswer())) == "OperatorAnswer");
}

TEST_CASE("defaults of Mesos v1 hold for what is not there") {
  v1_subset::Frame frame;
  auto& framework = *frame.mutable_subscribe()->mutable_framework_info();
  framework.set_name("n");
  framework.set_user("u");
  const auto read_back = [&] { return wire::decode(frame.SerializeAsString()).value(); };
  Message message = read_back();
  const FrameworkInfo* info = std::get<msg::Subscribe>(message).framework.get();
  CHECK_FALSE(info->checkpoint);
  CHECK(info->capabilities == FrameworkCapabilities());
  CHECK(info->roles == std::vector<RoleName>{"*"});
  CHECK(info->failover_timeout == Duration::zero());

  framework.set_role("eng");
  message = read_back();
  CHECK(std::get<msg::Subscribe>(message).framework->roles == std::vector<RoleName>{"eng"});

  frame.Clear();
  frame.mutable_decline();
  message = read_back();
  CHECK(std::get<msg::Decline>(message).filters.refuse == std::chrono::seconds(5));

  frame.Clear();
  auto& task = *frame.mutable_launch_task()->mutable_task();
  task.set_name("n");
  task.mutable_task_id()->set_value("t");
  task.mutable_agent_id()->set_value("a");
  task.mutable_command()->set_value("true");
  task.mutable_kill_policy();
  message = read_back();
  CHECK(std::get<msg::LaunchTask>(message).task.command->shell);
  CHECK(std::get<msg::LaunchTask>(message).task.kill_policy->grace_period == std::chrono::seconds(3));
}

TEST_CASE("the old form of reservations is understood, and the refined one written") {
  v1_subset::Frame frame;
  auto& agent = *frame.mutable_register_agent()->mutable_agent();
  agent.set_hostname("h");
  auto& resource = *agent.add_resources();
  resource.set_name("cpus");
  resource.set_type(v1_subset::Value::SCALAR);
  resource.mutable_scalar()->set_value(2);
  resource.set_role("eng");
  const auto read_back = [&] { return wire::decode(frame.SerializeAsString()); };
  const auto stack = [&] {
    const Message message = read_back().value();
    return std::get<msg::RegisterAgent>(message).agent->resources.begin()->traits().reservations;
  };
  CHECK(stack() == std::vector<Reservation>{{Reservation::Type::static_, "eng", "", {}}});
  resource.mutable_reservation()->set_principal("p");
  CHECK(stack() == std::vector<Reservation>{{Reservation::Type::dynamic, "eng", "p", {}}});

  auto& refined = *resource.add_reservations();
  refined.set_type(v1_subset::Resource::ReservationInfo::DYNAMIC);
  refined.set_role("eng");
  refined.set_principal("p");
  CHECK(stack().size() == 1);  // both forms, and they agree
  refined.set_role("ops");
  REQUIRE_FALSE(read_back());
  CHECK(read_back().error().message.find("disagree") != std::string::npos);
  resource.clear_role();
  resource.clear_reservation();
  CHECK(stack().front().role == "ops");
  resource.clear_reservations();
  resource.set_role("*");
  CHECK(stack().empty());
  resource.mutable_reservation();
  CHECK_FALSE(read_back());
}

TEST_CASE("times and durations come back as they were") {
  Rng rng(5);
  for (int i = 0; i < 10'000; ++i) {
    msg::Update update;
    update.status.task_id = "t";
    update.status.timestamp = 1e9 + rng.uniform() * 1e9;
    update.status.unreachable_time = 1e9 + rng.uniform() * 1e9;
    const Message read = wire::decode(encoded(Message(update))).value();
    REQUIRE(std::get<msg::Update>(read).status == update.status);
  }
  for (int i = 0; i < 10'000; ++i) {
    msg::Decline decline;
    decline.filters.refuse = std::chrono::nanoseconds(rng.below(1'000'000'000'000'000));  // eleven days
    const Message read = wire::decode(encoded(Message(decline))).value();
    REQUIRE(std::get<msg::Decline>(read).filters.refuse == decline.filters.refuse);
    msg::AgentRegistered registered{"a", "m", Duration(static_cast<Duration::rep>(rng.next()))};
    const Message other = wire::decode(encoded(Message(registered))).value();
    REQUIRE(std::get<msg::AgentRegistered>(other).ping_timeout == registered.ping_timeout);
  }
}
