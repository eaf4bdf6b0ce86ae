// The conformance suite over our isolators, and over one that a user has written.
#include <unistd.h>

#include "agent.hpp"
#include "catch.hpp"
#include "mesoscore/isolators/cgroups.hpp"
#include "mesoscore/isolators/process.hpp"
#include "suite.hpp"
#include "support/skip.hpp"

using namespace isolator_test;

namespace {

// The smallest isolator: a name and one environment variable.
class Greeter : public Isolator {
 public:
  std::string_view name() const noexcept override { return "greeter"; }
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override {
    plan.environment.push_back({"GREETING", "hello " + spec.call.task.task_id.str()});
    return {};
  }
};

}  // namespace

TEST_CASE("the process isolator conforms", "[isolator]") {
  conformance([] { return isolators::process(); });
}

TEST_CASE("the isolator of control groups conforms", "[isolator]") {
  if (::geteuid() != 0) return test::skip("control groups of one's own, without being root");
  conformance([] {
    isolators::CgroupsOptions options;
    options.root = "mesoscore-conformance-" + std::to_string(::getpid());
    return isolators::cgroups(options);
  });
}

TEST_CASE("an isolator of a user conforms", "[isolator]") {
  conformance([]() -> std::shared_ptr<Isolator> { return std::make_shared<Greeter>(); });
}

TEST_CASE("an isolator with all the steps conforms", "[isolator]") {
  conformance([]() -> std::shared_ptr<Isolator> { return std::make_shared<Obedient>(); });
}
