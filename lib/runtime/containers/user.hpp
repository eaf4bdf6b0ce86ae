// Users of the operating system.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "mesoscore/result.hpp"

namespace mesoscore::runtime {

struct UserIds {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // all of them, for setgroups(2)
};

// What a process of this program must become to be that user; nothing if it is that user already, or `name`
// is empty. Asks the user data base of the system, so it may take a while where that is a network service.
// Fails if there is no such user, or if this program may not switch to it.
Result<std::optional<UserIds>> find_user(const std::string& name);

}  // namespace mesoscore::runtime
