#include "core/paths.hpp"

#include <algorithm>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {
namespace {

tl::unexpected<Error> refuse(std::string_view what, std::string_view path, std::string_view why) {
  return fail(Errc::invalid_argument, cat(what, " ", in_quotes(path), " ", why));
}

}  // namespace

Status check_no_nul(std::string_view text, std::string_view what) {
  if (text.find('\0') == std::string_view::npos) return {};
  return refuse(what, text, "contains a NUL byte: leave it out");
}

Status check_path(std::string_view path, std::string_view what) {
  if (path.empty()) return fail(Errc::invalid_argument, cat(what, " is empty: name a path"));
  MESOSCORE_TRY(check_no_nul(path, what));
  bool named = false;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part == "..") return refuse(what, path, "has a part '..': name the path without it");
    named = named || (!part.empty() && part != ".");
    at = end + 1;
  }
  return named ? Status() : refuse(what, path, "names nothing below the directory: add a name");
}

Status check_absolute_path(std::string_view path, std::string_view what) {
  MESOSCORE_TRY(check_path(path, what));
  return path.front() == '/' ? Status() : refuse(what, path, "is relative: begin it with '/'");
}

Status check_relative_path(std::string_view path, std::string_view what) {
  MESOSCORE_TRY(check_path(path, what));
  return path.front() != '/' ? Status()
                             : refuse(what, path, "is absolute: leave out the '/' at its beginning");
}

}  // namespace mesoscore
