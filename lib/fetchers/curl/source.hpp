// What a URI means: where its bytes come from, and what they become in the sandbox.
#pragma once

#include <string>
#include <string_view>

#include "mesoscore/command.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::fetchers {

enum class Form { file, archive, compressed };  // compressed: one file, as by gzip

struct Source {
  bool remote = false;  // http or https
  std::string path{};   // otherwise: absolute, of this machine
  std::string name{};   // relative to the sandbox: of the file, or, of an archive, of what is unpacked
  Form form = Form::file;

  // Directory of the sandbox that an archive is unpacked into; empty: the sandbox itself.
  std::string directory() const;
};

// Errors name what is wrong, not the whole URI.
Result<Source> parse(const CommandUri& uri);

// Without "." and empty parts. An error if it is absolute, has a part "..", or is longer than Linux takes.
// Empty: it names the directory itself.
Result<std::string> tidy_path(std::string_view path);

}  // namespace mesoscore::fetchers
