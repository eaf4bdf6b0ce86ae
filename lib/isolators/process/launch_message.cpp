#include "isolators/process/launch_message.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "isolators/process/enclosure.hpp"
#include "isolators/process/supervisor/protocol.h"

namespace mesoscore::supervision {

namespace {

constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Collects the parts of a message and lays them out: header, table of offsets, groups, texts.
class Writer {
 public:
  void text(std::string_view text) {
    entries_.push_back(texts_.size());
    texts_.append(text).push_back('\0');
  }
  void text(std::string_view name, char separator, std::string_view value) {
    entries_.push_back(texts_.size());
    texts_.append(name).append(1, separator).append(value).push_back('\0');
  }
  void end_of_list() { entries_.push_back(kEnd); }

  std::vector<char> finish(MesoLaunch header, const std::vector<gid_t>& groups,
                           std::span<const char> enclosure) const {
    const std::size_t table_bytes = entries_.size() * sizeof(std::uint64_t);
    const std::size_t groups_bytes = (groups.size() * sizeof(gid_t) + 7) / 8 * 8;
    const std::size_t enclosure_offset = sizeof header + table_bytes + groups_bytes;
    const std::size_t texts_offset = enclosure_offset + enclosure.size();
    if (!enclosure.empty()) header.enclosure_offset = static_cast<std::uint32_t>(enclosure_offset);
    header.groups_offset = static_cast<std::uint32_t>(sizeof header + table_bytes);
    header.group_count = static_cast<std::uint32_t>(groups.size());
    header.size = static_cast<std::uint32_t>(texts_offset + texts_.size());

    std::vector<char> bytes(header.size);
    std::memcpy(bytes.data(), &header, sizeof header);
    char* table = bytes.data() + sizeof header;
    for (std::uint64_t entry : entries_) {
      const std::uint64_t offset = entry == kEnd ? 0 : entry + texts_offset;
      std::memcpy(table, &offset, sizeof offset);
      table += sizeof offset;
    }
    if (!groups.empty()) std::memcpy(table, groups.data(), groups.size() * sizeof(gid_t));
    if (!enclosure.empty()) std::memcpy(bytes.data() + enclosure_offset, enclosure.data(), enclosure.size());
    std::memcpy(bytes.data() + texts_offset, texts_.data(), texts_.size());
    return bytes;
  }

 private:
  static constexpr std::uint64_t kEnd = ~std::uint64_t{0};
  std::vector<std::uint64_t> entries_;  // offsets within the texts
  std::string texts_;
};
static_assert(sizeof(gid_t) == sizeof(std::uint32_t));
static_assert(sizeof(MesoLaunch) % 8 == 0);

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// The supervisor takes the rest of the path apart.
Status check_output(const LaunchPlan& plan, std::string_view path) {
  const std::string& folder = plan.output_directory;
  if (folder.empty()) return {};
  if (path.starts_with(folder) && path.size() > folder.size() + 1 && path[folder.size()] == '/') return {};
  return fail(Errc::launch_failed,
              "the output file \"" + std::string(path) + "\" is not below \"" + folder + "\"");
}

Status check(const LaunchPlan& plan) {
  if (has_nul(plan.program)) return fail(Errc::launch_failed, "the name of the program contains a NUL");
  for (const std::string& argument : plan.argv) {
    if (has_nul(argument)) return fail(Errc::launch_failed, "an argument contains a NUL");
  }
  for (const EnvironmentVariable& variable : plan.environment) {
    if (has_nul(variable.name) || has_nul(variable.value)) {
      return fail(Errc::launch_failed, "the environment contains a NUL");
    }
  }
  for (const std::string* path :
       {&plan.working_directory, &plan.stdout_path, &plan.stderr_path, &plan.output_directory}) {
    if (has_nul(*path)) return fail(Errc::launch_failed, "a path of the sandbox contains a NUL");
  }
  MESOSCORE_TRY(check_output(plan, plan.stdout_path));
  return check_output(plan, plan.stderr_path);
}

// Of several variables of one name the last is the one that counts.
std::vector<const EnvironmentVariable*> effective(const std::vector<EnvironmentVariable>& environment) {
  std::vector<const EnvironmentVariable*> sorted;
  sorted.reserve(environment.size());
  for (const EnvironmentVariable& variable : environment) sorted.push_back(&variable);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
  std::vector<const EnvironmentVariable*> result;
  result.reserve(sorted.size());
  for (const EnvironmentVariable* variable : sorted) {
    if (!result.empty() && result.back()->name == variable->name) result.pop_back();
    result.push_back(variable);
  }
  return result;
}

}  // namespace

std::string_view search_path(const LaunchPlan& plan) {
  for (auto it = plan.environment.rbegin(); it != plan.environment.rend(); ++it) {
    if (it->name == "PATH") return it->value;
  }
  return kDefaultPath;
}

std::vector<std::string> candidates(const LaunchPlan& plan) {
  if (plan.program.find('/') != std::string::npos) return {plan.program};
  std::vector<std::string> result;
  std::string_view rest = search_path(plan);
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = colon == 0 || rest.empty() ? "." : rest.substr(0, colon);
    result.push_back(std::string(folder).append("/").append(plan.program));
    if (colon == std::string_view::npos) return result;
    rest.remove_prefix(colon + 1);
  }
}

Result<std::vector<char>> encode(const LaunchMessage& message, const LaunchPlan& plan,
                                 const std::vector<std::string>& candidates) {
  if (Status checked = check(plan); !checked) return fail(checked.error());
  const Result<std::vector<char>> enclosure = encode_enclosure(plan);
  if (!enclosure) return fail(enclosure.error());
  const auto environment = effective(plan.environment);

  Writer writer;
  for (const std::string* path :
       {&message.spare_record, &message.records.run, &message.records.exit, &plan.working_directory,
        &plan.stdout_path, &plan.stderr_path, &plan.output_directory}) {
    writer.text(*path);
  }
  for (const std::string& candidate : candidates) writer.text(candidate);
  writer.end_of_list();
  for (const std::string& argument : plan.argv) writer.text(argument);
  writer.end_of_list();
  for (const EnvironmentVariable* variable : environment) writer.text(variable->name, '=', variable->value);
  writer.end_of_list();

  MesoLaunch header{};
  header.serial = message.serial;
  header.enclosing = message.enclosing;
  header.candidate_count = static_cast<std::uint32_t>(candidates.size());
  header.argument_count = static_cast<std::uint32_t>(plan.argv.size());
  header.environment_count = static_cast<std::uint32_t>(environment.size());
  if (message.held) header.flags |= MESO_HELD;
  if (!plan.parent.empty()) header.flags |= MESO_PARENT;
  if (plan.no_new_privileges) header.flags |= MESO_NO_NEW_PRIVILEGES;
  if (!message.user) return writer.finish(header, {}, *enclosure);
  header.flags |= MESO_SWITCH_USER;
  header.uid = message.user->uid;
  header.gid = message.user->gid;
  return writer.finish(header, message.user->groups, *enclosure);
}

}  // namespace mesoscore::supervision
