#pragma once

namespace mesoscore::isolators {

// May this program do what root may? Namespaces, mounts and capabilities need it.
bool is_root() noexcept;

}  // namespace mesoscore::isolators
