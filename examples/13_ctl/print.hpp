#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "mesoscore/operator.hpp"

using Row = std::vector<std::string>;
// In columns.
void print_table(std::ostream& out, const std::vector<Row>& rows);

// The answer as people read it: a table, or what the master says.
void print(std::ostream& out, const mesoscore::OperatorAction& action,
           const mesoscore::msg::OperatorAnswer& answer);
