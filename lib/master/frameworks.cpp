// The life of a framework: added, connected, disconnected, removed.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {

std::uint32_t Master::State::find_framework(const FrameworkId& framework) const {
  // Updates of one framework come in a row.
  if (frameworks.live(last_framework) && frameworks[last_framework].id() == framework) return last_framework;
  const auto found = framework_by_id.find(framework);
  return found == framework_by_id.end() ? kNone : last_framework = found->second;
}

std::uint32_t Master::State::add_framework(msg::FrameworkPtr info, std::span<const RoleName> suppressed) {
  const std::uint32_t f = frameworks.acquire();
  MasterFramework& framework = frameworks[f];
  framework = MasterFramework{};
  framework.info = std::move(info);
  framework.order = order_counter++;
  framework_by_id[framework.id()] = f;
  allocator.add_framework(framework_handle(f), *framework.info, suppressed);
  allocator.deactivate_framework(framework_handle(f));  // until it is connected
  return f;
}

void Master::State::connect_framework(std::uint32_t f, PeerId peer) {
  MasterFramework& framework = frameworks[f];
  MasterPeer* known = find_peer(peer);
  known->bound = MasterPeer::Bound::framework;
  known->index = f;
  framework.peer = peer;
  framework.newest_connection = known->number;
  framework.remove_at = kNever;
  framework.heartbeat_at = after(now, options.heartbeat_interval);
  arm_framework(f);
  send(peer, msg::Subscribed{framework.id(), id, options.heartbeat_interval});
  send(peer, msg::Heartbeat{});
  allocator.activate_framework(framework_handle(f));
  note(*out, LogLevel::info, "framework ", framework.id(), " (", framework.info->name, ") subscribed");
}

void Master::State::disconnect_framework(std::uint32_t f) {
  MasterFramework& framework = frameworks[f];
  framework.peer.reset();
  framework.heartbeat_at = kNever;
  framework.remove_at = after(now, framework.info->failover_timeout);
  arm_framework(f);
  allocator.deactivate_framework(framework_handle(f));
  discard_offers_of_framework(f);
  note(*out, LogLevel::info, "framework ", framework.id(), " disconnected");
}

// Agents are told to shut it down; its scheduler hears nothing more.
void Master::State::remove_framework(std::uint32_t f) {
  MasterFramework& framework = frameworks[f];
  const FrameworkId removed = framework.id();
  if (framework.peer) {
    unbind(*framework.peer);
    out->closes.push_back({*framework.peer, "framework removed"});
  }
  discard_offers_of_framework(f);
  for (std::uint32_t a = 0; a < agents.end_index(); ++a) {
    if (!agents.live(a)) continue;
    std::erase_if(agents[a].executors, [&](const MasterExecutor& e) { return e.framework == f; });
    std::erase_if(agents[a].doubled, [&](const DoubledTask& d) { return d.framework == f; });
    std::erase_if(agents[a].pending_kills, [&](const PendingKill& k) { return k.framework == f; });
    send_to_agent(a, msg::ShutdownFramework{removed});
  }
  while (!framework.tasks.empty()) remove_task(framework.tasks.front());
  for (const std::uint32_t t : framework.completed) tasks.release(t);
  forget_operations_of_framework(f);
  allocator.remove_framework(framework_handle(f));
  remember_removed(removed);
  framework_by_id.erase(removed);
  frameworks[f] = MasterFramework{};
  frameworks.release(f);
  note(*out, LogLevel::info, "framework ", removed, " removed");
}

void Master::State::tell_agents(std::uint32_t f) {
  for (std::uint32_t a = 0; a < agents.end_index(); ++a) {
    if (!agents.live(a) || !agents[a].peer) continue;
    const auto& list = agents[a].tasks;
    bool concerned = std::any_of(agents[a].executors.begin(), agents[a].executors.end(),
                                 [&](const MasterExecutor& e) { return e.framework == f; });
    for (std::uint32_t t = list.front(); t != kNone && !concerned; t = list.next(tasks, t)) {
      concerned = tasks[t].framework == f;
    }
    if (concerned) send_to_agent(a, msg::UpdateFramework{frameworks[f].info});
  }
}

}  // namespace mesoscore
