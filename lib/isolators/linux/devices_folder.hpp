// Directories of device nodes and links, as they become /dev of containers.
#pragma once

#include <sys/types.h>

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::devices_detail {

struct Node {
  std::string name{};  // below /dev: "null", "dri/card0"
  mode_t mode = 0;     // with the type
  dev_t number = 0;
  friend auto operator<=>(const Node&, const Node&) = default;
};
// Ascending by name, each name once; who names one twice gets what either says.
using Nodes = std::vector<Node>;

// What every task has.
Nodes usual_nodes();
// Looked up below `dev`, in the place of /dev.
Result<Node> node_of(const isolators::Device& device, const std::string& dev);
Nodes united(Nodes a, const Nodes& b);
std::string describe(const Nodes& nodes);  // the same text for the same nodes only

// The nodes, the links fd, stdin, stdout, stderr and ptmx, and the mount points pts, shm and mqueue.
// `directory` must not exist; it is there completely or not at all.
Status make_folder(const std::string& directory, const Nodes& nodes);
// From `before` to `after`, while a container may be looking.
Status change_folder(const std::string& directory, const Nodes& before, const Nodes& after);
// Can nodes that are made in there be opened?
Status check_folder(const std::string& directory);
Status remove_folder(const std::string& directory);

}  // namespace mesoscore::devices_detail
