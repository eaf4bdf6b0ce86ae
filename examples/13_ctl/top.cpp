#include "top.hpp"

#include <unistd.h>

#include <iostream>
#include <set>
#include <sstream>

#include "top_table.hpp"

namespace {

constexpr const char* kClear = "\x1b[H\x1b[2J";

struct Look {
  std::vector<Seen> seen;
  std::vector<std::string> problems;  // of single agents
};

mesoscore::Result<Look> look(Desk& desk, const mesoscore::AgentId& only) {
  const auto tasks = desk.ask(mesoscore::ListTasks{{}, only});
  if (!tasks) return mesoscore::fail(tasks.error());
  std::set<mesoscore::AgentId> agents;
  for (const auto& task : tasks->tasks) {
    if (!mesoscore::is_terminal(task.state)) agents.insert(task.agent_id);
  }
  std::vector<std::pair<mesoscore::AgentId, mesoscore::AgentQuery>> questions;
  for (const auto& agent : agents) questions.emplace_back(agent, mesoscore::GetContainers{});
  const auto answers = desk.ask_all(questions);
  const TaskIndex index(tasks->tasks);
  Look found;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      found.problems.push_back(answers[i].error().message);
      continue;
    }
    for (const auto& container : answers[i]->containers) {
      found.seen.push_back(index.describe(container, questions[i].first));
    }
  }
  return found;
}

}  // namespace

// Rates need two looks: the first table shows what was used since the start of the containers.
int show_top(Desk& desk, const TopWanted& wanted) {
  const bool terminal = isatty(STDOUT_FILENO) != 0 && !wanted.once;
  Earlier earlier;
  for (bool first = true;; first = false) {
    const auto found = look(desk, wanted.agent);
    if (!found) return fail_with(found.error());
    if (!first || !wanted.once) {
      std::ostringstream screen;
      print_top(screen, found->seen, earlier);
      for (const std::string& problem : found->problems) screen << problem << '\n';
      std::cout << (terminal ? kClear : "") << screen.str() << (terminal || wanted.once ? "" : "\n")
                << std::flush;
      if (wanted.once) return 0;
    }
    earlier = remember(found->seen);
    desk.sleep(wanted.interval);
  }
}
