// Reads `name(role){words}:value;...`.
#include "core/messages.hpp"
#include "mesoscore/quota.hpp"
#include "mesoscore/roles.hpp"
#include "resources/parsed.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {
namespace {

constexpr const char* kExpected =
    ": expected name(role):value, where value is a number, [begin-end,...] or {a,b}";

// Calls `visit(entry)` for each non-empty entry until one fails.
template <class Visit>
Status each_entry(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view entry = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (entry.empty()) continue;
    MESOSCORE_TRY_IN("resource " + in_quotes(entry), visit(entry));
  }
  return {};
}

tl::unexpected<Error> malformed(const std::string& why) {
  return fail(Errc::invalid_argument, why + kExpected);
}

Result<Resource> read_value(Name name, std::string_view text) {
  if (text.empty()) return malformed("there is no value");
  if (text.front() == '[') {
    Result<Ranges> ranges = read_ranges(text);
    if (!ranges) return fail(std::move(ranges.error()));
    return Resource(std::move(name), std::move(*ranges));
  }
  if (text.front() == '{') {
    Result<std::vector<std::string>> set = read_set(text);
    if (!set) return fail(std::move(set.error()));
    return Resource(std::move(name), std::move(*set));
  }
  if (!read_double(text)) return malformed("value " + in_quotes(text) + " is not one");
  const Result<Scalar> amount = read_amount(text);
  if (!amount) return fail(amount.error());
  return Resource(std::move(name), *amount);
}

struct NameAndRole {
  std::string_view name;
  std::string_view role;
};

// "name" or "name(role)".
Result<NameAndRole> read_label(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return NameAndRole{text, kDefaultRole};
  if (text.back() != ')') return malformed(in_quotes(text) + " has a '(' that is not closed at the end");
  const NameAndRole label{trimmed(text.substr(0, open)),
                          trimmed(text.substr(open + 1, text.size() - open - 2))};
  MESOSCORE_TRY(validate_role(label.role));
  return label;
}

struct Parts {
  std::string_view label;
  std::string_view words;  // in braces
  std::string_view value;
};

// A colon may stand in the braces, and braces in the value.
Result<Parts> split(std::string_view entry) {
  Parts parts;
  const std::size_t end = entry.find_first_of("{:");
  parts.label = trimmed(entry.substr(0, end));
  std::string_view rest = end == std::string_view::npos ? std::string_view() : entry.substr(end);
  if (rest.starts_with('{')) {
    const std::size_t close = rest.find('}');
    if (close == std::string_view::npos) return malformed("there is a '{' that is not closed");
    parts.words = rest.substr(1, close - 1);
    rest = trimmed(rest.substr(close + 1));
  }
  if (!rest.starts_with(':')) return malformed("there is no ':'");
  parts.value = trimmed(rest.substr(1));
  return parts;
}

Result<Resource> read_entry(std::string_view entry) {
  const Result<Parts> parts = split(entry);
  if (!parts) return fail(parts.error());
  const Result<NameAndRole> label = read_label(parts->label);
  if (!label) return fail(label.error());
  if (label->name.empty()) return malformed("there is no name before ':'");
  Result<Resource> resource = read_value(label->name, parts->value);
  if (!resource || (label->role == kDefaultRole && parts->words.empty())) return resource;
  ResourceTraits traits;
  if (label->role != kDefaultRole) {
    traits.reservations.push_back({Reservation::Type::static_, label->role, {}, {}});
  }
  MESOSCORE_TRY(read_traits(parts->words, traits));
  return resource->with_traits(std::move(traits));
}

// Entries that are nothing but name and number.
template <class Visit>
Status each_amount(std::string_view text, Visit visit) {
  return each_entry(text, [&](std::string_view entry) -> Status {
    const Result<Resource> resource = read_entry(entry);
    if (!resource) return fail(resource.error());
    MESOSCORE_TRY(validate(*resource));
    if (resource->kind() != ValueKind::scalar || !resource->plain()) {
      return fail(Errc::invalid_argument,
                  "quantities have neither roles nor lists: write name:number, like cpus:4");
    }
    return visit(*resource);
  });
}

}  // namespace

Result<Resources> Resources::parse(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[')) return parse_json(text);
  ParsedResources parsed;
  const Status status = each_entry(text, [&](std::string_view entry) -> Status {
    const Result<Resource> resource = read_entry(entry);
    if (!resource) return fail(resource.error());
    return parsed.add(*resource);
  });
  if (!status) return fail(status.error());
  return std::move(parsed.resources);
}

Result<Quantities> Quantities::parse(std::string_view text) {
  Quantities out;
  const Status status = each_amount(text, [&](const Resource& item) {
    out.add(item.name(), item.scalar());
    return Status();
  });
  if (!status) return fail(status.error());
  return out;
}

Result<QuantityLimits> QuantityLimits::parse(std::string_view text) {
  QuantityLimits out;
  const Status status = each_amount(text, [&](const Resource& item) -> Status {
    if (out.get(item.name())) return fail(Errc::invalid_argument, "it is limited twice: name it once");
    out.set(item.name(), item.scalar());
    return {};
  });
  if (!status) return fail(status.error());
  return out;
}

}  // namespace mesoscore
