#include "resources/parsed.hpp"

#include <algorithm>

#include "core/messages.hpp"

namespace mesoscore {

Status ParsedResources::add(const Resource& item) {
  MESOSCORE_TRY(validate(item));
  const auto same_name = [&](const auto& seen) { return seen.first == item.name(); };
  const auto seen = std::find_if(kinds_.begin(), kinds_.end(), same_name);
  if (seen == kinds_.end()) {
    kinds_.emplace_back(item.name(), item.kind());
  } else if (seen->second != item.kind()) {
    return fail(Errc::invalid_argument, "resource " + in_quotes(item.name()) +
                                            " came with another kind of value before: use one kind per name");
  }
  if (item.kind() != ValueKind::scalar && !item.shared()) {
    Resources before = resources.filter([&](const Resource& other) { return other.same_identity(item); });
    Resources rest = before;
    rest.subtract(item);
    if (rest != before) {
      return fail(Errc::invalid_argument, "resource " + in_quotes(item.name()) +
                                              " overlaps with an earlier entry: name each value once");
    }
  }
  resources.add(item);
  return {};
}

}  // namespace mesoscore
