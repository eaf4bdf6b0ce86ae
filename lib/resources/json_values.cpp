#include "resources/json_values.hpp"

#include "core/messages.hpp"

namespace mesoscore {
namespace {

Result<Range> read_range(const Json& object) {
  const Result<std::uint64_t> begin = required_uint64(object, "begin");
  if (!begin) return fail(begin.error());
  const Result<std::uint64_t> end = required_uint64(object, "end");
  if (!end) return fail(end.error());
  return Range{*begin, *end};
}

}  // namespace

const char* member_of(ValueKind kind) noexcept {
  switch (kind) {
    case ValueKind::scalar:
      return "scalar";
    case ValueKind::ranges:
      return "ranges";
    case ValueKind::set:
      return "set";
    case ValueKind::text:
      return "text";
  }
  return "";
}

Result<ValueKind> read_kind(const Json& object) {
  const Result<ValueKind> kind = required_enum<ValueKind>(object, "type", kValueKindNames);
  if (!kind) return kind;
  for (const EnumName<ValueKind>& entry : kValueKindNames) {
    const Result<const Json*> member = optional_object(object, member_of(entry.value));
    if (!member) return fail(member.error());
    if ((*member != nullptr) == (entry.value == *kind)) continue;
    return bad_member(member_of(entry.value), std::string(*member ? "is set" : "is missing") +
                                                  " but the type is " +
                                                  std::string(name_of<ValueKind>(kValueKindNames, *kind)) +
                                                  ": set the member that the type names, and no other");
  }
  return kind;
}

Result<double> read_scalar_member(const Json& object) {
  return required_double(*find_member(object, "scalar"), "value");
}

Result<Ranges> read_ranges_member(const Json& object) {
  std::vector<Range> intervals;
  for (const Json* element : elements_of(find_member(*find_member(object, "ranges"), "range"))) {
    const Result<Range> range = read_range(*element);
    if (!range) return fail_in("range", range.error());
    intervals.push_back(*range);
  }
  return Ranges::make(std::move(intervals));
}

Result<std::vector<std::string>> read_set_member(const Json& object) {
  std::vector<std::string> items;
  for (const Json* element : elements_of(find_member(*find_member(object, "set"), "item"))) {
    if (!element->is_string()) return bad_member("item", "must be a string");
    items.push_back(element->get<std::string>());
  }
  return items;
}

Result<std::string> read_text_member(const Json& object) {
  return required_string(*find_member(object, "text"), "value");
}

Json scalar_json(Scalar value) { return {{"value", value.to_double()}}; }

Json ranges_json(const Ranges& ranges) {
  Json list = Json::array();
  for (const Range& range : ranges.intervals()) list.push_back({{"begin", range.begin}, {"end", range.end}});
  return {{"range", std::move(list)}};
}

Json set_json(std::span<const std::string> items) {
  Json list = Json::array();
  for (const std::string& item : items) list.push_back(item);
  return {{"item", std::move(list)}};
}

}  // namespace mesoscore
