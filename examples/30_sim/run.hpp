#pragma once

#include "options.hpp"
#include "print.hpp"

// Runs the seeds, in as many processes as was asked for, and prints a line for each.
Total run(const Options& options);
