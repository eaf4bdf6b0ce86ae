#include "print.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

void print_table(std::ostream& out, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out << line << '\n';
  }
}

namespace {

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

std::string number(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string joined(const std::vector<mesoscore::RoleName>& roles) {
  std::string text;
  for (const auto& role : roles) text += (text.empty() ? "" : ",") + role.str();
  return text;
}

std::vector<Row> table_of(const std::vector<mesoscore::FrameworkSummary>& frameworks) {
  std::vector<Row> rows = {{"ID", "NAME", "ROLES", "STATE", "TASKS", "OFFERS", "SHARE", "USED", "OFFERED"}};
  for (const auto& f : frameworks) {
    rows.push_back({f.id.str(), f.name, or_dash(joined(f.roles)), f.connected ? "connected" : "disconnected",
                    std::to_string(f.tasks), std::to_string(f.offers),
                    number(100 * f.dominant_share, "%.1f%%"), or_dash(f.used.str()),
                    or_dash(f.offered.str())});
  }
  return rows;
}

std::string state_of(const mesoscore::AgentSummary& agent) {
  using mesoscore::DrainState;
  std::string state = agent.connected ? "active" : "disconnected";
  if (agent.deactivated) state = "deactivated";
  if (agent.drain != DrainState::none) state = agent.drain == DrainState::drained ? "drained" : "draining";
  return agent.deactivated && !agent.connected ? state + ",disconnected" : state;
}

std::vector<Row> table_of(const std::vector<mesoscore::AgentSummary>& agents) {
  std::vector<Row> rows = {{"ID", "HOST", "STATE", "TASKS", "TOTAL", "USED", "OFFERED"}};
  for (const auto& a : agents) {
    rows.push_back({a.id.str(), a.hostname, state_of(a), std::to_string(a.tasks), or_dash(a.total.str()),
                    or_dash(a.used.str()), or_dash(a.offered.str())});
  }
  return rows;
}

std::vector<Row> table_of(const std::vector<mesoscore::RoleSummary>& roles) {
  std::vector<Row> rows = {{"ROLE", "WEIGHT", "FRAMEWORKS", "GUARANTEE", "LIMIT", "CONSUMED"}};
  for (const auto& r : roles) {
    rows.push_back({r.role.str(), number(r.weight, "%g"), std::to_string(r.frameworks),
                    or_dash(r.quota.guarantee.str()), or_dash(r.quota.limit.str()),
                    or_dash(r.consumed.str())});
  }
  return rows;
}

std::vector<Row> table_of(const std::vector<mesoscore::TaskSummary>& tasks) {
  std::vector<Row> rows = {{"ID", "NAME", "FRAMEWORK", "AGENT", "STATE", "HEALTHY", "RESOURCES"}};
  for (const auto& t : tasks) {
    rows.push_back({t.id.str(), or_dash(t.name), t.framework_id.str(), t.agent_id.str(),
                    std::string(mesoscore::to_string(t.state)),
                    !t.healthy   ? "-"
                    : *t.healthy ? "yes"
                                 : "no",
                    or_dash(t.resources.str())});
  }
  return rows;
}

}  // namespace

void print(std::ostream& out, const mesoscore::OperatorAction& action,
           const mesoscore::msg::OperatorAnswer& answer) {
  if (std::holds_alternative<mesoscore::ListFrameworks>(action)) {
    print_table(out, table_of(answer.frameworks));
  } else if (std::holds_alternative<mesoscore::ListAgents>(action)) {
    print_table(out, table_of(answer.agents));
  } else if (std::holds_alternative<mesoscore::ListRoles>(action)) {
    print_table(out, table_of(answer.roles));
  } else if (std::holds_alternative<mesoscore::ListTasks>(action)) {
    print_table(out, table_of(answer.tasks));
  }
  out << answer.text << '\n';
}
