// The members that Resource and Attribute share: type, and the value in the member that the type names.
#pragma once

#include "mesoscore/resources.hpp"
#include "resources/json_fields.hpp"

namespace mesoscore {

inline constexpr EnumName<ValueKind> kValueKindNames[] = {
    {"SCALAR", ValueKind::scalar},
    {"RANGES", ValueKind::ranges},
    {"SET", ValueKind::set},
    {"TEXT", ValueKind::text},
};

// "scalar": the member that holds a value of this kind.
const char* member_of(ValueKind kind) noexcept;

// The type. Exactly the member that it names must be there.
Result<ValueKind> read_kind(const Json& object);
Result<double> read_scalar_member(const Json& object);
Result<Ranges> read_ranges_member(const Json& object);
Result<std::vector<std::string>> read_set_member(
    const Json& object);  // as written: any order, with duplicates
Result<std::string> read_text_member(const Json& object);

Json scalar_json(Scalar value);
Json ranges_json(const Ranges& ranges);
Json set_json(std::span<const std::string> items);

}  // namespace mesoscore
