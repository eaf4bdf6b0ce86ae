#include "runtime/containers/file_owner.hpp"

#include <grp.h>
#include <pwd.h>

#include <utility>
#include <vector>

namespace mesoscore::runtime {

namespace {

constexpr std::size_t kRoomForAnEntry = 16u << 10;

std::string group_name(gid_t gid) {
  std::vector<char> buffer(kRoomForAnEntry);
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found);
  return found ? std::string(found->gr_name) : std::to_string(gid);
}

template <class Id, class Look>
const std::string& remembered(std::map<Id, std::string>& names, Id id, Look look) {
  const auto found = names.find(id);
  return found != names.end() ? found->second : names.emplace(id, look(id)).first->second;
}

}  // namespace

std::string user_name(uid_t uid) {
  std::vector<char> buffer(kRoomForAnEntry);
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found ? std::string(found->pw_name) : std::to_string(uid);
}

FileInfo FileOwners::describe(std::string path, const struct stat& status) {
  FileInfo info;
  info.path = std::move(path);
  info.size = static_cast<std::uint64_t>(status.st_size);
  info.mode = static_cast<std::uint32_t>(status.st_mode);
  info.mtime =
      static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) * 1e-9;
  info.uid = remembered(users_, status.st_uid, user_name);
  info.gid = remembered(groups_, status.st_gid, group_name);
  return info;
}

}  // namespace mesoscore::runtime
