// What encloses containers, by number: also where two texts have the same digest.
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"
#include "isolators/process/enclosing.hpp"

using namespace process_test;
using supervision::EnclosingFiles;

namespace {

LaunchPlan with_score(int score) {
  LaunchPlan plan;
  plan.oom_score_adj = score;
  return plan;
}

std::size_t files_in(const TemporaryDirectory& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory.path()), {}));
}

}  // namespace

TEST_CASE("a digest that another text has already is not shared with it", "[process][nested]") {
  const TemporaryDirectory elsewhere, directory;
  const std::uint64_t digest = EnclosingFiles(elsewhere.path()).keep(with_score(7)).value();
  const std::string name = directory / ("enclosing." + std::to_string(digest));
  const std::string other = "oom_score_adj 8\n", own = "oom_score_adj 7\n";
  SECTION("a text") { write_file(name, other); }
  SECTION("one that cannot be read") { std::filesystem::create_directory(name); }
  const bool is_text = std::filesystem::is_regular_file(name);

  EnclosingFiles files(directory.path());
  const std::uint64_t number = files.keep(with_score(7)).value();
  CHECK(number == digest + 1);
  CHECK(files.find(number) == own);
  CHECK(files.keep(with_score(9)).value() != number);
  CHECK(files.keep(with_score(7)).value() == number);
  if (is_text) CHECK(read_file(name) == other);
  // Of the agent after this one.
  EnclosingFiles later(directory.path());
  CHECK(later.find(number) == own);
  CHECK_FALSE(later.find(digest));  // no text of this number
  EnclosingFiles third(directory.path());
  CHECK(third.keep(with_score(7)).value() == number);
  third.remove_all_but({});
  CHECK(read_file(directory / ("enclosing." + std::to_string(number))) == own);
}

TEST_CASE("texts that have no number left are refused, and overwrite nothing", "[process][nested]") {
  const TemporaryDirectory elsewhere, directory;
  const std::uint64_t digest = EnclosingFiles(elsewhere.path()).keep(with_score(7)).value();
  for (std::uint64_t i = 0; i < 64; ++i)
    write_file(directory / ("enclosing." + std::to_string(digest + i)), "oom_score_adj 8\n");
  const auto kept = EnclosingFiles(directory.path()).keep(with_score(7));
  REQUIRE_FALSE(kept);
  CHECK(kept.error().message.find("enclosing." + std::to_string(digest)) != std::string::npos);
  CHECK(files_in(directory) == 64);
}
