#include "files.hpp"

#include <sys/stat.h>

#include <chrono>
#include <ctime>
#include <iostream>

#include "print.hpp"

namespace {

using namespace std::chrono_literals;

constexpr auto kPoll = 200ms;

bool runs(Desk& desk, const mesoscore::AgentId& agent, const mesoscore::ContainerId& container) {
  const auto report = desk.ask(agent, mesoscore::GetContainers{container});
  return report || !(report.error() == mesoscore::Errc::not_found);
}

// "drwxr-x---"
std::string mode_text(std::uint32_t mode) {
  std::string text = S_ISDIR(mode) ? "d" : S_ISLNK(mode) ? "l" : S_ISREG(mode) ? "-" : "?";
  for (int bit = 8; bit >= 0; --bit) text += ((mode >> bit) & 1) != 0 ? "xwr"[bit % 3] : '-';
  return text;
}

std::string time_text(double seconds) {
  const auto at = static_cast<std::time_t>(seconds);
  std::tm local{};
  localtime_r(&at, &local);
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
  return text;
}

}  // namespace

mesoscore::Status copy_log(Desk& desk, const mesoscore::AgentId& agent, LogCursor& cursor,
                           std::ostream& out) {
  do {
    auto text = cursor.take(desk.ask(agent, cursor.next()));
    if (!text) return mesoscore::fail(std::move(text.error()));
    out << *text;
  } while (!cursor.at_end());
  out.flush();
  return {};
}

int show_logs(Desk& desk, const LogsWanted& wanted) {
  const auto task = find_task(desk, wanted.task);
  if (!task) return fail_with(task.error());
  const auto sandbox = sandbox_of(desk, *task);
  if (!sandbox) return fail_with(sandbox.error());
  // Of this container, also if the task is started again meanwhile.
  const mesoscore::ContainerId container(sandbox->substr(sandbox->rfind('/') + 1));
  LogCursor cursor(*sandbox + (wanted.errors ? "/stderr" : "/stdout"),
                   -static_cast<std::int64_t>(wanted.tail));
  for (bool alive = wanted.follow;;) {
    if (const auto copied = copy_log(desk, task->agent_id, cursor, std::cout); !copied)
      return fail_with(copied.error());
    if (!alive) return 0;
    alive = runs(desk, task->agent_id, container);  // what it wrote last is still to be read
    if (alive) desk.sleep(kPoll);
  }
}

int list_files(Desk& desk, const TaskWanted& wanted, const std::string& path) {
  const auto task = find_task(desk, wanted);
  if (!task) return fail_with(task.error());
  const auto sandbox = sandbox_of(desk, *task);
  if (!sandbox) return fail_with(sandbox.error());
  const auto report =
      desk.ask(task->agent_id, mesoscore::ListFiles{*sandbox + (path.empty() ? "" : "/" + path)});
  if (!report) return fail_with(report.error());
  std::vector<Row> rows;
  for (const mesoscore::FileInfo& file : report->files) {
    rows.push_back({mode_text(file.mode), file.uid, file.gid, std::to_string(file.size),
                    time_text(file.mtime), file.path.substr(file.path.rfind('/') + 1)});
  }
  print_table(std::cout, rows);
  if (report->files.size() < report->size) {
    std::cout << report->size << " files; the first " << report->files.size() << " are listed\n";
  }
  return 0;
}
