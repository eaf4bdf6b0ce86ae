#include "options.hpp"

#include <charconv>
#include <map>

#include <CLI/CLI.hpp>

namespace {

// "7" or "1..10000"
std::string read_seeds(const std::string& text, Options& options) {
  const std::size_t dots = text.find("..");
  const char* end = text.data() + text.size();
  const char* first_end = dots == std::string::npos ? end : text.data() + dots;
  const auto first = std::from_chars(text.data(), first_end, options.first);
  options.last = options.first;
  auto last = first;
  if (dots != std::string::npos) last = std::from_chars(first_end + 2, end, options.last);
  const bool good = first.ec == std::errc() && first.ptr == first_end && last.ec == std::errc() &&
                    last.ptr == end && options.first <= options.last;
  return good ? "" : "'" + text + "' is not a seed or a range of seeds: write 7 or 1..10000";
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  using mesoscore::simulator::PlantedBug;
  CLI::App app("The real machines without a real world: clusters under faults, and recordings");
  app.require_subcommand(1);
  CLI::App& faults = *app.add_subcommand("faults", "Clusters under faults, one for each seed");
  std::string seeds = "1..100";
  faults.add_option("--seeds", seeds, "A seed, or a range of seeds")
      ->type_name("FIRST..LAST")
      ->capture_default_str();
  faults.add_option("--minutes", options.minutes, "Virtual time with faults, for each seed")
      ->check(CLI::Range(0.1, 100'000.0))
      ->capture_default_str();
  faults.add_option("--jobs", options.jobs, "Processes that share the seeds")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  faults
      .add_option("--log", options.log,
                  "Where to write the event log of seeds that fail; of a single seed always")
      ->type_name("FILE");
  faults.add_flag("--quiet", options.quiet, "No line for each seed that is well");
  const std::map<std::string, PlantedBug> bugs = {{"none", PlantedBug::none},
                                                  {"dropped-ack", PlantedBug::dropped_acknowledgement},
                                                  {"skipped-commit", PlantedBug::skipped_commit},
                                                  {"freed-twice", PlantedBug::resources_freed_twice},
                                                  {"forgotten-group", PlantedBug::forgotten_group}};
  faults.add_option("--bug", options.bug, "Plant a bug, to see that it is found")
      ->transform(CLI::CheckedTransformer(bugs).description(
          "none|dropped-ack|skipped-commit|freed-twice|forgotten-group"));
  faults.add_flag("!--nothing-durable", options.durable, "No machine keeps anything over a crash");
  ReplayCommand replay;
  CLI::App& replaying =
      *app.add_subcommand("replay", "Steps a recorded master or agent through its recording again");
  define_replay(replaying, replay);
  options.command = argv[0];
  try {
    app.parse(argc, argv);
    if (const std::string wrong = read_seeds(seeds, options); !wrong.empty()) {
      throw CLI::ValidationError("--seeds", wrong);
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (replaying.parsed()) options.replay = std::move(replay);
  return std::nullopt;
}
