#include "mesoscore/outbox.hpp"

namespace mesoscore {

void Outbox::clear() noexcept {
  sends.clear();
  commits.clear();
  dials.clear();
  closes.clear();
  containers.clear();
  deliveries.clear();
  notices.clear();
}

bool Outbox::empty() const noexcept {
  return sends.empty() && commits.empty() && dials.empty() && closes.empty() && containers.empty() &&
         deliveries.empty() && notices.empty();
}

}  // namespace mesoscore
