#include "master/state.hpp"

namespace mesoscore {

// The record comes before the promise: the agent learns its id when its admission is durable.
void Master::State::on_register_agent(PeerId peer, const msg::RegisterAgent& call) {
  if (!call.agent) return refuse(peer, "RegisterAgent without an agent");
  MasterPeer* known = find_peer(peer);
  if (known->bound == MasterPeer::Bound::framework) {
    return refuse(peer, "a connection that is subscribed as a framework cannot register an agent");
  }
  if (known->bound == MasterPeer::Bound::agent) {  // a retry that crossed our answer
    return send(peer, msg::AgentRegistered{agents[known->index].id(), id, ping_timeout()});
  }
  if (Status valid = validate(*call.agent); !valid) return refuse(peer, valid.error().message);
  if (!call.agent->id.empty()) {
    return refuse(peer, cat("agent ", call.agent->id, " has an id: it must send ReregisterAgent"));
  }
  auto info = std::make_shared<AgentInfo>(*call.agent);
  info->id = AgentId(cat(id, "-S", agent_counter++));
  const std::uint32_t a = add_agent(std::move(info), peer);

  keep_agent(a);
  send(peer, msg::AgentRegistered{agents[a].id(), id, ping_timeout()});

  allocator.add_agent(agent_handle(a), agents[a].info, {});
  note(*out, LogLevel::info, "agent ", agents[a].id(), " (", agents[a].info->hostname, ") registered with ",
       agents[a].info->resources.str());
}

}  // namespace mesoscore
