#include "mesoscore/endpoint.hpp"

#include "catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

TEST_CASE("endpoints are read and written") {
  const auto same = [](const char* text, const Endpoint& expected) {
    INFO(text);
    const auto endpoint = Endpoint::parse(text);
    REQUIRE(endpoint);
    CHECK(*endpoint == expected);
    CHECK(endpoint->str() == text);
  };
  same("inproc://name", {"inproc", "name", 0});
  same("tcp://127.0.0.1:5050", {"tcp", "127.0.0.1", 5050});
  same("tcp://master.example:0", {"tcp", "master.example", 0});
  same("tcp://[::1]:65535", {"tcp", "::1", 65535});
  same("unix:///run/a b.sock", {"unix", "/run/a b.sock", 0});
  same("mine://any/thing:at?all", {"mine", "any/thing:at?all", 0});  // of a transport of the user
}

TEST_CASE("malformed endpoints are refused with what would be right") {
  const auto wrong = [](const char* text, const char* why) {
    INFO(text);
    const auto endpoint = Endpoint::parse(text);
    REQUIRE_FALSE(endpoint);
    CHECK(endpoint.error() == Errc::invalid_argument);
    CHECK_THAT(endpoint.error().message, Contains(why) && Contains(text));
  };
  wrong("", "no scheme");
  wrong("localhost:5050", "no scheme: expected inproc://name, tcp://host:port");
  wrong("://x", "no valid scheme");
  wrong("TCP://x:1", "no valid scheme");
  wrong("tcp://host", "no port");
  wrong("tcp://[::1]", "no port");
  wrong("tcp://host:", "no valid port");
  wrong("tcp://host:65536", "from 0 to 65535");
  wrong("tcp://host:-1", "no valid port");
  wrong("tcp://host:1x", "no valid port");
  wrong("tcp://:1", "no valid host");
  wrong("tcp://a b:1", "no valid host");
  wrong("tcp://a/b:1", "no valid host");
  wrong("tcp://::1:5050", "brackets");
  wrong("tcp://[host]:1", "brackets");
  wrong("tcp://[]:1", "brackets");
  wrong("unix://relative", "absolute path");
  wrong("unix://", "absolute path");
  wrong("inproc://", "nothing after the scheme");
  wrong("inproc://a\nb", "control characters");
}
