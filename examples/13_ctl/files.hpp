// Files of sandboxes: `logs` and `ls`.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "../support/log_cursor.hpp"
#include "find_task.hpp"

struct LogsWanted {
  TaskWanted task;
  bool follow = false, errors = false;  // errors: stderr
  std::uint64_t tail = 0;               // bytes; 0: all
};

// Up to the end of the file, as it is now.
mesoscore::Status copy_log(Desk& desk, const mesoscore::AgentId& agent, LogCursor& cursor, std::ostream& out);

int show_logs(Desk& desk, const LogsWanted& wanted);
int list_files(Desk& desk, const TaskWanted& task, const std::string& path);
