#include "options_questions.hpp"

#include "../support/cli.hpp"
#include "exec.hpp"

namespace {

void add_task(CLI::App& command, TaskWanted& task) {
  command.add_option("task", task.task, "Its id, or its name")->required();
  command.add_option("--framework", task.framework, "Whose it is, when others have the same: id or name");
}

}  // namespace

void define_questions(CLI::App& app, QuestionValues& values, std::function<int(Desk&)>& ask) {
  auto* top = app.add_subcommand("top", "What tasks use, again and again, the busiest first");
  top->add_option("--agent", values.agent, "Only on this one: its id");
  top->add_flag("--once", values.top.once, "One table");
  cli::add_duration(*top, "--interval", values.top.interval, "Between two looks; default 2s");
  top->callback([&] {
    values.top.agent = values.agent;
    ask = [wanted = values.top](Desk& desk) { return show_top(desk, wanted); };
  });

  auto* logs = app.add_subcommand("logs", "Shows what a task has written");
  add_task(*logs, values.logs.task);
  logs->add_flag("-f,--follow", values.logs.follow, "... and goes on until it ends");
  logs->add_flag("--stderr", values.logs.errors, "Its standard error; default: its standard output");
  logs->add_option("--tail", values.logs.tail, "Begin so many bytes before the end");
  logs->callback([&] { ask = [wanted = values.logs](Desk& desk) { return show_logs(desk, wanted); }; });

  auto* ls = app.add_subcommand("ls", "Lists the files of a task's sandbox");
  add_task(*ls, values.task);
  ls->add_option("path", values.path, "A directory in it");
  ls->callback([&] {
    ask = [task = values.task, path = values.path](Desk& desk) { return list_files(desk, task, path); };
  });

  auto* exec = app.add_subcommand("exec", "Runs a command inside of the container of a task");
  add_task(*exec, values.task);
  exec->add_option("command", values.words, "What to run, after --")->required();
  exec->footer(
      "The agent must allow it: mesoscore-agent --allow-exec. The exit code is that of the command.");
  exec->callback([&] {
    ask = [task = values.task, words = values.words](Desk& desk) { return run_inside(desk, task, words); };
  });
}
