// The conformance suite over the isolators that only add to the plan.
#include <unistd.h>

#include "agent.hpp"
#include "catch.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "suite.hpp"
#include "support/skip.hpp"

using namespace isolator_test;
using mesoscore::test::skip;

namespace {

constexpr const char* kNotRoot = "namespaces, mounts and capabilities are given by root only";
bool is_root() { return ::geteuid() == 0; }

}  // namespace

TEST_CASE("the rlimits isolator conforms", "[isolator][linux]") {
  conformance([] { return isolators::rlimits({{RLimit::Type::nofile, 512, 256}}); });
}

TEST_CASE("the no_new_privileges isolator conforms", "[isolator][linux]") {
  conformance([] { return isolators::no_new_privileges(); });
}

TEST_CASE("the filesystem isolator conforms", "[isolator][linux]") {
  conformance([] { return isolators::filesystem(); });
}

TEST_CASE("the namespaces isolator conforms", "[isolator][linux]") {
  if (!is_root()) return skip(kNotRoot);
  conformance([] { return isolators::namespaces(); });
}

TEST_CASE("the kernel_settings isolator conforms", "[isolator][linux]") {
  if (!is_root()) return skip(kNotRoot);
  conformance([] { return isolators::kernel_settings(); });
}

TEST_CASE("the private_tmp isolator conforms", "[isolator][linux]") {
  if (!is_root()) return skip(kNotRoot);
  conformance([] { return isolators::private_tmp(); });
}

TEST_CASE("the capabilities isolator conforms", "[isolator][linux]") {
  if (!is_root()) return skip(kNotRoot);
  conformance([] { return isolators::capabilities(); });
}
