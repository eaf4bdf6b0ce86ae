#include "workload.hpp"

#include <cstdio>
#include <string>

namespace {

mesoscore::CommandInfo program(std::vector<std::string> words) {
  mesoscore::CommandInfo command;
  command.shell = false;
  command.value = words.front();
  command.arguments = std::move(words);
  return command;
}

mesoscore::CommandInfo shell(std::string line) {
  mesoscore::CommandInfo command;
  command.value = std::move(line);
  return command;
}

std::string seconds(mesoscore::Rng& rng, unsigned from_ms, unsigned to_ms) {
  char text[16];
  const std::uint64_t ms = from_ms + rng.below(to_ms - from_ms + 1);
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(ms) / 1000);
  return text;
}

WorkItem make_item(mesoscore::Rng& rng) {
  const std::uint64_t kind = rng.below(100);
  if (kind < 5) return {program({"true"})};
  if (kind < 25) {  // a little work, then a rest
    return {
        shell("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; echo $i; sleep " + seconds(rng, 100, 400))};
  }
  return {program({"sleep", seconds(rng, 200, 600)})};
}

}  // namespace

std::vector<WorkItem> make_workload(std::size_t count, mesoscore::Rng& rng) {
  std::vector<WorkItem> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back(make_item(rng));
  // Two kinds of failure, early enough to be seen.
  items[count / 4] = {shell("echo 'this fails on purpose' >&2; exit 3"), true};
  items[count / 2] = {program({"no-such-program"}), true};
  return items;
}
