// What the command lines of the programs have in common, for CLI11.
#pragma once

#include <charconv>
#include <map>
#include <string>
#include <utility>

#include <spdlog/common.h>
#include <CLI/CLI.hpp>

#include "mesoscore/time.hpp"

namespace cli {

// Makes a check of any function of the library that returns a Result: its error is what the user reads.
template <class Parse>
auto checked_by(Parse parse) {
  return [parse](const std::string& text) {
    const auto result = parse(text);
    return result ? std::string() : result.error().message;
  };
}

inline std::pair<double, std::string> number_and_unit(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return {-1, "no number"};
  return {number, std::string(stopped, end)};
}

// An option that is a duration: "500ms", "5s", "1.5m", "2h"; a bare number is seconds.
inline CLI::Option* add_duration(CLI::App& app, const std::string& name, mesoscore::Duration& value,
                                 const std::string& description, bool zero_allowed = false) {
  const auto parse = [&value, zero_allowed, name](const std::string& text) {
    static const std::map<std::string, double> units = {
        {"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}};
    const auto [number, unit] = number_and_unit(text);
    const auto found = units.find(unit);
    if (found == units.end() || !(number >= 0 && number < 1e9) || (number == 0 && !zero_allowed)) {
      throw CLI::ValidationError(name, "'" + text + "' is not a duration" +
                                           (zero_allowed ? "" : " above zero") +
                                           ": write 500ms, 5s, 1.5m or 2h");
    }
    value = mesoscore::from_seconds(number * found->second);
  };
  return app.add_option_function<std::string>(name, parse, description)->type_name("DURATION");
}

// A check for amounts.
inline std::string above_zero(const std::string& text) {
  const auto [number, unit] = number_and_unit(text);
  return number > 0 && number < 1e12 && unit.empty() ? "" : "'" + text + "' is not a number above zero";
}

inline CLI::Option* add_log_level(CLI::App& app, spdlog::level::level_enum& level) {
  const std::map<std::string, spdlog::level::level_enum> levels = {
      {"trace", spdlog::level::trace},  {"debug", spdlog::level::debug}, {"info", spdlog::level::info},
      {"warning", spdlog::level::warn}, {"error", spdlog::level::err},   {"off", spdlog::level::off}};
  return app.add_option("--log-level", level, "How much to log on stderr")
      ->transform(CLI::CheckedTransformer(levels).description("trace|debug|info|warning|error|off"));
}

}  // namespace cli
