// The reader of logs that the programs of examples/ share.
#include "../../../examples/support/log_cursor.hpp"

#include "catch.hpp"

namespace mesoscore::test {
namespace {

// A file and those that it was rotated to, read as an agent would answer.
struct Log {
  std::string now, old;
  bool has_old = false;

  Result<AgentReport> answer(const ReadFile& query) const {
    const bool of_old = query.path == "f/t/c/stdout.1";
    CHECK((of_old || query.path == "f/t/c/stdout"));
    if (of_old && !has_old) return fail(Errc::not_found, "no old one");
    const std::string& text = of_old ? old : now;
    AgentReport report;
    report.size = text.size();
    const auto size = static_cast<std::int64_t>(text.size());
    const std::int64_t from =
        query.offset < 0 ? std::max<std::int64_t>(size + query.offset, 0) : query.offset;
    report.offset = static_cast<std::uint64_t>(from);
    if (from < size) report.data = text.substr(static_cast<std::size_t>(from), most);
    return report;
  }
  void rotate() {
    old = std::move(now);
    has_old = true;
    now.clear();
  }
  std::size_t most = 4;  // in one answer
};

std::string read(LogCursor& cursor, const Log& log) {
  std::string all;
  do {
    const auto text = cursor.take(log.answer(cursor.next()));
    REQUIRE(text);
    all += *text;
  } while (!cursor.at_end());
  return all;
}

}  // namespace

TEST_CASE("a log is read to its end, and on when it grows") {
  Log log;
  log.now = "0123456789";
  LogCursor cursor("f/t/c/stdout");
  CHECK(read(cursor, log) == "0123456789");
  CHECK(read(cursor, log).empty());
  log.now += "ab";
  CHECK(read(cursor, log) == "ab");
  LogCursor tail("f/t/c/stdout", -5);
  CHECK(read(tail, log) == "789ab");
  LogCursor more_than_all("f/t/c/stdout", -50);
  CHECK(read(more_than_all, log) == "0123456789ab");
}

TEST_CASE("no byte is lost when a log is rotated") {
  Log log;
  log.now = "0123456789";
  LogCursor cursor("f/t/c/stdout");
  read(cursor, log);
  log.now += "more";
  log.rotate();
  log.now = "new";
  CHECK(read(cursor, log) == "morenew");
  CHECK(read(cursor, log).empty());
  // What is gone for ever is passed over.
  log.now = "x";
  log.has_old = false;
  CHECK(read(cursor, log) == "x");
}

TEST_CASE("a log that is not there yet is empty, and other errors are errors") {
  LogCursor cursor("f/t/c/stdout", -3);
  const auto none = cursor.take(fail(Errc::not_found, "not yet"));
  REQUIRE(none);
  CHECK(none->empty());
  CHECK(cursor.at_end());
  Log log;
  log.now = "12345";
  CHECK(read(cursor, log) == "12345");
  CHECK(cursor.take(fail(Errc::permission_denied, "no")).error() == Errc::permission_denied);
}

}  // namespace mesoscore::test
