#include <algorithm>
#include <cmath>

#include "core/messages.hpp"
#include "mesoscore/attributes.hpp"
#include "resources/json_values.hpp"

namespace mesoscore {
namespace {

// Moves the value of a result into `out`, or hands on its error.
template <class T>
Status store(T& out, Result<T> value) {
  if (!value) return fail(std::move(value.error()));
  out = std::move(*value);
  return {};
}

Status read_scalar(const Json& json, Attribute& out) {
  double number = 0;
  MESOSCORE_TRY(store(number, read_scalar_member(json)));
  if (!std::isfinite(number)) return bad_member("value", "is not a finite number");
  out.scalar = Scalar::from_double(number);
  return {};
}

Status read_attribute_set(const Json& json, Attribute& out) {
  MESOSCORE_TRY(store(out.set, read_set_member(json)));
  std::sort(out.set.begin(), out.set.end());
  const bool twice = std::adjacent_find(out.set.begin(), out.set.end()) != out.set.end();
  return twice ? bad_member("item", "has a duplicate: name each item once") : Status();
}

Status read_value(const Json& json, Attribute& out) {
  MESOSCORE_TRY(store(out.kind, read_kind(json)));
  switch (out.kind) {
    case ValueKind::scalar:
      return read_scalar(json, out);
    case ValueKind::ranges:
      return store(out.ranges, read_ranges_member(json));
    case ValueKind::set:
      return read_attribute_set(json, out);
    case ValueKind::text:
      break;
  }
  return store(out.text, read_text_member(json));
}

Status read_attribute(const Json& json, Attribute& out) {
  MESOSCORE_TRY(store(out.name, required_string(json, "name")));
  if (out.name.empty()) return bad_member("name", "is empty: name the attribute");
  MESOSCORE_TRY_IN(in_quotes(out.name), read_value(json, out));
  return {};
}

Json value_json(const Attribute& attribute) {
  switch (attribute.kind) {
    case ValueKind::scalar:
      return scalar_json(attribute.scalar);
    case ValueKind::ranges:
      return ranges_json(attribute.ranges);
    case ValueKind::set:
      return set_json(attribute.set);
    case ValueKind::text:
      break;
  }
  return {{"value", attribute.text}};
}

}  // namespace

std::string to_json(const Attributes& attributes) {
  Json list = Json::array();
  for (const Attribute& attribute : attributes) {
    Json element = {{"name", attribute.name}, {"type", name_of<ValueKind>(kValueKindNames, attribute.kind)}};
    element[member_of(attribute.kind)] = value_json(attribute);
    list.push_back(std::move(element));
  }
  return dump_json(list);
}

Result<Attributes> parse_attributes_json(std::string_view text) {
  const Result<Json> json = parse_json_text(text);
  if (!json) return fail(json.error());
  Attributes out;
  for (const Json* element : elements_of(&*json)) {
    const std::string where = "attribute #" + std::to_string(out.size() + 1) + " of the list";
    MESOSCORE_TRY_IN(where, read_attribute(*element, out.emplace_back()));
  }
  return out;
}

}  // namespace mesoscore
