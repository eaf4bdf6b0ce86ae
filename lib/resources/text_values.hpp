// The text form of values, shared by resources and attributes: 4.5, [1-4, 8-9], {a, b}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/resources.hpp"

namespace mesoscore {

std::string_view trimmed(std::string_view text) noexcept;

// A decimal number that is the whole text; "inf" and "nan" are numbers here. Exponents are allowed.
std::optional<double> read_double(std::string_view text) noexcept;

// A number of the safe magnitude, exact when it is written without exponent. Refuses what checked_amount
// refuses.
Result<Scalar> read_amount(std::string_view text);
// The same for any sign and without a lower bound; nothing when the text is not such a number.
std::optional<Scalar> read_number(std::string_view text);

Result<Ranges> read_ranges(std::string_view text);                 // begins with '['
Result<std::vector<std::string>> read_set(std::string_view text);  // begins with '{'; sorted

// Adds what the words say: "dynamic=eng volume=v1 at=data". What does not go together is for validate() to
// find.
Status read_traits(std::string_view words, ResourceTraits& traits);

std::string format_scalar(Scalar value);
std::string format_ranges(const Ranges& ranges);
std::string format_set(std::span<const std::string> items);

}  // namespace mesoscore
