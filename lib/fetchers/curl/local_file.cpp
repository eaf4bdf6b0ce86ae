#include "fetchers/curl/local_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <memory>

#include "fetchers/curl/beneath.hpp"

namespace mesoscore::fetchers {
namespace {

// Without symbolic links; empty if there is no such file.
std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr), &std::free);
  return found ? std::string(found.get()) : std::string();
}

// `path` relative to `root`; empty if it does not lie below it.
std::string below(const std::string& path, std::string root) {
  if (root != "/") root += '/';
  return path.size() > root.size() && path.starts_with(root) ? path.substr(root.size()) : std::string();
}

std::string listed(const std::vector<std::string>& roots) {
  std::string out;
  for (const std::string& root : roots) out.append(out.empty() ? "" : ", ").append(root);
  return out;
}

}  // namespace

Result<Fd> open_local_file(const std::string& path, const std::vector<std::string>& roots) {
  if (roots.empty()) {
    return fail(Errc::permission_denied,
                "this agent fetches no files of its own machine (file_roots is empty)");
  }
  const std::string real = real_path(path);
  for (const std::string& root : roots) {
    const std::string allowed = real_path(root), rest = allowed.empty() ? "" : below(real, allowed);
    if (rest.empty()) continue;
    const Fd directory(::open(allowed.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return failed("cannot open", root);
    // What was found may be another file by now: the kernel looks again. A pipe would block.
    Result<Fd> file = open_beneath(directory.get(), rest, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return file;
    struct stat info {};
    if (::fstat(file->get(), &info) != 0) return failed("cannot look at", path);
    if (S_ISREG(info.st_mode)) return file;
    return fail(Errc::invalid_argument, "it is not a regular file");
  }
  // Not even whether there is such a file is told of other places.
  return fail(Errc::permission_denied,
              cat("there is no such file below the directories that this agent allows: ", listed(roots)));
}

}  // namespace mesoscore::fetchers
