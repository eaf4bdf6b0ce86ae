#include "mesoscore/check.hpp"

namespace mesoscore {

CheckType type_of(const Probe& probe) noexcept { return static_cast<CheckType>(probe.index() + 1); }

std::string_view to_string(CheckType type) noexcept {
  switch (type) {
    case CheckType::unknown:
      return "UNKNOWN";
    case CheckType::command:
      return "COMMAND";
    case CheckType::http:
      return "HTTP";
    case CheckType::tcp:
      return "TCP";
  }
  return "UNKNOWN";
}

}  // namespace mesoscore
