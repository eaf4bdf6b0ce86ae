// The subcommands of mesoscore-ctl that ask agents: top, logs, ls, exec.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "files.hpp"
#include "top.hpp"

// As CLI11 fills them in.
struct QuestionValues {
  std::string agent;
  TopWanted top;
  LogsWanted logs;
  TaskWanted task;
  std::string path;
  std::vector<std::string> words;
};

void define_questions(CLI::App& app, QuestionValues& values, std::function<int(Desk&)>& ask);
