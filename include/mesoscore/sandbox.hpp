// The directories of tasks: <work_dir>/sandboxes/<agent id>/<framework id>/<task or executor id>/<container
// id>, with the files "stdout" and "stderr".
#pragma once

#include <cstdint>

#include "mesoscore/time.hpp"

namespace mesoscore {

struct SandboxOptions {
  // stdout and stderr of each task: see PlannedRotation in launch_plan.hpp. 0: they grow without bound.
  std::uint64_t log_max_bytes = 0;
  std::uint32_t log_files = 2;

  // The sandbox of a container that has ended is removed after gc_after * max(0, 1 - disk_headroom - used),
  // where `used` is the used part, 0 to 1, of the file system of the work directory (Mesos's rule): all of
  // them at once when the disk is nearly full.
  Duration gc_after = std::chrono::hours(24 * 7);
  double disk_headroom = 0.1;                      // of the disk
  Duration gc_interval = std::chrono::minutes(1);  // of looking
};

}  // namespace mesoscore
