// The table at the end.
#pragma once

#include <string>
#include <vector>

#include "fair_share.hpp"
#include "framework.hpp"

// `frameworks`, `resources` (of the dominant shares) and `ideal` are in the order of the tenants in
// `history`.
void print_report(const std::vector<const Framework*>& frameworks, const std::vector<std::string>& resources,
                  const std::vector<double>& ideal, const ShareHistory& history);
