#include "runtime/containers/nested_plan.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "runtime/containers/plan.hpp"
#include "runtime/containers/sandbox.hpp"

namespace mesoscore::runtime {

namespace {

constexpr const char* kOutputs = "exec";

}  // namespace

Status check_nested(const CommandInfo& command) {
  if (command.value.empty()) return fail(Errc::invalid_argument, "there is no command to run");
  if (!command.uris.empty()) {
    return fail(Errc::invalid_argument, "a command inside of a container has no URIs: it sees the sandbox");
  }
  if (command.user.empty()) return {};
  return fail(Errc::invalid_argument, cat("a command inside of a container runs as its user, not as ",
                                          in_quotes(command.user), ": leave the user out"));
}

LaunchPlan make_nested_plan(const CommandInfo& command, const NestedContext& context) {
  LaunchPlan plan = plan_of(command);
  plan.parent = context.parent;
  plan.user = context.user;
  plan.environment = context.environment;
  plan.environment.insert(plan.environment.end(), command.environment.begin(), command.environment.end());
  plan.working_directory = context.working_directory;
  return plan;
}

Status make_exec_outputs(const std::string& sandbox, const ContainerId& id, LaunchPlan& plan) {
  const UniqueFd top(::open(sandbox.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat owner {};
  UniqueFd outputs, own;
  if (top && ::fstat(top.get(), &owner) == 0) outputs = make_directory_as(owner, top.get(), kOutputs);
  if (outputs) own = make_directory_as(owner, outputs.get(), id.str());
  const std::string path = cat(sandbox, "/", kOutputs, "/", id);
  if (!own)
    return fail(Errc::launch_failed,
                cat("cannot create ", path, ": ", std::generic_category().message(errno)));
  plan.output_directory = sandbox;
  plan.stdout_path = path + "/stdout";
  plan.stderr_path = path + "/stderr";
  return {};
}

}  // namespace mesoscore::runtime
