// What is wrong with checks, containers, limits and questions to agents is said with the path of the field.
#include <cmath>

#include "catch.hpp"
#include "v1_subset.pb.h"
#include "wire/codec.hpp"

using namespace mesoscore;
using v1_subset::Frame;

namespace {

v1_subset::TaskInfo& task_of(Frame& frame) { return *frame.mutable_launch_task()->mutable_task(); }

Frame with_task() {
  Frame frame;
  task_of(frame).set_name("n");
  task_of(frame).mutable_task_id()->set_value("t");
  task_of(frame).mutable_agent_id()->set_value("a");
  return frame;
}

// What reading the message says after the change; empty if nothing is wrong.
template <class Change>
std::string error_of(Frame frame, Change change) {
  change(frame);
  const Result<Message> read = wire::decode(frame.SerializePartialAsString());
  if (read) return {};
  CHECK(read.error() == Errc::protocol_error);
  return read.error().message;
}
template <class Change>
std::string task_error(Change change) {
  return error_of(with_task(), [&](Frame& frame) { change(task_of(frame)); });
}
template <class Change>
std::string container_error(Change change) {
  return task_error([&](v1_subset::TaskInfo& task) {
    task.mutable_container()->set_type(v1_subset::ContainerInfo::MESOS);
    change(*task.mutable_container());
  });
}
template <class Change>
std::string status_error(Change change) {
  return error_of(Frame(), [&](Frame& frame) {
    auto& status = *frame.mutable_update()->mutable_status();
    status.mutable_task_id()->set_value("t");
    status.set_state(v1_subset::TASK_RUNNING);
    change(status);
  });
}

constexpr const char* kTask = "LaunchTask.task.";
std::string at(const std::string& rest) { return kTask + rest; }

// The message with one more field behind the others: bytes that protobuf does not write.
std::string with_raw(const v1_subset::TaskInfo& task, std::string_view field) {
  std::string body = task.SerializeAsString() + std::string(field);
  body = std::string("\x0a") + static_cast<char>(body.size()) + body;
  const Result<Message> read = wire::decode(std::string("\xd2\x02") + static_cast<char>(body.size()) + body);
  return read ? std::string() : read.error().message;
}

}  // namespace

TEST_CASE("the type of a check is that of what it has") {
  using Health = v1_subset::HealthCheck;
  const auto health = [](auto change) {
    return task_error([&](v1_subset::TaskInfo& task) { change(*task.add_health_check()); });
  };
  CHECK(health([](Health&) {}) == at("health_check.type: is missing"));
  CHECK(health([](Health& check) { check.set_type(Health::UNKNOWN); }) ==
        at("health_check: is of type UNKNOWN, but what it has is of type COMMAND"));
  CHECK(health([](Health& check) { check.set_type(Health::HTTP); }) ==
        at("health_check: is of type HTTP, but what it has is of type COMMAND"));
  const auto tcp = [](Health& check) {
    check.set_type(Health::TCP);
    check.mutable_tcp()->set_port(80);
  };
  CHECK(health(tcp) == "");
  CHECK(health([&](Health& check) {
          tcp(check);
          check.set_type(Health::HTTP);
        }) == at("health_check: is of type HTTP, but what it has is of type TCP"));
  CHECK(health([&](Health& check) {
          tcp(check);
          check.mutable_tcp()->clear_port();
        }) == at("health_check.tcp.port: is missing"));
  CHECK(health([&](Health& check) {
          tcp(check);
          check.set_delay_seconds(NAN);
        }) == at("health_check.delay_seconds: is not a number"));

  using Check = v1_subset::CheckInfo;
  const auto check = [](auto change) {
    return task_error([&](v1_subset::TaskInfo& task) { change(*task.add_check()); });
  };
  CHECK(check([](Check&) {}) == at("check.type: is missing"));
  CHECK(check([](Check& c) {
          c.set_type(Check::COMMAND);
          c.mutable_command();
        }) == at("check.command.command: is missing"));
  CHECK(check([](Check& c) {
          c.set_type(Check::COMMAND);
          c.mutable_http()->set_port(1);
        }) == at("check: is of type COMMAND, but what it has is of type HTTP"));
  Frame frame = with_task();
  const v1_subset::TaskInfo& plain = task_of(frame);
  CHECK(with_raw(plain, "\x6a\x02\x08\x04") == at("check.type: has the unknown value 4"));
  // Health check of type TCP at port 80 with protocol 3.
  CHECK(with_raw(plain, "\x42\x08\x40\x03\x4a\x04\x08\x50\x10\x03") ==
        at("health_check.tcp.protocol: has the unknown value 3"));
}

TEST_CASE("the result of a check is of its type") {
  using Status = v1_subset::CheckStatusInfo;
  const auto result = [](auto change) {
    return status_error([&](v1_subset::TaskStatus& status) { change(*status.add_check_status()); });
  };
  CHECK(result([](Status&) {}) == "");
  CHECK(result([](Status& s) {
          s.set_type(v1_subset::CheckInfo::TCP);
          s.mutable_tcp();
        }) == "");
  CHECK(result([](Status& s) {
          s.set_type(v1_subset::CheckInfo::TCP);
          s.mutable_http()->set_status_code(200);
        }) == "Update.status.check_status: has a result of another type than TCP");
  CHECK(result([](Status& s) { s.mutable_command()->set_exit_code(0); }) ==
        "Update.status.check_status: has a result of another type than UNKNOWN");
  CHECK(result([](Status& s) { s.mutable_tcp()->set_succeeded(false); }) ==
        "Update.status.check_status: has a result of another type than UNKNOWN");
}

TEST_CASE("what is wrong with a container is said") {
  using Container = v1_subset::ContainerInfo;
  CHECK(container_error([](Container&) {}) == "");
  CHECK(container_error([](Container& c) { c.clear_type(); }) == at("container.type: is missing"));
  CHECK(container_error([](Container& c) { c.add_volumes()->set_mode(v1_subset::Volume::RW); }) ==
        at("container.volumes.container_path: is missing"));
  CHECK(container_error([](Container& c) { c.add_volumes()->set_container_path("x"); }) ==
        at("container.volumes.mode: is missing"));
  const auto source = [](v1_subset::Volume::Source::Type type) {
    return container_error([&](Container& c) {
      auto& volume = *c.add_volumes();
      volume.set_container_path("x");
      volume.set_mode(v1_subset::Volume::RO);
      volume.mutable_source()->set_type(type);
      volume.mutable_source()->mutable_sandbox_path()->set_path("y");
    });
  };
  CHECK(source(v1_subset::Volume::Source::SANDBOX_PATH) == "");
  CHECK(source(v1_subset::Volume::Source::SECRET) ==
        at("container.volumes.source.type: of type 3 is not supported"));
  CHECK(container_error([](Container& c) {
          auto& volume = *c.add_volumes();
          volume.set_container_path("x");
          volume.set_mode(v1_subset::Volume::RO);
          volume.mutable_source()->set_type(v1_subset::Volume::Source::SANDBOX_PATH);
          volume.mutable_source()->mutable_sandbox_path()->set_path("y");
          volume.mutable_source()->mutable_sandbox_path()->set_type(
              v1_subset::Volume::Source::SandboxPath::PARENT);
        }) == at("container.volumes.source.sandbox_path.type: of type 2 is not supported"));
  CHECK(container_error([](Container& c) { c.mutable_docker(); }) ==
        at("container.docker.image: is missing"));
  CHECK(container_error([](Container& c) {
          c.mutable_docker()->set_image("i");
          c.mutable_docker()->add_parameters()->set_key("k");
        }) == at("container.docker.parameters.value: is missing"));
  CHECK(container_error([](Container& c) {
          c.mutable_docker()->set_image("i");
          c.mutable_docker()->add_port_mappings()->set_host_port(1);
        }) == at("container.docker.port_mappings.container_port: is missing"));
  CHECK(container_error([](Container& c) {
          c.mutable_linux_info()->mutable_effective_capabilities()->add_capabilities(1041);
        }) == at("container.linux_info.effective_capabilities.capabilities: has the unknown value 1041"));
  CHECK(container_error([](Container& c) {
          c.mutable_linux_info()->mutable_bounding_capabilities()->add_capabilities(5);
        }) == at("container.linux_info.bounding_capabilities.capabilities: has the unknown value 5"));
  CHECK(container_error([](Container& c) { c.mutable_rlimit_info()->add_rlimits()->set_type(17); }) ==
        at("container.rlimit_info.rlimits.type: has the unknown value 17"));
}

TEST_CASE("limits are numbers of cpus and mem") {
  const auto limits = [](const char* name, double amount) {
    return task_error([&](v1_subset::TaskInfo& task) { (*task.mutable_limits())[name].set_value(amount); });
  };
  CHECK(limits("cpus", INFINITY) == "");
  CHECK(limits("mem", 64) == "");
  CHECK(limits("mem", NAN) == at("limits.value.value: is not a number"));
  CHECK(limits("disk", 1) == at("limits: of \"disk\" are not supported: only of cpus and mem"));
}

TEST_CASE("the uris of a command have a value") {
  CHECK(task_error([](v1_subset::TaskInfo& task) { task.mutable_command()->add_uris(); }) ==
        at("command.uris.value: is missing"));
}

TEST_CASE("addresses of a container are read wherever they stand") {
  Frame frame;
  auto& status = *frame.mutable_update()->mutable_status();
  status.mutable_task_id()->set_value("t");
  status.set_state(v1_subset::TASK_RUNNING);
  auto& container = *status.mutable_container_status();
  auto& network = *container.add_network_infos();
  network.add_ip_addresses()->set_ip_address("10.0.0.1");
  network.add_ip_addresses();  // none yet
  network.add_ip_addresses()->set_ip_address("10.0.0.2");
  container.add_network_infos();
  container.add_network_infos()->add_ip_addresses()->set_ip_address("fe80::1");
  const Message read = wire::decode(frame.SerializeAsString()).value();
  CHECK(std::get<msg::Update>(read).status.container_status->ip_addresses ==
        std::vector<std::string>{"10.0.0.1", "10.0.0.2", "fe80::1"});
}

TEST_CASE("a question to an agent has what it needs, and one that is not known is none") {
  const auto call = [](auto change) {
    return error_of(Frame(), [&](Frame& frame) {
      frame.mutable_agent_call()->set_id(7);
      change(*frame.mutable_agent_call());
    });
  };
  using Call = v1_subset::AgentCall;
  CHECK(call([](Call& c) { c.clear_id(); }) == "AgentCall.id: is missing");
  CHECK(call([](Call& c) { c.mutable_list_files(); }) == "AgentCall.list_files.path: is missing");
  CHECK(call([](Call& c) { c.mutable_read_file()->set_path("p"); }) ==
        "AgentCall.read_file.offset: is missing");
  CHECK(call([](Call& c) { c.mutable_launch_nested_container(); }) ==
        "AgentCall.launch_nested_container.container_id: is missing");
  CHECK(call([](Call& c) { c.mutable_wait_container(); }) ==
        "AgentCall.wait_container.container_id: is missing");
  CHECK(call([](Call& c) { c.mutable_kill_container(); }) ==
        "AgentCall.kill_container.container_id: is missing");
  CHECK(call([](Call& c) { c.mutable_get_containers(); }) == "");
  CHECK(error_of(Frame(), [](Frame& frame) {
          frame.mutable_operator_call()->set_id(1);
          frame.mutable_operator_call()->mutable_ask_agent();
        }) == "OperatorCall.ask_agent.agent_id: is missing");

  // Number 16, remove_container, and an id of 7.
  const Result<Message> other = wire::decode(std::string("\xe2\x03\x06\x82\x01\x00\xc0\x3e\x07", 9));
  REQUIRE(other);
  CHECK(std::get<msg::AgentCall>(*other).id == 7);
  CHECK(std::get<msg::AgentCall>(*other).query.index() == 0);
}

TEST_CASE("groups have an executor and tasks") {
  const auto group = [](auto change) {
    return error_of(Frame(), [&](Frame& frame) { change(*frame.mutable_accept()->add_operations()); });
  };
  using Operation = v1_subset::Offer::Operation;
  CHECK(group([](Operation& o) { o.set_type(Operation::LAUNCH_GROUP); }) ==
        "Accept.operations: has no body of its type");
  CHECK(group([](Operation& o) {
          o.set_type(Operation::LAUNCH_GROUP);
          o.mutable_launch_group()->mutable_task_group();
        }) == "Accept.operations.launch_group.executor: is missing");
  CHECK(group([](Operation& o) {
          o.set_type(Operation::LAUNCH_GROUP);
          o.mutable_launch_group()->mutable_executor()->mutable_executor_id()->set_value("e");
        }) == "Accept.operations.launch_group.task_group: is missing");
  Frame frame;
  frame.mutable_launch_task_group();
  CHECK(error_of(frame, [](Frame&) {}) == "LaunchTaskGroup.task_group: is missing");
}

TEST_CASE("defaults of Mesos v1 hold for checks, uris and docker") {
  Frame frame = with_task();
  v1_subset::TaskInfo& task = task_of(frame);
  auto& http = *task.add_health_check();
  http.set_type(v1_subset::HealthCheck::HTTP);
  http.mutable_http()->set_port(80);
  auto& check = *task.add_check();
  check.set_type(v1_subset::CheckInfo::TCP);
  check.mutable_tcp()->set_port(81);
  task.mutable_command()->add_uris()->set_value("u");
  task.mutable_container()->set_type(v1_subset::ContainerInfo::DOCKER);
  task.mutable_container()->mutable_docker()->set_image("i");
  const Message message = wire::decode(frame.SerializeAsString()).value();
  const TaskInfo& read = std::get<msg::LaunchTask>(message).task;
  CHECK(read.health_checks == std::vector<HealthCheck>{{.probe = HttpProbe{.port = 80}}});
  CHECK(read.health_checks[0].grace_period == std::chrono::seconds(10));
  CHECK(std::get<HttpProbe>(read.health_checks[0].probe).scheme == "http");
  CHECK(read.checks == std::vector<CheckInfo>{{.probe = TcpProbe{.port = 81}}});
  CHECK(read.command->uris == std::vector<CommandUri>{{.value = "u"}});
  CHECK(read.command->uris[0].extract);
  CHECK(read.container->docker->network == DockerInfo::Network::host);
}
