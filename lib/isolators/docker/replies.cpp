#include "isolators/docker/replies.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/text_cat.hpp"
#include "isolators/docker/json.hpp"

namespace mesoscore::docker {

namespace {

constexpr std::size_t kLongestRefusal = 2'000;
constexpr std::size_t kLongestLine = 64u << 10;  // of the progress of a pull

tl::unexpected<Error> strange(std::string_view what) {
  return fail(Errc::protocol_error, cat("the docker engine answers strangely about ", what));
}

LabelMap labels_of(const json& object) {
  LabelMap labels;
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) labels[name] = value.get<std::string>();
  }
  return labels;
}

}  // namespace

std::string refusal_text(std::string_view body) {
  std::string text = text_at(parsed(body), "message");
  if (text.empty()) text = body;
  text.resize(std::min(text.size(), kLongestRefusal));
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return text.empty() ? "it does not say why" : text;
}

Result<VersionReply> read_version(std::string_view body) {
  const json reply = parsed(body);
  const VersionReply version{parse_version(text_at(reply, "ApiVersion")),
                             parse_version(text_at(reply, "MinAPIVersion"))};
  if (version.api == ApiVersion{}) return strange("its version");
  return version;
}

Result<std::string> read_created(std::string_view body) {
  std::string id = text_at(parsed(body), "Id");
  if (id.empty()) return strange("a new container");
  return id;
}

Result<WaitReply> read_wait(std::string_view body) {
  const json reply = parsed(body);
  const auto code = number_at(reply, "StatusCode");
  if (!code) return strange("the end of a container");
  return WaitReply{static_cast<int>(*code), text_at(member(reply, "Error"), "Message")};
}

Result<ExecReply> read_exec(std::string_view body) {
  const json reply = parsed(body);
  const json& running = member(reply, "Running");
  if (!running.is_boolean()) return strange("a command in a container");
  ExecReply exec{.running = running.get<bool>()};
  if (const auto code = number_at(reply, "ExitCode"); code && !exec.running)
    exec.exit_code = static_cast<int>(*code);
  exec.pid = static_cast<int>(number_at(reply, "Pid").value_or(0));
  return exec;
}

std::string ContainerReply::label(const std::string& name) const {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string() : found->second;
}

Result<ContainerReply> read_container(std::string_view body) {
  const json reply = parsed(body);
  const json& state = member(reply, "State");
  ContainerReply container;
  container.id = text_at(reply, "Id");
  container.state = text_at(state, "Status");
  if (container.id.empty() || container.state.empty()) return strange("a container");
  container.error = text_at(state, "Error");
  container.oom_killed = member(state, "OOMKilled") == json(true);
  container.exit_code = static_cast<int>(number_at(state, "ExitCode").value_or(0));
  container.pid = static_cast<int>(number_at(state, "Pid").value_or(0));
  container.memory_limit = number_at(member(reply, "HostConfig"), "Memory").value_or(0);
  const json& config = member(reply, "Config");
  container.stop_signal = text_at(config, "StopSignal");
  container.labels = labels_of(member(config, "Labels"));
  for (const auto& network : member(member(reply, "NetworkSettings"), "Networks")) {
    for (const char* key : {"IPAddress", "GlobalIPv6Address"}) {
      if (std::string address = text_at(network, key); !address.empty()) {
        container.ip_addresses.push_back(std::move(address));
      }
    }
  }
  return container;
}

Result<std::vector<ContainerReply>> read_list(std::string_view body) {
  const json reply = parsed(body);
  if (!reply.is_array()) return strange("its containers");
  std::vector<ContainerReply> list;
  for (const json& one : reply) {
    ContainerReply container;
    container.id = text_at(one, "Id");
    container.state = text_at(one, "State");
    container.labels = labels_of(member(one, "Labels"));
    if (container.id.empty()) return strange("its containers");
    list.push_back(std::move(container));
  }
  return list;
}

void PullProgress::feed(std::string_view piece) {
  for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
    line_.append(piece.substr(0, end));
    piece.remove_prefix(end + 1);
    read_line(line_);
    line_.clear();
  }
  // A longer line is no progress of a pull: its beginning is not read as one.
  if (line_.size() + piece.size() <= kLongestLine) line_.append(piece);
}

void PullProgress::read_line(std::string_view line) {
  if (std::string error = text_at(parsed(line), "error"); !error.empty()) error_ = std::move(error);
}

}  // namespace mesoscore::docker
