// One part of the cluster as this whole process: what --processes starts. Each ends when its standard input
// ends.
#pragma once

#include "options.hpp"

int serve_master(const Options& options);
int serve_agent(const Options& options);
