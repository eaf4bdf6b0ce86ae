// The demonstration itself.
#pragma once

#include "options.hpp"

int run_show(Options options);
