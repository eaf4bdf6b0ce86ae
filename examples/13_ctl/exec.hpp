// `exec`: a command inside of the container of a task.
#pragma once

#include <string>
#include <vector>

#include "find_task.hpp"

// The exit code of the command, 128 + n after signal n; or of ours, if it could not be run.
int run_inside(Desk& desk, const TaskWanted& task, const std::vector<std::string>& words);
