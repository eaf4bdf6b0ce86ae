// Versions of the API, and engines that answer nonsense.
#include "isolators/docker/engine.hpp"

#include <optional>

#include <asio/io_context.hpp>

#include "support/catch.hpp"
#include "support/folder.hpp"
#include "unit/http/tiny_server.hpp"

namespace mesoscore::docker {
namespace {

using namespace std::chrono_literals;
using asio::local::stream_protocol;

// An engine that says its version as it is told, and writes down what it is asked.
struct FakeEngine {
  explicit FakeEngine(std::string version_body, std::string version_head = "HTTP/1.1 200 OK")
      : server(context, folder / "engine.sock", [=, this](const std::string& head, const std::string&) {
          const std::string line = head.substr(0, head.find(" HTTP"));
          asked.push_back(line);
          if (line == "GET /version") return test::TinyAnswer{test::with_length(version_body, version_head)};
          return test::TinyAnswer{test::with_length("{}", answer)};
        }) {
    options.socket = folder / "engine.sock";
    options.request_timeout = 5s;
    engine.emplace(context.get_executor(), options);
  }
  Answer ask(EngineRequest request) {
    std::optional<Answer> got;
    const Engine::Call call = engine->ask(std::move(request), [&](Answer one) { got = std::move(one); });
    CHECK_FALSE(got);
    for (int i = 0; !got && i < 1000; ++i) context.run_one_for(10ms);
    REQUIRE(got);
    return *got;
  }

  test::Folder folder;
  asio::io_context context;
  std::vector<std::string> asked;
  std::string answer = "HTTP/1.1 200 OK";
  test::TinyServer<stream_protocol> server;
  isolators::DockerOptions options;
  std::optional<Engine> engine;
};

std::string version_used(const std::string& api, const std::string& least) {
  FakeEngine fake("{\"ApiVersion\":\"" + api + "\",\"MinAPIVersion\":\"" + least + "\"}");
  CHECK(fake.ask({.path = "/info"}).done());
  REQUIRE(fake.asked.size() == 2);
  return fake.asked[1];
}

TEST_CASE("the version is one that both sides speak") {
  CHECK(version_used("1.41", "1.12") == "GET /v1.41/info");
  CHECK(version_used("1.30", "1.12") == "GET /v1.30/info");
  CHECK(version_used("1.50", "1.24") == "GET /v1.41/info");
  CHECK(version_used("1.52", "1.44") == "GET /v1.44/info");
}

TEST_CASE("who is no engine, or too old a one, is refused with the reason") {
  CHECK(FakeEngine(R"({"ApiVersion":"1.24"})").ask({.path = "/info"}).message ==
        "the docker engine speaks API 1.24, at least 1.25 is needed");
  CHECK(FakeEngine("<html>").ask({.path = "/info"}).message ==
        "the docker engine answers strangely about its version");
  FakeEngine other("", "HTTP/1.1 404 Not Found");
  const Answer answer = other.ask({.path = "/info"});
  CHECK(answer.kind == Answer::Kind::refused);
  CHECK(answer.message ==
        other.options.socket + " is not the socket of a docker engine: /version answers 404");
}

TEST_CASE("the version is agreed upon once, and again when the engine was away") {
  FakeEngine fake(R"({"ApiVersion":"1.41"})");
  fake.ask({.path = "/a"});
  fake.ask({.path = "/b"});
  CHECK(fake.asked == std::vector<std::string>{"GET /version", "GET /v1.41/a", "GET /v1.41/b"});
  fake.answer = "nonsense";
  CHECK(fake.ask({.path = "/c"}).away());
  fake.answer = "HTTP/1.1 200 OK";
  CHECK(fake.ask({.path = "/d"}).done());
  CHECK(fake.asked.at(4) == "GET /version");
}

TEST_CASE("only so many heavy requests are on their way, and all are answered") {
  FakeEngine fake(R"({"ApiVersion":"1.41"})");
  int answers = 0;
  std::vector<Engine::Call> calls;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(fake.engine->ask({.path = "/heavy", .heavy = true},
                                     [&](const Answer& one) { answers += one.done(); }));
  }
  for (int i = 0; answers < 100 && i < 1000; ++i) fake.context.run_one_for(10ms);
  CHECK(answers == 100);
  CHECK(fake.server.connections <= 33);
}

TEST_CASE("a call that nobody holds any more is not answered") {
  FakeEngine fake(R"({"ApiVersion":"1.41"})");
  int answers = 0;
  const auto note = [&](const Answer&) { ++answers; };
  fake.engine->ask({.path = "/unsent"}, note).reset();
  fake.ask({.path = "/info"});
  fake.engine->ask({.path = "/sent", .heavy = true}, note).reset();
  fake.ask({.path = "/info", .heavy = true});
  CHECK(answers == 0);
}

}  // namespace
}  // namespace mesoscore::docker
