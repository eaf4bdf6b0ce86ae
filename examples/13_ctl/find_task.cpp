#include "find_task.hpp"

#include <algorithm>
#include <utility>

using mesoscore::Errc;
using mesoscore::fail;
using mesoscore::Result;
using mesoscore::TaskSummary;

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool lives(const TaskSummary& task) { return !mesoscore::is_terminal(task.state); }

tl::unexpected<mesoscore::Error> ambiguous(const std::string& task, const std::vector<TaskSummary>& found) {
  std::string all;
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i) {
    all += (i == 0 ? "" : ", ") + found[i].id.str() + " of framework " + found[i].framework_id.str();
  }
  return fail(Errc::invalid_argument,
              "several tasks are called " + quoted(task) + ": " + all + "; give the id and --framework");
}

}  // namespace

Result<TaskSummary> find_task(Desk& desk, const TaskWanted& wanted) {
  auto answer = desk.ask(mesoscore::ListTasks{mesoscore::FrameworkId(wanted.framework), {}});
  if (!answer) return fail(std::move(answer.error()));
  std::vector<TaskSummary> by_id, by_name;
  for (const TaskSummary& task : answer->tasks) {
    if (task.id == wanted.task) by_id.push_back(task);
    if (task.name == wanted.task) by_name.push_back(task);
  }
  const std::vector<TaskSummary>& found = by_id.empty() ? by_name : by_id;
  if (found.empty()) {
    return fail(Errc::not_found,
                "no task with the id or name " + quoted(wanted.task) + " runs, or ended lately");
  }
  if (found.size() == 1) return found.front();
  std::vector<TaskSummary> alive;
  std::copy_if(found.begin(), found.end(), std::back_inserter(alive), lives);
  if (alive.size() == 1) return alive.front();
  // The last one that ended stands first, as long as all are of the same framework.
  const bool one_framework = std::all_of(found.begin(), found.end(), [&](const TaskSummary& task) {
    return task.framework_id == found.front().framework_id;
  });
  if (alive.empty() && one_framework) return found.front();
  return ambiguous(wanted.task, alive.empty() ? found : alive);
}

Result<std::string> sandbox_of(Desk& desk, const TaskSummary& task) {
  const auto look = [&](std::string_view directory) -> Result<std::string> {
    const std::string latest = task.framework_id.str() + "/" + std::string(directory) + "/latest";
    auto report = desk.ask(task.agent_id, mesoscore::ListFiles{latest});
    if (!report) return fail(std::move(report.error()));
    if (report->files.empty()) return latest;
    const std::string& inside = report->files.front().path;
    return inside.substr(0, inside.rfind('/'));
  };
  auto own = look(task.id);
  const bool elsewhere = !own && own.error() == Errc::not_found && !task.executor_id.empty();
  return elsewhere ? look(task.executor_id) : own;
}

Result<mesoscore::ContainerId> container_of(Desk& desk, const TaskSummary& task) {
  auto report = desk.ask(task.agent_id, mesoscore::GetContainers{});
  if (!report) return fail(std::move(report.error()));
  for (const mesoscore::ContainerReport& container : report->containers) {
    const bool own = container.task_id == task.id;
    const bool of_executor = !task.executor_id.empty() && container.executor_id == task.executor_id;
    if (container.framework_id == task.framework_id && (own || of_executor)) return container.container_id;
  }
  return fail(Errc::not_found, "task " + quoted(task.id.view()) + " has no processes now: it is " +
                                   std::string(mesoscore::to_string(task.state)));
}
