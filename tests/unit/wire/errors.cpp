// Bytes that are not what they should be: a clear protocol_error with the path of the field, never more.
#include "catch.hpp"
#include "mesoscore/limits.hpp"
#include "samples.hpp"
#include "v1_subset.pb.h"
#include "wire/codec.hpp"
#include "wire/decoder.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;
using v1_subset::Frame;

namespace {

std::string error_of(std::string_view bytes) {
  const Result<Message> read = wire::decode(bytes);
  REQUIRE_FALSE(read);
  CHECK(read.error() == Errc::protocol_error);
  return read.error().message;
}
std::string error_of(const Frame& frame) { return error_of(frame.SerializePartialAsString()); }

std::string encoded(const Message& message) {
  std::string bytes;
  wire::encode(message, bytes);
  return bytes;
}

Frame update() {
  Frame frame;
  auto& status = *frame.mutable_update()->mutable_status();
  status.mutable_task_id()->set_value("t");
  status.set_state(v1_subset::TASK_RUNNING);
  return frame;
}

Frame with_resource() {
  Frame frame;
  auto& agent = *frame.mutable_register_agent()->mutable_agent();
  agent.set_hostname("h");
  auto& resource = *agent.add_resources();
  resource.set_name("cpus");
  resource.set_type(v1_subset::Value::SCALAR);
  resource.mutable_scalar()->set_value(1);
  return frame;
}
v1_subset::Resource& resource_of(Frame& frame) {
  return *frame.mutable_register_agent()->mutable_agent()->mutable_resources(0);
}

}  // namespace

TEST_CASE("a required field that is missing is named with its path") {
  Frame frame = update();
  frame.mutable_update()->mutable_status()->clear_state();
  CHECK(error_of(frame) == "Update.status.state: is missing");
  frame = update();
  frame.mutable_update()->mutable_status()->mutable_task_id()->clear_value();
  CHECK(error_of(frame) == "Update.status.task_id.value: is missing");
  CHECK(error_of(Frame()) == "frame: holds no message");
  frame.Clear();
  frame.mutable_run_task();
  CHECK(error_of(frame) == "RunTask.framework: is missing");
  frame.Clear();
  frame.mutable_executor_subscribe()->mutable_framework_id()->set_value("f");
  CHECK(error_of(frame) == "ExecutorSubscribe.executor_id: is missing");
}

TEST_CASE("no message is accepted without what it requires") {
  // Removing any one field of a full message gives a message or a protocol_error; pointers are never null.
  for (std::size_t i = 0; i < std::variant_size_v<Message>; ++i) {
    std::string empty;
    empty += static_cast<char>((i + 1) << 3 & 0x7f) | static_cast<char>(2);
    if (i + 1 >= 16) {
      empty.back() = static_cast<char>(static_cast<unsigned char>(empty.back()) | 0x80);
      empty += static_cast<char>((i + 1) >> 4);
    }
    empty += '\0';
    const Result<Message> read = wire::decode(empty);
    if (!read) continue;
    CHECK(read->index() == i);
    std::visit(
        [](const auto& body) {
          if constexpr (requires { body.framework; }) CHECK(body.framework);
          if constexpr (requires { body.agent; }) CHECK(body.agent);
          if constexpr (requires { body.offer; }) CHECK(body.offer.agent);
        },
        *read);
  }
}

TEST_CASE("ids, uuids and data have bounds") {
  Frame frame = update();
  auto& status = *frame.mutable_update()->mutable_status();
  status.mutable_task_id()->set_value(std::string(kMaxIdBytes, 'x'));
  CHECK(wire::decode(frame.SerializeAsString()).has_value());
  status.mutable_task_id()->set_value(std::string(kMaxIdBytes + 1, 'x'));
  CHECK(error_of(frame) == "Update.status.task_id.value: 256 bytes, at most 255");
  status.mutable_task_id()->set_value("t");
  status.set_uuid("fifteen bytes..");
  CHECK(error_of(frame) == "Update.status.uuid: 15 bytes, expected 16");
  status.clear_uuid();
  status.set_data(std::string(kMaxMessageDataBytes, 'd'));
  CHECK(wire::decode(frame.SerializeAsString()).has_value());
  status.set_data(std::string(kMaxMessageDataBytes + 1, 'd'));
  CHECK_THAT(error_of(frame), Contains("Update.status.data: 4194305 bytes"));
}

TEST_CASE("enumerations: unknown numbers are errors, an unknown reason or capability is not") {
  // state = 14
  CHECK(error_of("\x8a\x01\x09\x0a\x07\x0a\x03\x0a\x01t\x10\x0e") ==
        "Update.status.state: has the unknown value 14");
  Frame frame = update();
  frame.mutable_update()->mutable_status()->set_reason(999);
  const Message read = wire::decode(frame.SerializeAsString()).value();
  CHECK_FALSE(std::get<msg::Update>(read).status.reason);

  frame.Clear();
  auto& framework = *frame.mutable_subscribe()->mutable_framework_info();
  framework.set_user("");
  framework.set_name("");
  std::string bytes = frame.SerializeAsString();
  const std::string unknown_capability("\x52\x02\x08\x63", 4);
  std::string body = framework.SerializeAsString() + unknown_capability;
  body = std::string("\x0a") + static_cast<char>(body.size()) + body;
  bytes = std::string("\x1a") + static_cast<char>(body.size()) + body;
  const Message subscribe = wire::decode(bytes).value();
  CHECK(std::get<msg::Subscribe>(subscribe).framework->capabilities.bits() == 0);
}

TEST_CASE("numbers out of range are errors") {
  Frame frame;
  auto& agent = *frame.mutable_register_agent()->mutable_agent();
  agent.set_hostname("h");
  agent.set_port(65536);
  CHECK(error_of(frame) == "RegisterAgent.agent.port: is out of range");
  agent.set_port(-1);
  CHECK(error_of(frame) == "RegisterAgent.agent.port: is out of range");
  frame = update();
  frame.mutable_update()->mutable_status()->set_timestamp(std::numeric_limits<double>::quiet_NaN());
  CHECK(error_of(frame) == "Update.status.timestamp: is not a number");
  frame.Clear();
  frame.mutable_decline()->mutable_filters()->set_refuse_seconds(std::numeric_limits<double>::infinity());
  CHECK(std::get<msg::Decline>(wire::decode(frame.SerializeAsString()).value()).filters.refuse ==
        Duration::max());
}

TEST_CASE("resources are validated") {
  Frame frame = with_resource();
  CHECK(wire::decode(frame.SerializeAsString()).has_value());
  const auto broken = [](auto change) {
    Frame changed = with_resource();
    change(resource_of(changed));
    return error_of(changed);
  };
  using R = v1_subset::Resource;
  CHECK_THAT(broken([](R& r) { r.mutable_scalar()->set_value(-1); }), Contains("negative"));
  CHECK_THAT(broken([](R& r) { r.mutable_scalar()->set_value(0.0001); }), Contains("rounds to zero"));
  CHECK_THAT(broken([](R& r) { r.mutable_scalar()->set_value(1e300); }), Contains("too large"));
  CHECK_THAT(broken([](R& r) { r.mutable_scalar()->set_value(NAN); }), Contains("is not a number"));
  CHECK_THAT(broken([](R& r) { r.set_name(""); }), Contains("empty name"));
  CHECK_THAT(broken([](R& r) { r.clear_scalar(); }), Contains("no value of its type"));
  CHECK_THAT(broken([](R& r) { r.set_type(v1_subset::Value::RANGES); }),
             Contains("another type than its own"));
  CHECK_THAT(broken([](R& r) { r.mutable_set(); }), Contains("another type"));
  CHECK_THAT(broken([](R& r) { r.set_type(v1_subset::Value::TEXT); }), Contains("text"));
  CHECK_THAT(broken([](R& r) { r.add_reservations()->set_role("a/"); }), Contains("a/"));
  CHECK_THAT(broken([](R& r) { r.mutable_shared(); }), Contains("shared"));
  CHECK_THAT(broken([](R& r) {
               r.mutable_disk();
               r.mutable_disk()->mutable_persistence()->set_id("p");
             }),
             Contains("disk"));
  CHECK_THAT(broken([](R& r) {
               r.set_type(v1_subset::Value::RANGES);
               r.clear_scalar();
               auto& range = *r.mutable_ranges()->add_range();
               range.set_begin(5);
               range.set_end(4);
             }),
             Contains("RegisterAgent.agent.resources: range [5-4] ends before it begins"));
  auto& second = *frame.mutable_register_agent()->mutable_agent()->add_resources();
  second.set_name("cpus");
  second.set_type(v1_subset::Value::SET);
  second.mutable_set()->add_item("a");
  CHECK_THAT(error_of(frame), Contains("two kinds of value"));
}

TEST_CASE("an operation of an operator needs its agent, and resources that are well formed") {
  Frame frame;
  auto& call = *frame.mutable_operator_call();
  call.set_id(1);
  auto& reserve = *call.mutable_reserve_resources();
  CHECK(error_of(frame) == "OperatorCall.reserve_resources.agent_id: is missing");
  reserve.mutable_agent_id()->set_value("a");
  CHECK(wire::decode(frame.SerializeAsString()).has_value());
  auto& resource = *reserve.add_resources();
  resource.set_name("cpus");
  resource.set_type(v1_subset::Value::SCALAR);
  resource.mutable_scalar()->set_value(-1);
  CHECK_THAT(error_of(frame), Contains("OperatorCall.reserve_resources.resources: ") && Contains("negative"));
  call.clear_reserve_resources();
  call.mutable_grow_volume();
  CHECK(error_of(frame) == "OperatorCall.grow_volume.volume: is missing");
}

TEST_CASE("operations carry the body of their type") {
  Frame frame;
  auto& operation = *frame.mutable_accept()->add_operations();
  CHECK(error_of(frame) == "Accept.operations.type: is missing");
  operation.set_type(v1_subset::Offer::Operation::RESERVE);
  CHECK(error_of(frame) == "Accept.operations: has no body of its type");
  operation.mutable_reserve();
  CHECK(wire::decode(frame.SerializeAsString()).has_value());
  operation.mutable_create();
  CHECK_FALSE(wire::decode(frame.SerializeAsString()).has_value());
  // CREATE_DISK
  CHECK(error_of("\x2a\x04\x12\x02\x08\x0d") == "Accept.operations: operations of type 13 are not supported");
}

TEST_CASE("what is not protobuf is said to be so") {
  CHECK(error_of("") == "frame: holds no message");
  CHECK(error_of("\x8a") == "frame: is cut short");
  CHECK(error_of("\x0a\x05") == "frame: is cut short");
  CHECK(error_of(std::string_view("\x00\x00", 2)).starts_with("frame: is not protobuf"));
  CHECK(error_of("\x8a\x01\x02\x0a\x05") == "Update.status: is cut short");
  CHECK(error_of("\x08\x01") == "frame: does not begin with a message");
  CHECK(error_of(std::string_view("\x0a\x00\x0a\x00", 4)) == "frame: holds more than one message");
  CHECK(error_of("\x8a\x01\x02\x08\x05") == "Update.status: has another wire type than expected");
  CHECK_THAT(error_of(std::string("\x8a\x01\x0b\x08") + std::string(10, '\xff')), Contains("Update"));
}

TEST_CASE("unknown fields are skipped, unknown messages are told") {
  Frame frame = update();
  std::string status =
      frame.update().status().SerializeAsString() + std::string("\xfa\x3e\x02hi\xf8\x3e\x07", 8);
  status +=
      std::string("\xf9\x3e", 2) + std::string(8, '\1') + std::string("\xfd\x3e", 2) + std::string(4, '\1');
  std::string body = std::string("\x0a") + static_cast<char>(status.size()) + status;
  const std::string bytes = std::string("\x8a\x01") + static_cast<char>(body.size()) + body;
  CHECK(wire::decode(bytes).has_value());

  std::vector<Message> messages;
  const auto unknown = wire::decode("\xa2\x06\x02hi", messages);
  REQUIRE(unknown);
  CHECK(std::get<wire::Ignored>(*unknown).number == 100);
  CHECK(messages.empty());
  CHECK_FALSE(wire::decode("\xa2\x06\x02hi"));
}

TEST_CASE("cut and changed messages never do harm, whole or in part") {
  Rng rng(11);
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < std::variant_size_v<Message>; ++i) {
    std::string bytes;
    wire::encode(Sampler(i, 1.0).message(i), bytes);
    for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 200) {
      CHECK_FALSE(wire::decode(std::string_view(bytes).substr(0, cut)).has_value());
    }
    for (int round = 0; round < 300; ++round) {
      std::string changed = bytes;
      for (int flips = 0; flips < 3; ++flips)
        changed[rng.below(changed.size())] = static_cast<char>(rng.next());
      accepted += wire::decode(changed).has_value();
    }
  }
  CHECK(accepted > 0);
}

TEST_CASE("memory is bounded by the size of the frame") {
  // Millions of empty elements: two bytes each on the wire, hundreds in memory.
  std::string body;
  for (int i = 0; i < 200'000; ++i) body += std::string("\x12\x00", 2);
  std::string frame = "\xaa\x01";  // 21: ReregisterAgent; 2: tasks
  for (std::size_t size = body.size();; size >>= 7) {
    frame += static_cast<char>(size < 0x80 ? size : (size & 0x7f) | 0x80);
    if (size < 0x80) break;
  }
  CHECK_THAT(error_of(frame + body), Contains("tasks"));
  // Operations need nothing but a type.
  body.clear();
  for (int i = 0; i < 200'000; ++i) body += "\x12\x02\x08\x01";
  frame = "\x2a";
  for (std::size_t size = body.size();; size >>= 7) {
    frame += static_cast<char>(size < 0x80 ? size : (size & 0x7f) | 0x80);
    if (size < 0x80) break;
  }
  CHECK(error_of(frame + body) == "Accept.operations: has more elements than its size justifies");
}

TEST_CASE("a framework that came before is the same object, with other bytes another one") {
  msg::RunTask run;
  run.task = TaskInfo{.task_id = "t", .agent_id = "a", .name = "n", .function = "f"};
  const auto frame = [&](const char* name) {
    auto framework = std::make_shared<FrameworkInfo>();
    framework->name = name;
    run.framework = std::move(framework);
    std::string bytes;
    wire::encode(Message(run), bytes);
    return bytes;
  };
  std::vector<Message> messages;
  wire::Remembered memory;
  const std::string one = frame("one"), two = frame("two"), large = frame(std::string(5000, 'x').c_str());
  for (const std::string& each : {one, one, two, two, large, large, two})
    REQUIRE(wire::decode(each, messages, &memory));
  const auto framework = [&](std::size_t i) { return std::get<msg::RunTask>(messages.at(i)).framework; };
  CHECK(framework(0)->name == "one");
  CHECK(framework(1) == framework(0));
  CHECK(framework(2)->name == "two");
  CHECK(framework(3) == framework(2));
  CHECK(framework(5) != framework(4));  // too large to be kept
  CHECK(framework(5)->name == framework(4)->name);
  CHECK(framework(6) == framework(2));
  CHECK(std::get<msg::RunTask>(messages[1]).task == run.task);
  CHECK_FALSE(wire::decode(one.substr(0, one.size() - 1), messages, &memory));
}

TEST_CASE("texts of every length come back, wherever they end in the encoder's room") {
  for (std::size_t size = 0; size < 2500; size += size < 300 ? 1 : 37) {
    msg::Kill kill{TaskId(std::string(size % 255 + 1, 't')), AgentId("a"), KillPolicy{}};
    Message read = wire::decode(encoded(Message(kill))).value();
    CHECK(std::get<msg::Kill>(read).task_id == kill.task_id);
    msg::AgentUpdate update;
    update.framework_id = "f";
    update.status.task_id = "t";
    update.status.message = std::string(size, 'm');
    update.status.labels.assign(size / 40, Label{std::string(size / 10, 'k'), "v"});
    read = wire::decode(encoded(Message(update))).value();
    CHECK(std::get<msg::AgentUpdate>(read).status == update.status);
  }
}

TEST_CASE("honest messages of many small elements are within the bound") {
  msg::Reconcile reconcile;
  for (int i = 0; i < 100'000; ++i) reconcile.tasks.push_back({TaskId(std::to_string(i)), {}});
  std::string bytes;
  wire::encode(Message(reconcile), bytes);
  CHECK(wire::decode(bytes).has_value());
}

TEST_CASE("greetings and goodbyes") {
  std::string bytes;
  wire::encode(wire::Greeting{Hello{PeerRole::executor, 3, 4, 5, "software"}, std::nullopt}, bytes);
  CHECK(bytes.starts_with("MSC1"));
  auto greeting = wire::decode_greeting(bytes);
  REQUIRE(greeting);
  CHECK(greeting->hello.role == PeerRole::executor);
  CHECK(greeting->hello.major == 3);
  CHECK(greeting->hello.minor == 4);
  CHECK(greeting->hello.capabilities == 5);
  CHECK(greeting->hello.software == "software");
  CHECK_FALSE(greeting->refusal);
  bytes.clear();
  wire::encode(wire::Greeting{Hello{}, wire::Goodbye{Errc::connection_refused, "full\nup"}}, bytes);
  greeting = wire::decode_greeting(bytes);
  REQUIRE(greeting);
  CHECK(greeting->refusal->code == Errc::connection_refused);
  CHECK(greeting->refusal->text == "full up");
  CHECK(wire::decode_greeting("MSC1\x08\x63\x10\x01")->hello.role ==
        PeerRole::unknown);  // a role of the future
  CHECK_FALSE(wire::decode_greeting("MSC2\x10\x01"));
  CHECK(wire::decode_greeting("MSC1").error().message == "Hello.major: is missing");
  CHECK_FALSE(wire::decode_greeting("MS"));

  bytes.clear();
  wire::encode(wire::Goodbye{Errc::limit_exceeded, "why"}, bytes);
  std::vector<Message> messages;
  const auto frame = wire::decode(bytes, messages);
  REQUIRE(frame);
  CHECK(std::get<wire::Goodbye>(*frame).code == Errc::limit_exceeded);
  CHECK(std::get<wire::Goodbye>(*frame).text == "why");
}

TEST_CASE("a constraint that is not understood is an error and not another one") {
  Frame frame;
  auto& demand = *frame.mutable_request()->add_demands();
  frame.mutable_request()->set_role("r");
  demand.set_id("d");
  (*demand.mutable_unit()->mutable_quantities())["cpus"].set_value(1);
  auto& constraint = *demand.mutable_constraints()->add_groups()->add_attribute_constraints();
  constraint.mutable_selector()->set_attribute_name("rack");
  constraint.mutable_predicate();  // of a kind that only a newer peer knows
  CHECK(error_of(frame) ==
        "Request.demands.constraints.groups.attribute_constraints.predicate: is none of the known ones");
  constraint.mutable_predicate()->mutable_exists();
  CHECK(wire::decode(frame.SerializeAsString()));
  constraint.mutable_selector()->set_pseudoattribute_type(v1_subset::AttributeConstraint::Selector::UNKNOWN);
  CHECK_THAT(error_of(frame), Contains("pseudoattribute_type: has the unknown value 0"));
}

TEST_CASE("the framework and its constraints may come in any order") {
  Frame frame;
  frame.mutable_subscribe()->mutable_framework_info()->set_name("n");
  frame.mutable_subscribe()->mutable_framework_info()->set_user("u");
  Frame constraints;
  auto& groups = *constraints.mutable_subscribe()->mutable_offer_constraints()->mutable_role_constraints();
  auto& constraint = *groups["r"].add_groups()->add_attribute_constraints();
  constraint.mutable_selector()->set_attribute_name("rack");
  constraint.mutable_predicate()->mutable_text_equals()->set_value("r7");
  const std::string first = frame.subscribe().SerializeAsString();
  const std::string second = constraints.subscribe().SerializePartialAsString();
  for (const std::string& body : {first + second, second + first}) {
    std::string bytes(1, '\x1a');  // field 3, Subscribe
    bytes += static_cast<char>(body.size());
    const Result<Message> read = wire::decode(bytes + body);
    if (!read) FAIL(read.error().message);
    const FrameworkInfo& info = *std::get<msg::Subscribe>(*read).framework;
    CHECK(info.name == "n");
    REQUIRE(info.offer_constraints.count("r") == 1);
    CHECK(info.offer_constraints.at("r").any.at(0).all.at(0).text == "r7");
  }
  CHECK(error_of(constraints) == "Subscribe.framework_info: is missing");
}
