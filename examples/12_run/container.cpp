#include "container.hpp"

#include <limits>

#include "../support/cli.hpp"

namespace {

using mesoscore::Volume;

// SOURCE:TARGET[:ro]. A source with a leading "/" is of the agent's machine, another one in the task's
// sandbox.
std::optional<Volume> parse_volume(const std::string& text) {
  const std::vector<std::string> parts = CLI::detail::split(text, ':');
  if (parts.size() < 2 || parts.size() > 3 || parts[0].empty() || parts[1].empty()) return std::nullopt;
  if (parts.size() == 3 && parts[2] != "ro" && parts[2] != "rw") return std::nullopt;
  Volume volume;
  (parts[0].front() == '/' ? volume.host_path : volume.sandbox_path) = parts[0];
  volume.container_path = parts[1];
  if (parts.size() == 3 && parts[2] == "ro") volume.mode = Volume::Mode::ro;
  return volume;
}

std::string check_volume(const std::string& text) {
  return parse_volume(text) ? "" : "'" + text + "' is not a volume: write SOURCE:TARGET or SOURCE:TARGET:ro";
}

void add_limit(CLI::App& app, const std::string& name, std::optional<double>& limit,
               const std::string& what) {
  const auto parse = [&limit, name](const std::string& text) {
    if (text == "none") {
      limit = std::numeric_limits<double>::infinity();
      return;
    }
    if (const std::string wrong = cli::above_zero(text); !wrong.empty())
      throw CLI::ValidationError(name, wrong);
    limit = cli::number_and_unit(text).first;
  };
  app.add_option_function<std::string>(name, parse, what)->type_name("NUMBER|none");
}

}  // namespace

void add_container_flags(CLI::App& app, ContainerFlags& flags) {
  app.add_option("--docker", flags.docker, "Run in a docker container of this image")->type_name("IMAGE");
  app.add_option("--root", flags.root, "A directory of the agent's machine that becomes / of the task")
      ->type_name("DIR");
  app.add_option("--volume", flags.volumes,
                 "SOURCE:TARGET[:ro], with a SOURCE of the agent's machine (/data) or of the sandbox (data); "
                 "repeatable")
      ->check(check_volume)
      ->take_all();
  app.add_option("--uri", flags.uris,
                 "A file that is put into the sandbox first, unpacked if it is an archive: https://..., or a "
                 "path that the agent allows; repeatable")
      ->take_all();
  add_limit(app, "--limit-cpus", flags.limit_cpus, "May use so many cpus while others leave them unused");
  add_limit(app, "--limit-mem", flags.limit_mem, "May use so much memory, in MB, while the machine has it");
}

mesoscore::Box<mesoscore::ContainerInfo> container_of(const ContainerFlags& flags) {
  if (flags.docker.empty() && flags.root.empty() && flags.volumes.empty()) return {};
  mesoscore::ContainerInfo info;
  info.root_directory = flags.root;
  for (const std::string& volume : flags.volumes) info.volumes.push_back(*parse_volume(volume));
  if (!flags.docker.empty()) {
    info.type = mesoscore::ContainerInfo::Type::docker;
    info.docker = mesoscore::DockerInfo{.image = flags.docker};
  }
  return info;
}

std::vector<mesoscore::CommandUri> uris_of(const ContainerFlags& flags) {
  std::vector<mesoscore::CommandUri> uris;
  for (const std::string& uri : flags.uris) uris.push_back({.value = uri, .cache = true});
  return uris;
}

mesoscore::Box<mesoscore::TaskLimits> limits_of(const ContainerFlags& flags) {
  if (!flags.limit_cpus && !flags.limit_mem) return {};
  return mesoscore::TaskLimits{flags.limit_cpus, flags.limit_mem};
}
