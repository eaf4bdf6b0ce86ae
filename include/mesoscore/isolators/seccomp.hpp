// System call filters by libseccomp. Sets no_new_privileges, which they need. A call that is refused fails
// with EPERM, unless the profile says otherwise. Component: isolator_seccomp. See docs/isolators/seccomp.md.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "mesoscore/isolator.hpp"

namespace mesoscore::isolators {

struct SeccompOptions {
  // By name, the text of profiles in docker's JSON form. The name "default" is ours if it is not given here:
  // it refuses what changes or inspects the machine (mount, reboot, kexec_load, ptrace of others, bpf,
  // keyctl, ...).
  std::map<std::string, std::string> profiles{};
  std::string default_profile = "default";  // of tasks that name none; empty: no filter
  bool allow_unconfined = false;            // may a task ask for none?
};
// An error of start() names the profile that cannot be read, and where.
std::shared_ptr<Isolator> seccomp(SeccompOptions options = {});

}  // namespace mesoscore::isolators
