#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/result.hpp"
#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::fetchers {

using Fd = runtime::UniqueFd;

// "cannot open 'x': No such file or directory", of errno.
inline tl::unexpected<Error> failed(std::string_view what, std::string_view path, int error = errno) {
  const std::error_code code(error, std::generic_category());
  return fail(Error(code, cat(what, " ", in_quotes(path), ": ", code.message())));
}

// All of it, whatever signals come.
Status write_all(int fd, std::string_view bytes, std::string_view path);

}  // namespace mesoscore::fetchers
