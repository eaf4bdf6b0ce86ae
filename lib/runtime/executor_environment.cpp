#include <cstdlib>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/executor_driver.hpp"
#include "runtime/duration_text.hpp"

namespace mesoscore {
namespace {

Result<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value && *value) return std::string(value);
  return fail(Errc::invalid_argument,
              cat("the environment variable ", name, value ? " is empty" : " is missing",
                  ": an agent sets it for its executors"));
}

Result<std::string> id_variable(const char* name, std::string_view what) {
  auto value = variable(name);
  if (!value) return value;
  MESOSCORE_TRY_IN(name, validate_id(*value, what));
  return value;
}

}  // namespace

Result<ExecutorDriverConfig> executor_config_from_environment() {
  auto agent = variable("MESOSCORE_AGENT");
  if (!agent) return fail(std::move(agent.error()));
  if (const auto endpoint = Endpoint::parse(*agent); !endpoint)
    return fail_in("MESOSCORE_AGENT", endpoint.error());
  auto framework = id_variable("MESOS_FRAMEWORK_ID", "framework id");
  if (!framework) return fail(std::move(framework.error()));
  auto executor = id_variable("MESOS_EXECUTOR_ID", "executor id");
  if (!executor) return fail(std::move(executor.error()));
  ExecutorDriverConfig config;
  if (const char* timeout = std::getenv("MESOS_RECOVERY_TIMEOUT"); timeout && *timeout) {
    const auto parsed = runtime::parse_duration_text(timeout);
    if (!parsed) return fail_in("MESOS_RECOVERY_TIMEOUT", parsed.error());
    config.executor.recovery_timeout = *parsed;
  }
  config.agent = *std::move(agent);
  config.executor.framework_id = *framework;
  config.executor.executor_id = *executor;
  return config;
}

}  // namespace mesoscore
