// The text form of attributes: `rack:r7;speed:2.5;slots:[1-4]`.
#include "mesoscore/attributes.hpp"

#include "core/messages.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {
namespace {

Status read_value(Attribute& out, std::string_view text) {
  if (text.starts_with('[')) {
    Result<Ranges> ranges = read_ranges(text);
    if (!ranges) return fail(std::move(ranges.error()));
    out.kind = ValueKind::ranges;
    out.ranges = std::move(*ranges);
  } else if (text.starts_with('{')) {
    Result<std::vector<std::string>> set = read_set(text);
    if (!set) return fail(std::move(set.error()));
    out.kind = ValueKind::set;
    out.set = std::move(*set);
  } else if (const std::optional<Scalar> number = read_number(text)) {
    out.kind = ValueKind::scalar;
    out.scalar = *number;
  } else {
    out.text = text;
  }
  return {};
}

Result<Attribute> read_attribute(std::string_view entry) {
  const std::size_t colon = entry.find(':');
  Attribute out;
  out.name = trimmed(entry.substr(0, colon));
  const std::string_view value = colon == std::string_view::npos ? "" : trimmed(entry.substr(colon + 1));
  if (out.name.empty() || value.empty()) {
    return fail(Errc::invalid_argument,
                "attribute " + in_quotes(entry) + " has no name or no value: write name:value");
  }
  MESOSCORE_TRY_IN("attribute " + in_quotes(entry), read_value(out, value));
  return out;
}

std::string value_text(const Attribute& attribute) {
  switch (attribute.kind) {
    case ValueKind::scalar:
      return format_scalar(attribute.scalar);
    case ValueKind::ranges:
      return format_ranges(attribute.ranges);
    case ValueKind::set:
      return format_set(attribute.set);
    case ValueKind::text:
      break;
  }
  return attribute.text;
}

}  // namespace

Result<Attributes> parse_attributes(std::string_view text) {
  Attributes out;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(";\n");
    const std::string_view entry = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (entry.empty()) continue;
    Result<Attribute> attribute = read_attribute(entry);
    if (!attribute) return fail(std::move(attribute.error()));
    out.push_back(std::move(*attribute));
  }
  return out;
}

std::string to_text(const Attributes& attributes) {
  std::string out;
  for (const Attribute& attribute : attributes) {
    out += (out.empty() ? "" : ";") + attribute.name + ":" + value_text(attribute);
  }
  return out;
}

}  // namespace mesoscore
