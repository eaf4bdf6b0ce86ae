#include "resources/json_fields.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/messages.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {
namespace {

std::optional<double> double_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return read_double(text);
}

std::optional<std::uint64_t> uint64_of(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (number >= 0 && number < 0x1p64 && std::floor(number) == number)
      return static_cast<std::uint64_t>(number);
  }
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

tl::unexpected<Error> bad_member(std::string_view key, std::string_view what) {
  return fail(Errc::invalid_argument, in_quotes(key) + " " + std::string(what));
}

Result<Json> parse_json_text(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    return fail(Errc::invalid_argument, std::string("not JSON: ") + error.what());
  }
}

std::string dump_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

const Json* find_member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

std::vector<const Json*> elements_of(const Json* list) {
  std::vector<const Json*> out;
  if (!list) return out;
  if (!list->is_array()) return {list};
  for (const Json& element : *list) out.push_back(&element);
  return out;
}

Result<const Json*> optional_object(const Json& object, const char* key) {
  const Json* member = find_member(object, key);
  if (member && !member->is_object()) return bad_member(key, "must be an object");
  return member;
}

Result<std::string> optional_string(const Json& object, const char* key) {
  const Json* member = find_member(object, key);
  if (!member) return std::string();
  if (!member->is_string()) return bad_member(key, "must be a string");
  return member->get<std::string>();
}

Result<std::string> required_string(const Json& object, const char* key) {
  if (!find_member(object, key)) return bad_member(key, "is missing: it must be a string");
  return optional_string(object, key);
}

Result<double> required_double(const Json& object, const char* key) {
  const Json* member = find_member(object, key);
  const std::optional<double> value = member ? double_of(*member) : std::nullopt;
  if (!value) return bad_member(key, member ? "must be a number" : "is missing: it must be a number");
  return *value;
}

Result<std::uint64_t> required_uint64(const Json& object, const char* key) {
  const Json* member = find_member(object, key);
  const std::optional<std::uint64_t> value = member ? uint64_of(*member) : std::nullopt;
  if (!value) return bad_member(key, "must be a whole number of zero or more");
  return *value;
}

Result<Labels> optional_labels(const Json& object, const char* key) {
  const Result<const Json*> wrapper = optional_object(object, key);
  if (!wrapper) return fail(wrapper.error());
  Labels labels;
  if (!*wrapper) return labels;
  for (const Json* element : elements_of(find_member(**wrapper, "labels"))) {
    Result<std::string> name = required_string(*element, "key");
    if (!name) return fail_in(key, name.error());
    Result<std::string> value = optional_string(*element, "value");
    if (!value) return fail_in(key, value.error());
    labels.push_back({std::move(*name), std::move(*value)});
  }
  return labels;
}

Json labels_json(const Labels& labels) {
  Json list = Json::array();
  for (const Label& label : labels) {
    Json element = {{"key", label.key}};
    if (!label.value.empty()) element["value"] = label.value;
    list.push_back(std::move(element));
  }
  return {{"labels", std::move(list)}};
}

}  // namespace mesoscore
