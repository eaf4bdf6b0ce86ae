#include <string>

#include "core/assert.hpp"
#include "core/messages.hpp"
#include "mesoscore/result.hpp"
#include "support/catch.hpp"

using namespace mesoscore;

namespace {

Status refuse() { return fail(Errc::not_found, "no task 't1'"); }

Result<int> pass_on() {
  MESOSCORE_TRY_IN("here", refuse());
  return 1;
}

struct Reported {
  std::string text;
};

}  // namespace

TEST_CASE("every code of ours has a text") {
  for (int code = 1; code <= static_cast<int>(Errc::operation_failed); ++code) {
    CAPTURE(code);
    CHECK(error_category().message(code) != "unknown error");
  }
  CHECK(error_category().message(99) == "unknown error");
  CHECK(std::string(error_category().name()) == "mesoscore");
}

TEST_CASE("codes compare with error codes of the standard library's form") {
  const std::error_code code = Errc::not_found;
  CHECK(code == Errc::not_found);
  CHECK(code != Errc::stopped);
  CHECK(&code.category() == &error_category());
  CHECK(Error(Errc::stopped, "x") == Errc::stopped);
}

TEST_CASE("an error that is passed on says where it happened") {
  const Result<int> result = pass_on();
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errc::not_found);
  CHECK(result.error().message == "here: no task 't1'");
}

TEST_CASE("quotes are of one line and bounded") {
  CHECK(in_quotes("a\nb") == "'a\\x0ab'");
  CHECK(in_quotes(std::string(100, 'x')) == "'" + std::string(80, 'x') + "...'");
}

TEST_CASE("durations are shown in seconds") {
  CHECK(in_seconds(std::chrono::milliseconds(-2500)) == "-2.5 s");
  CHECK(in_seconds(std::chrono::milliseconds(-5)) == "-0.005 s");
  CHECK(in_seconds(std::chrono::seconds(3)) == "3 s");
  CHECK(in_seconds(Duration(1)) == "0.000000001 s");
  CHECK(in_seconds(Duration::min()) == "-9223372036.854775808 s");
}

TEST_CASE("a broken invariant calls the handler with what and where") {
  const AssertHandler before = set_assert_handler([](const AssertFailure& failure) {
    throw Reported{std::string(failure.condition) + "|" + failure.text + "|" +
                   (failure.line > 0 ? "line" : "")};
  });
  std::string seen;
  try {
    MESOSCORE_ASSERT(1 + 1 == 3, "sums are right");
  } catch (const Reported& reported) {
    seen = reported.text;
  }
  CHECK(seen == "1 + 1 == 3|sums are right|line");
  seen.clear();
  MESOSCORE_ASSERT(1 + 1 == 2, "sums are right");
  CHECK(seen.empty());
  set_assert_handler(before);
  CHECK(before == nullptr);
}
