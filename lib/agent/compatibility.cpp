#include "agent/compatibility.hpp"

#include <algorithm>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::agent_detail {
namespace {

tl::unexpected<Error> changed(std::string_view what, std::string_view before, std::string_view now) {
  return fail(
      Errc::invalid_argument,
      cat(what, " of this agent: was ", in_quotes(before), ", is now ", in_quotes(now),
          ". Start it with what it had (more is allowed), or drain it and start it with an empty storage"));
}

bool grown_from(const Attribute& before, const Attribute& now) {
  if (before.name != now.name || before.kind != now.kind) return false;
  switch (before.kind) {
    case ValueKind::scalar:
      return before.scalar == now.scalar;
    case ValueKind::text:
      return before.text == now.text;
    case ValueKind::ranges:
      return now.ranges.contains(before.ranges);
    case ValueKind::set:
      return std::includes(now.set.begin(), now.set.end(), before.set.begin(), before.set.end());
  }
  return false;
}

std::string named(const Attributes& all, const std::string& name) {
  Attributes found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found),
               [&](const Attribute& attribute) { return attribute.name == name; });
  return to_text(found);
}

Status check_attributes(const Attributes& before, const Attributes& now) {
  for (const Attribute& attribute : before) {
    const auto same = [&](const Attribute& other) { return grown_from(attribute, other); };
    if (std::none_of(now.begin(), now.end(), same)) {
      return changed(cat("attribute ", in_quotes(attribute.name)), to_text({attribute}),
                     named(now, attribute.name));
    }
  }
  return {};
}

Status check_resources(const Resources& before, const Resources& now) {
  if (now.contains(before)) return {};
  return changed("the resources", before.str(), now.str());
}

}  // namespace

Result<AgentInfo> continued(const record::Self& before, const AgentInfo& now) {
  const AgentInfo& was = before.info;
  if (was.hostname != now.hostname) return changed("the hostname", was.hostname, now.hostname);
  const bool placed = !was.region.empty() || !was.zone.empty();
  if (placed && (was.region != now.region || was.zone != now.zone)) {
    return changed("the fault domain", cat(was.region, "/", was.zone), cat(now.region, "/", now.zone));
  }
  MESOSCORE_TRY(check_attributes(was.attributes, now.attributes));
  MESOSCORE_TRY(check_resources(before.configured, now.resources));
  AgentInfo info = now;
  info.id = was.id;
  info.resources = was.resources + (now.resources - before.configured);
  return info;
}

}  // namespace mesoscore::agent_detail
