#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {
namespace {

Status check_suppressed(const msg::Subscribe& call) {
  const auto& roles = call.framework->roles;
  for (const RoleName& role : call.suppressed_roles) {
    if (std::find(roles.begin(), roles.end(), role) != roles.end()) continue;
    return fail(Errc::invalid_argument,
                cat("suppressed role \"", role, "\" is not one of the framework's roles"));
  }
  return {};
}

Status check_subscribe(const Master::State& s, const msg::Subscribe& call) {
  if (Status valid = validate(*call.framework); !valid) return valid;
  if (Status valid = check_suppressed(call); !valid) return valid;
  const FrameworkId& id = call.framework->id;
  if (id.empty()) return {};
  if (Status valid = validate_id(id, "framework id"); !valid) return valid;
  if (s.is_completed(id)) return fail(Errc::not_found, cat("Framework has been removed: ", id));
  const std::uint32_t f = s.find_framework(id);
  if (f != kNone && s.frameworks[f].info->principal != call.framework->principal) {
    return fail(Errc::invalid_argument,
                cat("the principal of framework ", id, " cannot change from \"",
                    s.frameworks[f].info->principal, "\" to \"", call.framework->principal, "\""));
  }
  return {};
}

// The newest subscriber wins: the old connection is told and closed.
void replace_connection(Master::State& s, std::uint32_t f) {
  if (!s.frameworks[f].peer) return;
  const PeerId old = *s.frameworks[f].peer;
  s.send(old, msg::ErrorMessage{"Framework failed over"});
  s.out->closes.push_back({old, "framework failed over"});
  s.peers.erase(static_cast<std::uint64_t>(old));
  s.frameworks[f].peer.reset();
}

// A subscription of a framework that is known: connected, disconnected, or only heard of from agents.
void resubscribe(Master::State& s, std::uint32_t f, PeerId peer, msg::Subscribe& call) {
  MasterFramework& framework = s.frameworks[f];
  replace_connection(s, f);
  s.discard_offers_of_framework(f);
  s.allocator.deactivate_framework(framework_handle(f));  // its filters are void

  auto info = std::make_shared<FrameworkInfo>(*call.framework);
  info->user = framework.info->user;
  info->checkpoint = framework.info->checkpoint;
  const bool changed = !(*info == *framework.info);
  framework.info = std::move(info);
  s.allocator.update_framework(framework_handle(f), *framework.info, call.suppressed_roles);
  // Stated demands are kept in the roles that it still has.
  std::erase_if(framework.stated, [&](const auto& entry) {
    const auto& roles = framework.info->roles;
    return std::find(roles.begin(), roles.end(), entry.first) == roles.end();
  });
  if (changed) s.tell_agents(f);
  s.connect_framework(f, peer);
  s.state_all(f, call.requests);
}

}  // namespace

void Master::State::on_subscribe(PeerId peer, msg::Subscribe& call) {
  if (!call.framework) return refuse(peer, "Subscribe without a framework");
  if (find_peer(peer)->bound != MasterPeer::Bound::nobody) {
    return refuse(peer, "this connection is subscribed already; open another one for another framework");
  }
  if (Status valid = check_subscribe(*this, call); !valid) return refuse(peer, valid.error().message);

  if (!call.framework->id.empty()) {
    const std::uint32_t f = find_framework(call.framework->id);
    const MasterPeer* present = f != kNone && frameworks[f].peer ? find_peer(*frameworks[f].peer) : nullptr;
    if (present != nullptr && superseded(peer, present->number)) return;
    if (f != kNone) return resubscribe(*this, f, peer, call);
    // An id of an earlier master: it is kept.
    return subscribe_new(call.framework, peer, call);
  }
  auto info = std::make_shared<FrameworkInfo>(*call.framework);
  std::string number = std::to_string(framework_counter++);
  if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
  info->id = FrameworkId(cat(id, "-", number));
  subscribe_new(std::move(info), peer, call);
}

void Master::State::subscribe_new(msg::FrameworkPtr info, PeerId peer, msg::Subscribe& call) {
  const std::uint32_t f = add_framework(std::move(info), call.suppressed_roles);
  connect_framework(f, peer);
  state_all(f, call.requests);
}

}  // namespace mesoscore
