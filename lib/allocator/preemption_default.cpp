#include <limits>

#include "mesoscore/policy.hpp"

namespace mesoscore {

double AllocationPolicy::cost(const Victim&, const Want&) { return std::numeric_limits<double>::infinity(); }

}  // namespace mesoscore
