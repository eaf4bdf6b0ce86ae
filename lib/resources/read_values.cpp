#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/messages.hpp"
#include "resources/scalar.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

// What is between the brackets of the whole text.
Result<std::string_view> inside(std::string_view text, char close) {
  const std::size_t end = text.find(close);
  if (end == std::string_view::npos) {
    return fail(Errc::invalid_argument,
                in_quotes(text) + " is not closed: '" + std::string(1, close) + "' is missing");
  }
  if (const std::string_view rest = trimmed(text.substr(end + 1)); !rest.empty()) {
    return fail(Errc::invalid_argument, "unknown text " + in_quotes(rest) + " after '" +
                                            std::string(1, close) + "': separate entries with ';'");
  }
  return trimmed(text.substr(1, end - 1));
}

std::string_view next_item(std::string_view& rest, bool& more) {
  const std::size_t comma = rest.find(',');
  more = comma != std::string_view::npos;
  const std::string_view item = trimmed(rest.substr(0, comma));
  rest.remove_prefix(more ? comma + 1 : rest.size());
  return item;
}

bool read_uint64(std::string_view text, std::uint64_t& value) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Result<Range> read_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  Range range;
  if (dash != std::string_view::npos && read_uint64(trimmed(text.substr(0, dash)), range.begin) &&
      read_uint64(trimmed(text.substr(dash + 1)), range.end)) {
    return range;
  }
  return fail(Errc::invalid_argument,
              in_quotes(text) + " is not a range: write begin-end with whole numbers, like 5-9");
}

// Exact where a double is not: digits with at most one point, of a magnitude that was checked.
Scalar from_digits(std::string_view digits) noexcept {
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::int64_t milli = 0;
  for (char c : digits.substr(0, point)) milli = milli * 10 + (c - '0');
  for (std::size_t i = 1; i <= 3; ++i) {
    milli = milli * 10 + (point + i < digits.size() ? digits[point + i] - '0' : 0);
  }
  const bool round_up = point + 4 < digits.size() && digits[point + 4] >= '5';
  return {milli + (round_up ? 1 : 0)};
}

Scalar exact(std::string_view text, double value) noexcept {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return Scalar::from_double(value);
  return {std::min(from_digits(text).milli, Scalar::kMaxMilli)};
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<double> read_double(std::string_view text) noexcept {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const bool tiny = text.find("e-") != std::string_view::npos ||
                      text.find("E-") != std::string_view::npos ||
                      text.find_first_of("123456789") > text.find('.');
    const double size = tiny ? std::numeric_limits<double>::min() : std::numeric_limits<double>::infinity();
    return text.starts_with('-') ? -size : size;
  }
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

Result<Scalar> read_amount(std::string_view text) {
  const std::optional<double> value = read_double(text);
  if (!value) return fail(Errc::invalid_argument, in_quotes(text) + " is not a number");
  Result<Scalar> amount = checked_amount(*value);
  // Not below the double's verdict: 0.00049999999999999999 is half a thousandth to it, and so not zero.
  if (amount && *value > 0) amount = std::max(exact(text, *value), Scalar{1});
  return amount;
}

std::optional<Scalar> read_number(std::string_view text) {
  // Words that from_chars takes for numbers.
  if (text.find_first_not_of("0123456789.+-eE") != std::string_view::npos) return std::nullopt;
  const std::optional<double> value = read_double(text);
  if (!value || !(std::abs(*value) <= static_cast<double>(Scalar::kMaxMilli) / 1000.0)) return std::nullopt;
  return exact(text, *value);
}

Result<Ranges> read_ranges(std::string_view text) {
  Result<std::string_view> list = inside(text, ']');
  if (!list) return fail(std::move(list.error()));
  std::vector<Range> intervals;
  for (bool more = !list->empty(); more;) {
    const Result<Range> range = read_range(next_item(*list, more));
    if (!range) return fail(range.error());
    intervals.push_back(*range);
  }
  return Ranges::make(std::move(intervals));
}

Result<std::vector<std::string>> read_set(std::string_view text) {
  Result<std::string_view> list = inside(text, '}');
  if (!list) return fail(std::move(list.error()));
  std::vector<std::string> items;
  for (bool more = !list->empty(); more;) {
    items.emplace_back(next_item(*list, more));
    if (items.back().empty()) {
      return fail(Errc::invalid_argument, in_quotes(text) + " has an empty item: write {a,b}");
    }
  }
  std::sort(items.begin(), items.end());
  const auto twice = std::adjacent_find(items.begin(), items.end());
  if (twice != items.end()) {
    return fail(Errc::invalid_argument,
                in_quotes(text) + " has " + in_quotes(*twice) + " twice: name each item once");
  }
  return items;
}

}  // namespace mesoscore
