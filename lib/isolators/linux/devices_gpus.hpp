// Which gpu is whose: each is held by one container at a time. Kept in a directory, as a file for each
// container with the names of its gpus, one a line.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mesoscore/ids.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::devices_detail {

class GpuBook {
 public:
  // Nothing of what the directory has is known before recover().
  Status open(std::string directory, std::vector<std::string> names);
  // What these containers have is theirs, also if such a gpu is no longer there; what is kept of others goes.
  Status recover(std::span<const ContainerId> live);
  // It has `count` from now on. An error, with the figures, if there are not so many; nothing has changed
  // then.
  Status set(const ContainerId& id, std::size_t count);
  Status release(const ContainerId& id) { return set(id, 0); }
  std::span<const std::string> of(const ContainerId& id) const;
  std::size_t size() const noexcept { return names_.size(); }

 private:
  std::vector<std::string> free() const;
  Status keep(const ContainerId& id, std::span<const std::string> names);

  std::string directory_;
  std::vector<std::string> names_;
  std::map<ContainerId, std::vector<std::string>> held_;  // none is empty
};

}  // namespace mesoscore::devices_detail
