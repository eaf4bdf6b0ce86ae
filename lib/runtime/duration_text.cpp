#include "runtime/duration_text.hpp"

#include <charconv>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::runtime {
namespace {

constexpr std::pair<std::int64_t, std::string_view> kDurationUnits[] = {
    {604'800'000'000'000, "weeks"},
    {86'400'000'000'000, "days"},
    {3'600'000'000'000, "hrs"},
    {60'000'000'000, "mins"},
    {1'000'000'000, "secs"},
    {1'000'000, "ms"},
    {1'000, "us"},
    {1, "ns"},
};

}  // namespace

std::string duration_text(Duration duration) {
  for (const auto& [unit, name] : kDurationUnits) {
    const std::int64_t count = duration.count();
    if (count != 0 && count % unit == 0) return std::to_string(count / unit).append(name);
  }
  return "0ns";
}

Result<Duration> parse_duration_text(std::string_view text) {
  double number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view given = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, name] : kDurationUnits) {
    if (error == std::errc() && number >= 0 && given == name) {
      return from_seconds(number * (static_cast<double>(unit) / 1e9));
    }
  }
  return fail(Errc::invalid_argument, cat(in_quotes(text), " is not a duration like 15mins or 500ms"));
}

}  // namespace mesoscore::runtime
