// What stat(2) says of a file, for people.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <map>
#include <string>

#include "mesoscore/agent_query.hpp"

namespace mesoscore::runtime {

// The name of a user; the number if it has none.
std::string user_name(uid_t uid);

// Looks each name up once.
class FileOwners {
 public:
  FileInfo describe(std::string path, const struct stat& status);

 private:
  std::map<uid_t, std::string> users_;
  std::map<gid_t, std::string> groups_;
};

}  // namespace mesoscore::runtime
