// Reading the JSON of Mesos v1, which is not proto3 JSON: snake_case names, enums by name only, null is
// unset, unknown keys are ignored, numbers may be strings, and one value may stand for a list of one. Nothing
// here throws.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/labels.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore {

using Json = nlohmann::json;

Result<Json> parse_json_text(std::string_view text);
// One line. Bytes that are not UTF-8 become U+FFFD: JSON cannot carry them.
std::string dump_json(const Json& json);

// The member; null when it is absent, null, or `object` is not an object.
const Json* find_member(const Json& object, const char* key);
// The elements of a repeated member.
std::vector<const Json*> elements_of(const Json* list);

// Errors name the key. The optional forms give nothing when the member is absent.
Result<const Json*> optional_object(const Json& object, const char* key);
Result<std::string> required_string(const Json& object, const char* key);
Result<std::string> optional_string(const Json& object, const char* key);  // empty when absent
Result<double> required_double(const Json& object, const char* key);
Result<std::uint64_t> required_uint64(const Json& object, const char* key);
Result<Labels> optional_labels(const Json& object, const char* key);
Json labels_json(const Labels& labels);

tl::unexpected<Error> bad_member(std::string_view key, std::string_view what);

template <class Enum>
struct EnumName {
  std::string_view name;
  Enum value;
};

template <class Enum>
std::string_view name_of(std::span<const EnumName<Enum>> names, Enum value) noexcept {
  for (const EnumName<Enum>& entry : names) {
    if (entry.value == value) return entry.name;
  }
  return {};
}

// Nothing when the member is absent or its name is not known; a number is an error.
template <class Enum>
Result<std::optional<Enum>> optional_enum(const Json& object, const char* key,
                                          std::span<const EnumName<Enum>> names) {
  const Json* member = find_member(object, key);
  if (!member) return std::optional<Enum>();
  if (!member->is_string()) return bad_member(key, "must be the name of an enum value");
  for (const EnumName<Enum>& entry : names) {
    if (entry.name == member->get_ref<const std::string&>()) return std::optional<Enum>(entry.value);
  }
  return std::optional<Enum>();
}

template <class Enum>
Result<Enum> required_enum(const Json& object, const char* key, std::span<const EnumName<Enum>> names) {
  const Result<std::optional<Enum>> value = optional_enum(object, key, names);
  if (!value) return fail(value.error());
  if (*value) return **value;
  std::string known;
  for (const EnumName<Enum>& entry : names) known += (known.empty() ? "" : ", ") + std::string(entry.name);
  return bad_member(key, "must be one of " + known);
}

}  // namespace mesoscore
