#include <algorithm>

#include "core/messages.hpp"
#include "core/usable_resources.hpp"
#include "mesoscore/agent_info.hpp"
#include "mesoscore/limits.hpp"

namespace mesoscore {

std::string_view to_string(DrainState state) noexcept {
  switch (state) {
    case DrainState::none:
      return "NONE";
    case DrainState::draining:
      return "DRAINING";
    case DrainState::drained:
      return "DRAINED";
  }
  return "?";
}

namespace {

Status check_hostname(const std::string& hostname) {
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (hostname.empty()) {
    return fail(Errc::invalid_argument,
                "the hostname of the agent is empty: give the name that offers should show");
  }
  if (hostname.size() > kMaxIdBytes || std::any_of(hostname.begin(), hostname.end(), odd)) {
    return fail(Errc::invalid_argument,
                "hostname " + in_quotes(hostname) + " is not a host name: at most 255 bytes, no white space");
  }
  return {};
}

Status check_attributes(const Attributes& attributes) {
  for (const Attribute& attribute : attributes) {
    if (attribute.name.empty()) {
      return fail(Errc::invalid_argument, "an attribute has an empty name: give every attribute a name");
    }
  }
  return {};
}

Status check(const AgentInfo& agent) {
  if (!agent.id.empty()) MESOSCORE_TRY(validate_id(agent.id, "agent id"));
  MESOSCORE_TRY(validate(agent.resources));
  MESOSCORE_TRY(validate_unique_volumes(agent.resources));
  MESOSCORE_TRY(check_attributes(agent.attributes));
  if (agent.region.empty() != agent.zone.empty()) {
    return fail(Errc::invalid_argument, "region " + in_quotes(agent.region) + " and zone " +
                                            in_quotes(agent.zone) +
                                            ": a fault domain has both; give both or neither");
  }
  return {};
}

}  // namespace

Status validate(const AgentInfo& agent) {
  MESOSCORE_TRY(check_hostname(agent.hostname));
  MESOSCORE_TRY_IN("agent on " + in_quotes(agent.hostname), check(agent));
  return {};
}

}  // namespace mesoscore
