#include "support/print.hpp"

#include <algorithm>
#include <cstdio>

#include "support/print_line.hpp"

namespace mesoscore::test {
namespace {

template <class Map>
auto find_name(const Map& map, std::string_view name) {
  return std::find_if(map.begin(), map.end(), [&](const auto& entry) { return entry.second == name; });
}

}  // namespace

std::string Names::of(const Uuid& uuid) {
  auto [entry, fresh] = uuids_.try_emplace(uuid);
  if (fresh) entry->second = "u" + std::to_string(next_uuid_++);
  return entry->second;
}

std::string Names::of(const ContainerId& id) {
  auto [entry, fresh] = containers_.try_emplace(id);
  if (fresh) entry->second = "c" + std::to_string(next_container_++);
  return entry->second;
}

std::string Names::of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? "p" + std::to_string(static_cast<std::uint64_t>(peer)) : found->second;
}

Uuid Names::uuid(std::string_view name) {
  if (const auto found = find_name(uuids_, name); found != uuids_.end()) return found->first;
  Uuid made_up;
  for (std::size_t i = 0; i < std::min(name.size(), made_up.bytes.size()); ++i) {
    made_up.bytes[i] = static_cast<std::uint8_t>(name[i]);
  }
  uuids_[made_up] = name;
  return made_up;
}

ContainerId Names::container(std::string_view name) const {
  const auto found = find_name(containers_, name);
  return found == containers_.end() ? ContainerId() : found->first;
}

std::string print(Duration duration) {
  if (duration == Duration::max()) return "ever";
  const long long millis = (duration.count() + (duration.count() < 0 ? -500'000 : 500'000)) / 1'000'000;
  const long long size = millis < 0 ? -millis : millis;
  std::string text = (millis < 0 ? "-" : "") + std::to_string(size / 1000);
  if (size % 1000 != 0) {
    char decimals[8];
    std::snprintf(decimals, sizeof decimals, ".%03d", static_cast<int>(size % 1000));
    text += decimals;
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "s";
}

std::string print(const ContainerCall& call, Names& names) {
  if (const auto* launch = std::get_if<LaunchContainer>(&call)) {
    Line line("LaunchContainer", names);
    line.word(names.of(launch->container_id)).word(to_string(launch->kind));
    line.id("framework", launch->framework ? launch->framework->id.view() : "null");
    if (launch->kind == ContainerKind::executor && launch->task.executor) {
      return line.id("executor", launch->task.executor->executor_id).resources(launch->resources).str();
    }
    line.word(print(launch->task, names));
    if (!(launch->resources == launch->task.resources)) line.word("with").resources(launch->resources);
    return line.str();
  }
  if (const auto* kill = std::get_if<KillContainer>(&call)) {
    return Line("KillContainer", names).word(names.of(kill->container_id)).time("grace", kill->grace).str();
  }
  if (const auto* forget = std::get_if<ForgetContainer>(&call)) {
    return Line("ForgetContainer", names).word(names.of(forget->container_id)).str();
  }
  if (const auto* recover = std::get_if<RecoverContainers>(&call)) {
    Line line("RecoverContainers", names);
    for (const auto& known : recover->known) line.word(names.of(known.container_id));
    return line.str();
  }
  if (const auto* probe = std::get_if<ProbeContainer>(&call)) {
    Line line("ProbeContainer", names);
    line.word(names.of(probe->container_id)).number("number", static_cast<long long>(probe->number));
    return line.word(to_string(type_of(probe->probe))).time("timeout", probe->timeout).str();
  }
  if (const auto* question = std::get_if<AskContainers>(&call)) {
    return Line("AskContainers", names).number("number", static_cast<long long>(question->number)).str();
  }
  if (const auto* gone = std::get_if<EraseVolumes>(&call)) {
    return Line("EraseVolumes", names).resources(gone->volumes).str();
  }
  const auto& update = std::get<UpdateContainer>(call);
  return Line("UpdateContainer", names).word(names.of(update.container_id)).resources(update.resources).str();
}

std::string print(const ContainerEvent& event, Names& names) {
  Line line("container", names);
  line.word(names.of(event.container_id)).word(to_string(event.kind));
  if (event.kind == ContainerEvent::Kind::exited) line.number("wait_status", event.wait_status);
  if (event.state) line.word(to_string(*event.state));
  if (event.reason) line.word(to_string(*event.reason));
  if (event.number != 0) line.number("number", static_cast<long long>(event.number));
  if (event.probe) line.word(event.probe->success ? "success" : "failure");
  return line.quote("message", event.message).quote("data", event.data).str();
}

std::string print(const RoleQuota& quota) {
  Names names;
  Line line(quota.role, names);
  line.id("guarantee", quota.quota.guarantee.str()).id("limit", quota.quota.limit.str());
  return line.flag("default", quota.quota.is_default()).str();
}

std::string print(const Change& change) { return (change.record ? "put " : "erase ") + change.key; }

std::vector<std::string> print(const Outbox& out, Names& names) {
  std::vector<std::string> lines;
  const auto send = [&](const Envelope& envelope) {
    return "-> " + names.of(envelope.to) + " " + print(envelope.message, names);
  };
  const auto closing = [&](const Close& close) {
    return Line("close", names).word(names.of(close.peer)).quote("", close.why).str();
  };
  for (const Commit& commit : out.commits) {
    std::string line = "commit";
    for (const Change& change : commit.changes) line += " " + print(change);
    lines.push_back(std::move(line));
    for (const Envelope& envelope : commit.after) lines.push_back("  then " + send(envelope));
    for (const Close& close : commit.closes) lines.push_back("  then " + closing(close));
    for (const ContainerCall& call : commit.containers) {
      lines.push_back("  then container " + print(call, names));
    }
  }
  for (const ContainerCall& call : out.containers) lines.push_back("container " + print(call, names));
  for (const Envelope& envelope : out.sends) lines.push_back(send(envelope));
  for (const Dial& dial : out.dials) lines.push_back("dial " + std::string(to_string(dial.role)));
  for (const Close& close : out.closes) {
    lines.push_back(closing(close));
  }
  for (const Message& message : out.deliveries) lines.push_back("deliver " + print(message, names));
  for (const Notice& notice : out.notices) {
    lines.push_back("note " + std::string(to_string(notice.level)) + ": " + notice.text);
  }
  return lines;
}

}  // namespace mesoscore::test
