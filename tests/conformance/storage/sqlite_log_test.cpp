// The log of an SQLite storage after a crash: cut short or damaged anywhere, the commits before that place
// are there, whole, and none behind it.
#include <algorithm>

#include "catch.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "suite.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using namespace storage_test;
using test::bytes_of;
using test::write_bytes;

namespace {

// What a process has left behind that was killed: the database, its log, and how long the log was, and what
// there was, after each commit.
struct Remains {
  std::string database, log;
  std::vector<std::size_t> sizes;
  std::vector<Contents> states;  // one more: the first is that of an empty log
};

std::vector<Change> random_batch(Rng& rng, int number) {
  std::vector<Change> changes = {put(task("number", std::to_string(number)))};
  for (std::uint64_t left = 1 + rng.below(6); left > 0; --left) {
    const std::string id = "t" + std::to_string(rng.below(30));
    if (rng.below(4) == 0) {
      changes.push_back(erase(task_key(FrameworkId("f"), TaskId(id))));
    } else {
      changes.push_back(
          put(task(id, std::string(rng.below(2) == 0 ? rng.below(200) : rng.below(9000), 'x'))));
    }
  }
  return changes;
}

Remains remains_of(bool survive_power_loss) {
  const test::Folder folder;
  const std::string path = folder / "db";
  Rng rng(5);
  const auto storage = storages::sqlite({path, survive_power_loss});
  Remains out;
  out.states.push_back(kept_in(*storage));
  for (int i = 0; i < 25; ++i) {
    REQUIRE(storage->commit(random_batch(rng, i)));
    out.states.push_back(kept_in(*storage));
    out.sizes.push_back(bytes_of(path + "-wal").size());
  }
  REQUIRE(std::is_sorted(out.sizes.begin(), out.sizes.end()));
  out.database = bytes_of(path);
  out.log = bytes_of(path + "-wal");
  return out;
}

// The commits that end before this place.
std::size_t whole_commits(const Remains& remains, std::size_t place) {
  return static_cast<std::size_t>(std::upper_bound(remains.sizes.begin(), remains.sizes.end(), place) -
                                  remains.sizes.begin());
}

void check_recovery(const Remains& remains, const std::string& log, std::size_t place) {
  const test::Folder folder;
  const std::string path = folder / "db";
  write_bytes(path, remains.database);
  write_bytes(path + "-wal", log);
  INFO("at " << place << " of " << remains.log.size());
  const Contents& expected = remains.states[whole_commits(remains, place)];
  const auto storage = storages::sqlite({path, false});
  REQUIRE((kept_in(*storage) == expected));
  REQUIRE(storage->commit(std::vector<Change>{put(task("after", "it"))}));
  CHECK(kept_in(*storage).size() == expected.size() + 1);
}

// Around the ends of commits, and anywhere.
std::vector<std::size_t> places(const Remains& remains) {
  std::vector<std::size_t> out = {0, 1, 31, 32, 33};
  for (const std::size_t size : remains.sizes) {
    for (const std::size_t place : {size - 1, size, size + 1, size + 24}) {
      if (place < remains.log.size()) out.push_back(place);
    }
  }
  Rng rng(6);
  for (int i = 0; i < 50; ++i) out.push_back(rng.below(remains.log.size()));
  return out;
}

}  // namespace

TEST_CASE("a log that is cut short holds the commits before the cut", "[storage]") {
  for (const bool survive_power_loss : {true, false}) {
    const Remains remains = remains_of(survive_power_loss);
    check_recovery(remains, remains.log, remains.log.size());
    for (const std::size_t place : places(remains)) {
      check_recovery(remains, remains.log.substr(0, place), place);
    }
  }
}

TEST_CASE("a log that is damaged holds the commits before the damage", "[storage]") {
  const Remains remains = remains_of(false);
  for (const std::size_t place : places(remains)) {
    std::string log = remains.log;
    log[place] = static_cast<char>(~log[place]);
    check_recovery(remains, log, place);
    std::fill(log.begin() + static_cast<std::ptrdiff_t>(place) + 1, log.end(), '\0');  // never written
    check_recovery(remains, log, place);
  }
}

TEST_CASE("a log does not grow for ever", "[storage]") {
  const test::Folder folder;
  const std::string path = folder / "db";
  const auto storage = storages::sqlite({path, false});
  REQUIRE(kept_in(*storage).empty());
  for (int i = 0; i < 3000; ++i) {
    REQUIRE(storage->commit(
        std::vector<Change>{put(task("t" + std::to_string(i % 50), std::string(9000, 'x')))}));
  }
  CHECK(std::filesystem::file_size(path + "-wal") < 8u << 20);
  CHECK(std::filesystem::file_size(path) < 2u << 20);
}
