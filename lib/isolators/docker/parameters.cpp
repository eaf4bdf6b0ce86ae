#include "isolators/docker/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/docker/create_body.hpp"

namespace mesoscore::docker {

namespace {

using nlohmann::json;

tl::unexpected<Error> wrong(std::string_view should_be) {
  return fail(Errc::invalid_argument, cat("should be ", should_be));
}

struct Pair {
  std::string first, second;
};
Result<Pair> split(std::string_view value, char at, std::string_view should_be) {
  const std::size_t found = value.find(at);
  if (found == 0 || found == std::string_view::npos) return wrong(should_be);
  return Pair{std::string(value.substr(0, found)), std::string(value.substr(found + 1))};
}

Result<std::int64_t> number(std::string_view text, std::string_view should_be) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return wrong(should_be);
  return value;
}

Result<bool> boolean(std::string_view text) {
  if (text.empty() || text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return wrong("\"true\" or \"false\"");
}

Result<std::int64_t> bytes(std::string_view text) {
  constexpr std::string_view kShouldBe = "a size, e.g. \"64m\"";
  if (!text.empty() && text.back() == 'b') text.remove_suffix(1);
  const std::size_t unit = text.empty() ? std::string_view::npos : std::string_view("kmg").find(text.back());
  if (unit != std::string_view::npos) text.remove_suffix(1);
  const auto value = number(text, kShouldBe);
  if (!value) return fail(value.error());
  const int shift = unit == std::string_view::npos ? 0 : static_cast<int>(unit + 1) * 10;
  if (*value <= 0 || *value > (std::numeric_limits<std::int64_t>::max() >> shift)) return wrong(kShouldBe);
  return *value << shift;
}

// ---- one function for each option

Status add_label(const std::string& value, json& body) {
  const std::size_t at = std::min(value.find('='), value.size());
  const std::string key = value.substr(0, at);
  if (key.empty()) return wrong("\"key=value\"");
  if (key.starts_with(kLabelPrefix))
    return fail(Errc::permission_denied, cat("labels of \"", kLabelPrefix, "\" are ours"));
  body["Labels"][key] = value.substr(std::min(at + 1, value.size()));
  return {};
}

Status add_env(const std::string& value, json& body) {
  if (value.find('=') == std::string::npos || value.starts_with("=")) return wrong("\"NAME=value\"");
  body["Env"].push_back(value);
  return {};
}

Status set_hostname(const std::string& value, json& body) {
  body["Hostname"] = value;
  return {};
}

Status set_workdir(const std::string& value, json& body) {
  if (!value.starts_with("/")) return wrong("an absolute path");
  body["WorkingDir"] = value;
  return {};
}

Status set_entrypoint(const std::string& value, json& body) {
  // What was the entry point becomes its arguments.
  json arguments = body.value("Entrypoint", json::array());
  for (const json& argument : body["Cmd"]) arguments.push_back(argument);
  body["Entrypoint"] = json::array({value});
  body["Cmd"] = std::move(arguments);
  return {};
}

Status set_init(const std::string& value, json& body) {
  const auto on = boolean(value);
  if (!on) return fail(on.error());
  body["HostConfig"]["Init"] = *on;
  return {};
}

Status set_read_only(const std::string& value, json& body) {
  const auto on = boolean(value);
  if (!on) return fail(on.error());
  body["HostConfig"]["ReadonlyRootfs"] = *on;
  return {};
}

Status add_tmpfs(const std::string& value, json& body) {
  const std::size_t at = std::min(value.find(':'), value.size());
  if (!value.starts_with("/")) return wrong("an absolute path, and options after a colon");
  body["HostConfig"]["Tmpfs"][value.substr(0, at)] = value.substr(std::min(at + 1, value.size()));
  return {};
}

Status set_shm_size(const std::string& value, json& body) {
  const auto size = bytes(value);
  if (!size) return fail(size.error());
  body["HostConfig"]["ShmSize"] = *size;
  return {};
}

Status add_ulimit(const std::string& value, json& body) {
  constexpr std::string_view kShouldBe = "\"name=soft:hard\"";
  const auto name = split(value, '=', kShouldBe);
  if (!name) return fail(name.error());
  const std::size_t colon = std::min(name->second.find(':'), name->second.size());
  const auto soft = number(std::string_view(name->second).substr(0, colon), kShouldBe);
  if (!soft) return fail(soft.error());
  const auto hard = colon == name->second.size()
                        ? soft
                        : number(std::string_view(name->second).substr(colon + 1), kShouldBe);
  if (!hard) return fail(hard.error());
  body["HostConfig"]["Ulimits"].push_back({{"Name", name->first}, {"Soft", *soft}, {"Hard", *hard}});
  return {};
}

Status add_sysctl(const std::string& value, json& body) {
  const auto pair = split(value, '=', "\"name=value\"");
  if (!pair) return fail(pair.error());
  body["HostConfig"]["Sysctls"][pair->first] = pair->second;
  return {};
}

// A list of HostConfig, to which the value is appended as it is.
template <const char* const& kName>
Status append(const std::string& value, json& body) {
  if (value.empty()) return wrong("not empty");
  body["HostConfig"][kName].push_back(value);
  return {};
}
constexpr const char* kCapAdd = "CapAdd";
constexpr const char* kCapDrop = "CapDrop";
constexpr const char* kExtraHosts = "ExtraHosts";
constexpr const char* kDns = "Dns";
constexpr const char* kSecurityOpt = "SecurityOpt";
constexpr const char* kGroupAdd = "GroupAdd";

struct Known {
  std::string_view key;
  Status (*add)(const std::string& value, json& body);
};
constexpr Known kKnown[] = {
    {"add-host", append<kExtraHosts>},
    {"cap-add", append<kCapAdd>},
    {"cap-drop", append<kCapDrop>},
    {"dns", append<kDns>},
    {"entrypoint", set_entrypoint},
    {"env", add_env},
    {"group-add", append<kGroupAdd>},
    {"hostname", set_hostname},
    {"init", set_init},
    {"label", add_label},
    {"read-only", set_read_only},
    {"security-opt", append<kSecurityOpt>},
    {"shm-size", set_shm_size},
    {"sysctl", add_sysctl},
    {"tmpfs", add_tmpfs},
    {"ulimit", add_ulimit},
    {"workdir", set_workdir},
};

const Known* find(std::string_view key) {
  const Known* found = std::find_if(std::begin(kKnown), std::end(kKnown),
                                    [&](const Known& known) { return known.key == key; });
  return found == std::end(kKnown) ? nullptr : found;
}

}  // namespace

bool is_known_parameter(std::string_view key) { return find(key) != nullptr; }

std::string known_parameters() {
  std::string list;
  for (const Known& known : kKnown) list.append(list.empty() ? "" : ", ").append(known.key);
  return list;
}

Status add_parameters(const std::vector<Parameter>& parameters, const std::vector<std::string>& allowed,
                      json& body) {
  for (const Parameter& parameter : parameters) {
    const bool may = std::find(allowed.begin(), allowed.end(), parameter.key) != allowed.end();
    const Known* known = find(parameter.key);
    if (!known || !may) {
      std::string list;
      for (const std::string& key : allowed) list.append(list.empty() ? "" : ", ").append(key);
      return fail(Errc::permission_denied,
                  cat("the docker parameter ", in_quotes(parameter.key),
                      " is not one that this agent allows: ", list.empty() ? "none" : list));
    }
    if (Status added = known->add(parameter.value, body); !added) {
      const std::string where = cat("docker parameter ", parameter.key, "=", in_quotes(parameter.value));
      return fail_in(where, std::move(added.error()));
    }
  }
  return {};
}

}  // namespace mesoscore::docker
