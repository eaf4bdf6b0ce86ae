#include "isolators/process/enclosure.hpp"

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "core/messages.hpp"
#include "isolators/process/supervisor/protocol.h"

namespace mesoscore::supervision {

namespace {

Status refuse(std::string_view what, std::string_view value, std::string_view why) {
  return fail(Errc::launch_failed, std::string(what).append(" \"").append(value).append("\" ").append(why));
}

// A path of the machine.
Status check_path(std::string_view what, std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return refuse(what, path, "contains a NUL");
  if (!path.starts_with('/')) return refuse(what, path, "is not an absolute path");
  return {};
}

Status check_enclosure(const LaunchPlan& plan) {
  if (!plan.cgroup.empty()) MESOSCORE_TRY(check_path("control group", plan.cgroup));
  for (const std::string& directory : plan.cgroups_v1) MESOSCORE_TRY(check_path("control group", directory));
  return {};
}

// A MesoEnclosure, and behind it what it names.
class EnclosureWriter {
 public:
  std::uint32_t text(std::string_view text) {
    if (text.empty()) return 0;
    const std::uint32_t at = offset();
    more_.append(text).push_back('\0');
    return at;
  }
  MesoList texts(std::span<const std::string> texts) {
    const MesoList list{offset(), static_cast<std::uint32_t>(texts.size())};
    for (const std::string& one : texts) text(one);
    return list;
  }
  std::vector<char> finish(const MesoEnclosure& enclosure) {
    more_.resize((more_.size() + 7) / 8 * 8);
    std::vector<char> bytes(sizeof enclosure + more_.size());
    std::memcpy(bytes.data(), &enclosure, sizeof enclosure);
    std::memcpy(bytes.data() + sizeof enclosure, more_.data(), more_.size());
    return bytes;
  }

 private:
  std::uint32_t offset() const { return static_cast<std::uint32_t>(sizeof(MesoEnclosure) + more_.size()); }

  std::string more_;
};
static_assert(sizeof(MesoEnclosure) % 8 == 0);

bool is_enclosed(const LaunchPlan& plan) { return !plan.cgroup.empty() || !plan.cgroups_v1.empty(); }

}  // namespace

Result<std::vector<char>> encode_enclosure(const LaunchPlan& plan) {
  if (!is_enclosed(plan)) return std::vector<char>();
  if (Status checked = check_enclosure(plan); !checked) return fail(checked.error());
  EnclosureWriter writer;
  MesoEnclosure enclosure{};
  enclosure.cgroup = writer.text(plan.cgroup);
  enclosure.cgroups_v1 = writer.texts(plan.cgroups_v1);
  return writer.finish(enclosure);
}

}  // namespace mesoscore::supervision
