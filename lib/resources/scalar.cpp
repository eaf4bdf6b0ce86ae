#include "resources/scalar.hpp"

#include <charconv>
#include <cmath>

#include "core/messages.hpp"

namespace mesoscore {
namespace {

std::string shortest(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general).ptr;
  return std::string(buffer, end);
}

}  // namespace

Scalar Scalar::from_double(double value) noexcept {
  constexpr double kLargest = static_cast<double>(kMaxMilli) / 1000.0;
  if (std::isnan(value)) return {};
  if (value >= kLargest) return {kMaxMilli};
  if (value <= -kLargest) return {-kMaxMilli};
  return {std::llround(value * 1000.0)};
}

Result<Scalar> checked_amount(double value) {
  const auto refuse = [&](const char* why) {
    return fail(Errc::invalid_argument, "amount " + shortest(value) + " " + why);
  };
  if (!std::isfinite(value)) return refuse("is not a finite number: give a number of zero or more");
  if (value < 0) return refuse("is negative: give zero or more");
  if (value > static_cast<double>(Scalar::kMaxMilli) / 1000.0) return refuse("is too large: at most 9.22e15");
  const Scalar amount = Scalar::from_double(value);
  if (value > 0 && amount.milli == 0)
    return refuse("rounds to zero: amounts have three decimals, at least 0.001");
  return amount;
}

}  // namespace mesoscore
