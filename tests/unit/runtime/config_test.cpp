// Bad configurations: start() says which value, and nothing is begun.
#include <filesystem>

#include "cluster.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

struct Here {
  Here() { transports.add(transports::inproc()); }
  Error refused(MasterServerConfig config) {
    MasterServer server(io.get_executor(), transports, std::move(config));
    return error_of(server.start());
  }
  Error refused(AgentServerConfig config) {
    AgentServer server(io.get_executor(), transports, std::move(config));
    return error_of(server.start());
  }
  Error refused(SchedulerDriverConfig config) {
    SchedulerDriver driver(io.get_executor(), transports, std::move(config));
    return error_of(driver.start());
  }
  Error refused(ExecutorDriverConfig config) {
    ExecutorDriver driver(io.get_executor(), transports, std::move(config));
    return error_of(driver.start());
  }
  Error error_of(const Status& status) {
    REQUIRE_FALSE(status);
    CHECK(io.poll() == 0);  // nothing was begun
    io.restart();
    return status.error();
  }

  asio::io_context io;
  TransportSet transports;
};

bool has(const Error& error, std::string_view part) {
  INFO(error.message);
  const bool found = error.message.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

MasterServerConfig master() { return {.listen = {"inproc://m"}}; }
AgentServerConfig agent() { return {.master = "inproc://m", .hostname = "h", .resources = "cpus:1;mem:64"}; }
SchedulerDriverConfig scheduler() { return {.master = "inproc://m", .framework = {.name = "f"}}; }
ExecutorDriverConfig executor() {
  ExecutorDriverConfig config;
  config.agent = "inproc://a";
  config.executor.framework_id = "F";
  config.executor.executor_id = "E";
  return config;
}

}  // namespace

TEST_CASE("a transport that is not composed: the error names the component and the call") {
  Here here;
  const auto check = [](const Error& error) {
    CHECK(error == Errc::unsupported_transport);
    has(error, "mesoscore::transport_tcp");
    has(error, "transports::tcp()");
    has(error, "composed: inproc");
  };
  auto m = master();
  m.listen.push_back("tcp://127.0.0.1:0");
  check(here.refused(m));
  auto a = agent();
  a.master = "tcp://127.0.0.1:5050";
  check(here.refused(a));
  auto s = scheduler();
  s.master = "tcp://127.0.0.1:5050";
  check(here.refused(s));
  auto e = executor();
  e.agent = "tcp://127.0.0.1:5050";
  check(here.refused(e));
}

TEST_CASE("endpoints") {
  Here here;
  auto m = master();
  m.listen.clear();
  has(here.refused(m), "must listen somewhere");
  m.listen = {"inproc://m", "nonsense"};
  has(here.refused(m), "nonsense");
  m.listen = {"inproc://m", "inproc://m"};
  CHECK(here.refused(m) == Errc::already_exists);
  CHECK(here.refused(m) == Errc::already_exists);  // the first time nothing was left listening

  auto s = scheduler();
  s.master = "";
  has(here.refused(s), "endpoint of the master is empty");
  s.master = "host:5050";
  has(here.refused(s), "host:5050");
  auto e = executor();
  e.agent = "inproc://";
  has(here.refused(e), "inproc://");
}

TEST_CASE("a storage that cannot be opened ends the start, which may be repeated") {
  class Closed final : public Storage {
   public:
    std::string_view name() const noexcept override { return "closed"; }
    Result<std::vector<Record>> open() override {
      if (opened++ == 0) return fail(Errc::io_error, "/data/x.db: no such device");
      return std::vector<Record>();
    }
    Status commit(std::span<const Change>) override { return {}; }
    int opened = 0;
  };
  Here here;
  const auto storage = std::make_shared<Closed>();
  const auto check = [&](auto& server) {
    storage->opened = 0;
    const Error error = here.error_of(server.start());
    CHECK(error == Errc::io_error);
    CHECK(error.message == "storage: /data/x.db: no such device");
    CHECK(server.start());
    CHECK(storage->opened == 2);
  };
  auto m = master();
  m.storage = storage;
  MasterServer master_server(here.io.get_executor(), here.transports, m);
  check(master_server);
  auto a = agent();
  a.storage = storage;
  AgentServer agent_server(here.io.get_executor(), here.transports, a);
  here.io.stop();
  check(agent_server);
}

TEST_CASE("options of a master that was there before") {
  Here here;
  auto m = master();
  SECTION("gate") {
    m.master.recovery_gate_agents = 1.5;
    has(here.refused(m), "recovery_gate_agents is 1.5");
  }
  SECTION("limit") {
    m.master.recovery_agent_removal_limit = -0.1;
    has(here.refused(m), "recovery_agent_removal_limit is -0.1");
  }
  SECTION("age") {
    m.master.registry_max_age = 0s;
    has(here.refused(m), "registry_max_age");
  }
  SECTION("rate") {
    m.master.agent_removal_rate.within = 0s;
    has(here.refused(m), "agent_removal_rate.within");
  }
}

TEST_CASE("options of a master") {
  Here here;
  auto m = master();
  SECTION("weight") {
    m.master.weights = {{"eng", 0.0}};
    has(here.refused(m), "'eng' is 0.0");
  }
  SECTION("role of a weight") {
    m.master.weights = {{"eng/", 1.0}};
    has(here.refused(m), "eng/");
  }
  SECTION("heartbeat") {
    m.master.heartbeat_interval = 0s;
    has(here.refused(m), "heartbeat_interval is 0 s");
  }
  SECTION("ping") {
    m.master.ping_misses = 0;
    has(here.refused(m), "ping_misses");
  }
  SECTION("offer timeout") {
    m.master.offer_timeout = -1s;
    has(here.refused(m), "offer_timeout is -1 s");
  }
  SECTION("limits") {
    m.connection.limits.max_queued_messages = 0;
    has(here.refused(m), "max_queued_messages");
  }
}

TEST_CASE("options of an agent") {
  Here here;
  auto a = agent();
  SECTION("resources") {
    a.resources = "cpus:four";
    has(here.refused(a), "four");
  }
  SECTION("no resources") {
    a.resources.clear();
    has(here.refused(a), "no resources");
  }
  SECTION("attributes") {
    a.attributes = "rack";
    has(here.refused(a), "rack");
  }
  SECTION("hostname") {
    a.hostname = "two words";
    has(here.refused(a), "two words");
  }
  SECTION("back-off") {
    a.agent.registration_backoff = 5s;
    a.agent.registration_backoff_max = 1s;
    has(here.refused(a), "registration_backoff_max is 1 s");
  }
  SECTION("executor_listen") {
    a.executor_listen = "inproc:/x";
    const Error error = here.refused(a);
    has(error, "executor_listen");
    has(error, "inproc:/x");
  }
}

TEST_CASE("options of a scheduler") {
  Here here;
  auto s = scheduler();
  SECTION("role with a slash at its end") {
    s.framework.roles = {"eng/"};
    has(here.refused(s), "eng/");
  }
  SECTION("no name") {
    s.framework.name.clear();
    has(here.refused(s), "name of the framework is empty");
  }
  SECTION("suppressed role") {
    s.scheduler.suppressed_roles = {"other"};
    has(here.refused(s), "'other'");
  }
  SECTION("back-off") {
    s.scheduler.reconnect_backoff = 0s;
    has(here.refused(s), "reconnect_backoff is 0 s");
  }
  SECTION("failover timeout") {
    s.framework.failover_timeout = -1s;
    has(here.refused(s), "-1 s");
  }
}

TEST_CASE("options of an executor, and its environment") {
  Here here;
  auto e = executor();
  e.executor.executor_id = "a/b";
  has(here.refused(e), "a/b");

  const auto set = [](const char* name, const char* value) {
    if (value)
      setenv(name, value, 1);
    else
      unsetenv(name);
  };
  set("MESOSCORE_AGENT", nullptr);
  set("MESOS_FRAMEWORK_ID", "F");
  set("MESOS_EXECUTOR_ID", "E");
  has(executor_config_from_environment().error(), "MESOSCORE_AGENT");
  set("MESOSCORE_AGENT", "nonsense");
  has(executor_config_from_environment().error(), "nonsense");
  set("MESOSCORE_AGENT", "unix:///tmp/a.sock");
  const auto config = executor_config_from_environment();
  REQUIRE(config);
  CHECK(config->agent == "unix:///tmp/a.sock");
  CHECK(config->executor.framework_id == "F");
  CHECK(config->executor.executor_id == "E");
  CHECK(config->executor.recovery_timeout == 15min);
  const std::pair<const char*, Duration> timeouts[] = {
      {"500ms", 500ms}, {"15mins", 15min}, {"1.5secs", 1500ms}, {"2hrs", 2h}, {"0ns", 0s}};
  for (const auto& [text, expected] : timeouts) {
    set("MESOS_RECOVERY_TIMEOUT", text);
    CHECK(executor_config_from_environment()->executor.recovery_timeout == expected);
  }
  for (const char* text : {"soon", "5", "-1secs", "secs", "5secsx"}) {
    set("MESOS_RECOVERY_TIMEOUT", text);
    has(executor_config_from_environment().error(), std::string("MESOS_RECOVERY_TIMEOUT: '") + text);
  }
  set("MESOS_RECOVERY_TIMEOUT", nullptr);
  set("MESOS_FRAMEWORK_ID", "");
  has(executor_config_from_environment().error(), "MESOS_FRAMEWORK_ID is empty");
  set("MESOS_FRAMEWORK_ID", "F");
  set("MESOS_EXECUTOR_ID", "..");
  has(executor_config_from_environment().error(), "MESOS_EXECUTOR_ID");
  for (const char* name : {"MESOSCORE_AGENT", "MESOS_FRAMEWORK_ID", "MESOS_EXECUTOR_ID"}) set(name, nullptr);
}

TEST_CASE("start() once") {
  Here here;
  MasterServer server(here.io.get_executor(), here.transports, master());
  REQUIRE(server.start());
  CHECK(server.start().error() == Errc::already_exists);
  SchedulerDriver driver(here.io.get_executor(), here.transports, scheduler());
  REQUIRE(driver.start());
  CHECK(driver.start().error() == Errc::already_exists);
}

TEST_CASE("the system's hostname stands in for a missing one") {
  Here here;
  auto a = agent();
  a.hostname.clear();
  AgentServer server(here.io.get_executor(), here.transports, a);
  REQUIRE(server.start());
  CHECK_FALSE(server.info().hostname.empty());
  CHECK(server.info().resources == *Resources::parse("cpus:1;mem:64"));
}
