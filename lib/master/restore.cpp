// The registry that an earlier master has left.
#include <algorithm>
#include <set>

#include "core/messages.hpp"
#include "master/state.hpp"

namespace mesoscore {
namespace {

tl::unexpected<Error> corrupt(const RecordKey& key, std::string_view why) {
  return fail(Errc::data_corrupt, cat("the registry cannot be used: record \"", key, "\" ", why));
}

// Sorted into kinds; entries of the aged maps are to be added oldest first.
struct Sorter {
  Master::State& s;
  RecordKey key{};
  std::vector<record::UnreachableAgent> unreachable{};
  std::vector<record::GoneAgent> gone{};
  std::vector<record::RemovedFramework> removed{};
  std::vector<RoleQuota> quotas{};

  Status operator()(record::AdmittedAgent& r) {
    if (!r.info) return corrupt(key, "has no agent");
    if (Status valid = validate_id(r.info->id, "agent id"); !valid)
      return corrupt(key, valid.error().message);
    if (Status valid = validate(*r.info); !valid) return corrupt(key, valid.error().message);
    s.recovery.agents[r.info->id] = {r.info, {r.deactivated, r.drain, r.drained}};
    return {};
  }
  Status operator()(record::UnreachableAgent& r) {
    if (Status valid = validate_id(r.agent_id, "agent id"); !valid)
      return corrupt(key, valid.error().message);
    unreachable.push_back(std::move(r));
    return {};
  }
  Status operator()(record::GoneAgent& r) {
    if (Status valid = validate_id(r.agent_id, "agent id"); !valid)
      return corrupt(key, valid.error().message);
    gone.push_back(std::move(r));
    return {};
  }
  Status operator()(record::Weight& r) {
    if (Status set = s.allocator.set_weight(r.role, r.weight); !set) return corrupt(key, set.error().message);
    s.configured_roles.insert(r.role);
    return {};
  }
  Status operator()(record::Quota& r) {
    quotas.push_back(std::move(r.quota));
    return {};
  }
  Status operator()(record::RemovedFramework& r) {
    if (Status valid = validate_id(r.framework_id, "framework id"); !valid)
      return corrupt(key, valid.error().message);
    removed.push_back(std::move(r));
    return {};
  }
  Status operator()(auto&) { return corrupt(key, "is one of an agent: is this the storage of an agent?"); }
};

void by_age(auto& records, auto id) {
  std::sort(records.begin(), records.end(), [&](const auto& x, const auto& y) {
    return x.since != y.since ? x.since < y.since : id(x) < id(y);
  });
}

void restore_aged(Master::State& s, Sorter& sorted) {
  by_age(sorted.unreachable, [](const auto& r) { return r.agent_id.view(); });
  by_age(sorted.gone, [](const auto& r) { return r.agent_id.view(); });
  by_age(sorted.removed, [](const auto& r) { return r.framework_id.view(); });
  for (record::UnreachableAgent& r : sorted.unreachable)
    s.unreachable.add(r.agent_id, {r.since, {r.deactivated, std::move(r.drain), false}});
  for (const record::GoneAgent& r : sorted.gone) s.gone.add(r.agent_id, r.since);
  for (const record::RemovedFramework& r : sorted.removed) s.completed.add(r.framework_id, r.since);
}

Status check_agents(const Master::State& s) {
  for (const auto& [number, entry] : s.gone.entries()) {
    const AgentId& agent = entry.first;
    if (s.recovery.agents.contains(agent)) return corrupt(gone_agent_key(agent), "is of an admitted agent");
    if (s.unreachable.contains(agent)) return corrupt(gone_agent_key(agent), "is of an unreachable agent");
  }
  for (const auto& [number, entry] : s.unreachable.entries()) {
    const AgentId& agent = entry.first;
    if (s.recovery.agents.contains(agent))
      return corrupt(unreachable_agent_key(agent), "is of an admitted agent");
  }
  return {};
}

// Those of the options that do not go together with the records give way.
Status restore_quotas(Master::State& s, const std::vector<RoleQuota>& quotas) {
  Status set = s.allocator.update_quota(quotas, true);
  if (!set) {
    std::vector<RoleQuota> instead = quotas;
    for (const RoleQuota& initial : s.options.quotas) {
      const bool overruled = std::any_of(quotas.begin(), quotas.end(),
                                         [&](const RoleQuota& kept) { return kept.role == initial.role; });
      if (!overruled) instead.push_back({initial.role, {}});
    }
    set = s.allocator.update_quota(instead, true);
  }
  if (!set) return corrupt("quota/...", cat("does not fit with the others: ", set.error().message));
  for (const RoleQuota& quota : quotas) s.configured_roles.insert(quota.role);
  s.look_for_quota();
  return {};
}

}  // namespace

Status Master::State::restore(std::vector<Record> records) {
  Sorter sorted{*this};
  std::set<RecordKey> keys;
  for (Record& record : records) {
    sorted.key = key_of(record);
    if (!keys.insert(sorted.key).second) return corrupt(sorted.key, "is there twice");
    MESOSCORE_TRY(std::visit(sorted, record));
  }
  restore_aged(*this, sorted);
  MESOSCORE_TRY(check_agents(*this));
  MESOSCORE_TRY(restore_quotas(*this, sorted.quotas));
  trim_registry(TimePoint::min());
  await_recovered();
  return {};
}

}  // namespace mesoscore
