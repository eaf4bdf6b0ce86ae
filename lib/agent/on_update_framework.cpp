#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::UpdateFramework& update) {
  if (!update.framework) return refuse(master, "the properties of a framework are missing");
  if (FrameworkRecord* framework = find_framework(update.framework->id)) {
    know(*framework, update.framework);
  }
}

}  // namespace mesoscore
