#include "isolators/cgroups/disks.hpp"

#include <fcntl.h>

#include <algorithm>

#include "core/text_cat.hpp"
#include "isolators/cgroups/files.hpp"

namespace mesoscore::control_groups {

std::vector<std::string> disks_in(const std::string& block) {
  std::vector<std::string> disks;
  const UniqueFd dir = UniqueFd(::open(block.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir) return disks;
  for (const std::string& name : entries_in(dir.get())) {
    const bool is_disk = !name.starts_with("loop") && !name.starts_with("ram") && !name.starts_with("zram");
    std::string number = is_disk ? read_all(dir.get(), cat(name, "/dev").c_str()) : std::string();
    while (number.ends_with('\n')) number.pop_back();
    if (!number.empty()) disks.push_back(std::move(number));
  }
  return disks;
}

std::vector<Setting> disk_settings(const CgroupsOptions& options, const std::vector<std::string>& disks,
                                   int version) {
  const std::uint64_t read = options.io_read_bytes_per_second, written = options.io_write_bytes_per_second;
  std::vector<Setting> all;
  const auto add = [&](const char* file, std::string text) {
    all.push_back({Controller::io, file, std::move(text), false});
  };
  for (const std::string& disk : disks) {
    if (version == 2 && read > 0) add("io.max", cat(disk, " rbps=", read));
    if (version == 2 && written > 0) add("io.max", cat(disk, " wbps=", written));
    if (version == 1 && read > 0) add("blkio.throttle.read_bps_device", cat(disk, " ", read));
    if (version == 1 && written > 0) add("blkio.throttle.write_bps_device", cat(disk, " ", written));
  }
  return all;
}

// Since Linux 6.10 nothing is counted on a disk that never had a limit; one of 0, which is none, will do. A
// limit that somebody has set there already is left alone.
void have_transfers_counted(const Part& io, const std::vector<std::string>& disks) {
  constexpr const char* kFile = "blkio.throttle.read_bps_device";
  if (io.version != 1) return;
  const std::string limits = read_all(io.dir.get(), kFile);
  const auto lines = lines_of(limits);
  for (const std::string& disk : disks) {
    const auto is_of_disk = [&](std::string_view line) { return line.starts_with(cat(disk, " ")); };
    if (std::none_of(lines.begin(), lines.end(), is_of_disk))
      write_file(io.dir.get(), kFile, cat(disk, " 0"));
  }
}

}  // namespace mesoscore::control_groups
