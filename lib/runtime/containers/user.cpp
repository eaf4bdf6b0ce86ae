#include "runtime/containers/user.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>

namespace mesoscore::runtime {

namespace {

struct Entry {
  uid_t uid;
  gid_t gid;
};

Result<Entry> look_up(const std::string& name) {
  std::vector<char> buffer(1024);
  passwd entry{};
  passwd* found = nullptr;
  int error = 0;
  while ((error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found)) == ERANGE) {
    buffer.resize(buffer.size() * 2);
  }
  if (found) return Entry{entry.pw_uid, entry.pw_gid};
  // Several errors say only that there is no such entry; see getpwnam_r(3).
  if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) {
    return fail(Errc::not_found, "unknown user \"" + name + "\"");
  }
  const std::error_code code(error, std::generic_category());
  return fail(Error(code, "looking up user \"" + name + "\": " + code.message()));
}

std::vector<gid_t> groups_of(const std::string& name, gid_t gid) {
  std::vector<gid_t> groups(16);
  int count = static_cast<int>(groups.size());
  // On failure it says how many there are.
  while (::getgrouplist(name.c_str(), gid, groups.data(), &count) < 0) {
    groups.resize(groups.size() * 2 < static_cast<std::size_t>(count) ? static_cast<std::size_t>(count)
                                                                      : groups.size() * 2);
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

}  // namespace

Result<std::optional<UserIds>> find_user(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name.find('\0') != std::string::npos)
    return fail(Errc::not_found, "unknown user: the name contains a NUL");
  const Result<Entry> entry = look_up(name);
  if (!entry) return fail(entry.error());
  if (entry->uid == ::geteuid()) return std::nullopt;
  if (::geteuid() != 0) {
    return fail(Errc::permission_denied,
                "switching to user \"" + name + "\" needs an agent that runs as root");
  }
  return UserIds{entry->uid, entry->gid, groups_of(name, entry->gid)};
}

}  // namespace mesoscore::runtime
