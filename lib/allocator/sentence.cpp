#include "allocator/sentence.hpp"

#include <string_view>

namespace mesoscore::allocation {
namespace {

std::string_view words(Refusal reason, bool one) noexcept {
  switch (reason) {
    case Refusal::nothing_free:
      return one ? "has nothing free" : "have nothing free";
    case Refusal::below_minimum:
      return one ? "has less free than the minimum" : "have less free than the minimum";
    case Refusal::filtered:
      return "refused by its own filter";
    case Refusal::suppressed:
      return "withheld because it suppressed the role";
    case Refusal::inactive:
      return "withheld because it is not connected";
    case Refusal::needs_gpu_capability:
      return one ? "has gpus, which it did not ask for" : "have gpus, which it did not ask for";
    case Refusal::agent_inactive:
      return one ? "is not active" : "are not active";
    case Refusal::behind:
      return "given to others with a smaller share";
    case Refusal::reserved:
      return one ? "has only what is reserved to other roles" : "have only what is reserved to other roles";
    case Refusal::none:
      break;
  }
  return "";
}

}  // namespace

std::string sentence(const Explanation& explanation) {
  std::string out = std::to_string(explanation.eligible) + " of " + std::to_string(explanation.agents) +
                    (explanation.agents == 1 ? " agent" : " agents");
  std::string_view separator = ": ";
  for (const Explanation::Count& count : explanation.counts) {
    out += separator;
    out += std::to_string(count.agents) + " ";
    out += words(count.reason, count.agents == 1);
    separator = ", ";
  }
  return out;
}

}  // namespace mesoscore::allocation
