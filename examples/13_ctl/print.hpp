#pragma once

#include <ostream>

#include "mesoscore/operator.hpp"

// The answer as people read it: a table, or what the master says.
void print(std::ostream& out, const mesoscore::OperatorAction& action,
           const mesoscore::msg::OperatorAnswer& answer);
