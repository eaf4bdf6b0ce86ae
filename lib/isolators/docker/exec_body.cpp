#include "isolators/docker/exec_body.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::docker {

using nlohmann::json;

Result<std::string> exec_body(const LaunchPlan& plan) {
  if (!plan.user.empty() || !plan.working_directory.empty()) {
    return fail(Errc::invalid_argument,
                cat("a command in a docker container has that one's user and working directory, not ",
                    in_quotes(plan.user.empty() ? plan.working_directory : plan.user)));
  }
  json body = {{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", {plan.program}}};
  for (std::size_t i = 1; i < plan.argv.size(); ++i) body["Cmd"].push_back(plan.argv[i]);
  for (const EnvironmentVariable& one : plan.environment)
    body["Env"].push_back(cat(one.name, "=", one.value));
  try {
    return body.dump();
  } catch (const json::exception&) {
    return fail(Errc::invalid_argument,
                "something of the command is not UTF-8, which the docker engine does not take");
  }
}

Result<std::string> outputs_below(const std::string& sandbox, const LaunchPlan& plan) {
  constexpr std::string_view kOut = "/stdout", kErr = "/stderr";
  const std::string above = sandbox + "/";
  const std::string_view out = plan.stdout_path, err = plan.stderr_path;
  const bool fit = !sandbox.empty() && out.starts_with(above) && out.ends_with(kOut) && err.ends_with(kErr) &&
                   out.size() > above.size() + kOut.size() &&
                   out.substr(0, out.size() - kOut.size()) == err.substr(0, err.size() - kErr.size());
  if (fit) return std::string(out.substr(above.size(), out.size() - above.size() - kOut.size()));
  return fail(Errc::launch_failed, cat("the outputs ", in_quotes(out), " and ", in_quotes(err),
                                       " of a command are not two files of a directory of its sandbox"));
}

}  // namespace mesoscore::docker
