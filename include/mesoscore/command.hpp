// A command: what is run, with which environment, as whom, and which files it needs. CommandInfo of Mesos v1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mesoscore {

struct EnvironmentVariable {
  std::string name{};
  std::string value{};
  friend bool operator==(const EnvironmentVariable&, const EnvironmentVariable&) = default;
};

// A file that is put into the sandbox before the command starts; see fetcher.hpp for what agents take.
struct CommandUri {
  std::string value{};      // "https://...", "file:///..." or an absolute path of the agent's machine
  bool executable = false;  // chmod a+x; it is not unpacked then
  bool extract = true;      // archives (.tar, .tar.gz, .tgz, .tar.bz2, .tar.xz, .zip, .gz, ...) are unpacked
  bool cache = false;       // the agent may keep it for other tasks
  std::string output_file{};  // its name in the sandbox; empty: the last part of the path
  std::string sha256{};       // 64 hexadecimal digits, of the bytes as they come; empty: not checked

  friend bool operator==(const CommandUri&, const CommandUri&) = default;
};

// shell: `/bin/sh -c value`; `arguments` are not used. Otherwise `value` is the program (searched in PATH)
// and `arguments` is the whole argv, argv[0] included; with no arguments argv is {value}.
struct CommandInfo {
  std::string value{};
  bool shell = true;
  std::vector<std::string> arguments{};
  std::vector<EnvironmentVariable> environment{};
  // Empty = FrameworkInfo.user. Another user than the agent's needs an agent that runs as root.
  std::string user{};
  std::vector<CommandUri> uris{};

  friend bool operator==(const CommandInfo&, const CommandInfo&) = default;
};

}  // namespace mesoscore
