// CommandInfo (numbers of mesos.v1). Ours, not in v1: URI.sha256 = 1000.
#pragma once

#include "mesoscore/command.hpp"
#include "wire/views.hpp"

namespace mesoscore::wire {

void fields(auto& v, Like<EnvironmentVariable> auto& m) {
  v.required(1, "name", m.name);
  v.always(2, "value", m.value);
}

void fields(auto& v, Like<CommandUri> auto& m) {
  v.required(1, "value", m.value);
  v.optional(2, "executable", m.executable);
  v.always(3, "extract", m.extract);
  v.optional(4, "cache", m.cache);
  v.optional(5, "output_file", m.output_file);
  v.optional(1000, "sha256", m.sha256);
}

void fields(auto& v, Like<CommandInfo> auto& m) {
  v.optional(1, "uris", m.uris);
  v.optional(2, "environment", wrapped(m.environment, "variables"));
  v.optional(3, "value", m.value);
  v.optional(5, "user", m.user);
  v.always(6, "shell", m.shell);
  v.optional(7, "arguments", m.arguments);
}

}  // namespace mesoscore::wire
