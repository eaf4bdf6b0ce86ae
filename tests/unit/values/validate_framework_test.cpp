#include "mesoscore/framework.hpp"

#include <functional>

#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

FrameworkInfo good() {
  FrameworkInfo framework;
  framework.name = "probe";
  return framework;
}

}  // namespace

TEST_CASE("a framework needs no more than a name") { CHECK(validate(good())); }

TEST_CASE("a framework may have several roles, or none, with MULTI_ROLE") {
  FrameworkInfo framework = good();
  framework.roles = {"eng", "eng/web", "*"};
  framework.min_allocatable["eng"] = {*Quantities::parse("cpus:1"), Quantities()};
  framework.min_allocatable["*"] = {};
  CHECK(validate(framework));
  framework.min_allocatable.clear();
  framework.roles = {};
  CHECK(validate(framework));
}

TEST_CASE("a framework without MULTI_ROLE has exactly one role") {
  FrameworkInfo framework = good();
  framework.capabilities.set(FrameworkCapability::multi_role, false);
  framework.roles = {"eng"};
  CHECK(validate(framework));
}

TEST_CASE("what is wrong with a framework is said") {
  struct Case {
    const char* says;
    std::function<void(FrameworkInfo&)> spoil;
  };
  const Case cases[] = {
      {"name of the framework is empty", [](FrameworkInfo& f) { f.name.clear(); }},
      {"framework 'probe': framework id 'a/b' contains", [](FrameworkInfo& f) { f.id = "a/b"; }},
      {"framework 'probe': role 'a//b' has an empty", [](FrameworkInfo& f) { f.roles = {"a//b"}; }},
      {"role 'a' is listed twice",
       [](FrameworkInfo& f) {
         f.roles = {"a", "b", "a"};
       }},
      {"2 roles without the capability MULTI_ROLE",
       [](FrameworkInfo& f) {
         f.roles = {"a", "b"};
         f.capabilities = {};
       }},
      {"0 roles without the capability MULTI_ROLE",
       [](FrameworkInfo& f) {
         f.roles = {};
         f.capabilities = {};
       }},
      {"failover_timeout is -2.5 s: give zero or more",
       [](FrameworkInfo& f) { f.failover_timeout = std::chrono::milliseconds(-2500); }},
      {"min_allocatable is set for role 'b'", [](FrameworkInfo& f) { f.min_allocatable["b"] = {}; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.says);
    FrameworkInfo framework = good();
    c.spoil(framework);
    const Status status = validate(framework);
    REQUIRE_FALSE(status);
    CHECK_THAT(status.error().message, Contains(c.says));
  }
}
