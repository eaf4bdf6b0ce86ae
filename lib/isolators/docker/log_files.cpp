#include "isolators/docker/log_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/text_cat.hpp"

namespace mesoscore::docker {

namespace {

constexpr mode_t kMode = 0644;

Status failed(std::string_view what, std::string_view path) {
  const std::error_code code(errno, std::generic_category());
  return fail(Error(code, cat(what, " \"", path, "\": ", code.message())));
}

std::string old_name(const std::string& name, std::uint32_t number) { return cat(name, ".", number); }

}  // namespace

Status LogFiles::open(Options options) {
  options_ = std::move(options);
  if (Status opened = open_directory(); !opened) return opened;
  read_progress();
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i].name = options_.names[i];
    if (Status opened = open(files_[i]); !opened) {
      directory_.reset();
      return opened;
    }
  }
  return {};
}

Status LogFiles::open_directory() {
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  supervision::UniqueFd directory(::open(options_.sandbox.c_str(), kFlags));
  if (!directory) return failed("cannot open the sandbox", options_.sandbox);
  std::istringstream below(options_.below);
  for (std::string part; std::getline(below, part, '/');) {
    supervision::UniqueFd next(::openat(directory.get(), part.c_str(), kFlags));
    if (!next) return failed("cannot open", cat(options_.sandbox, "/", options_.below));
    directory = std::move(next);
  }
  directory_ = std::move(directory);
  return {};
}

std::string LogFiles::path_of(const File& file) const {
  return cat(options_.sandbox, options_.below.empty() ? "" : "/", options_.below, "/", file.name);
}

void LogFiles::read_progress() {
  if (options_.rotation.max_bytes == 0 || options_.progress.empty()) return;
  std::ifstream in(options_.progress);
  std::uint64_t out = 0, err = 0;
  if (!(in >> out >> err)) return;
  files_[0].before = out;
  files_[1].before = err;
}

Status LogFiles::write_progress() {
  if (options_.progress.empty()) return {};
  std::ofstream out(options_.progress, std::ios::trunc);
  out << files_[0].before << ' ' << files_[1].before << '\n';
  return out.flush() ? Status{} : failed("cannot write", options_.progress);
}

Status LogFiles::open(File& file) {
  const std::string path = path_of(file);
  constexpr int kFlags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  file.fd.reset(::openat(directory_.get(), file.name.c_str(), kFlags | O_CREAT, kMode));
  struct stat info {};
  if (!file.fd || ::fstat(file.fd.get(), &info) != 0) return failed("cannot open", path);
  if (!S_ISREG(info.st_mode) || info.st_nlink != 1) {
    file.fd.reset();
    return fail(Errc::permission_denied, cat("cannot write to \"", path, "\": it is not a file of its own"));
  }
  if (options_.owner && ::fchown(file.fd.get(), options_.owner->uid, options_.owner->gid) != 0)
    return failed("cannot hand over", path);
  file.size = static_cast<std::uint64_t>(info.st_size);
  return {};
}

void LogFiles::rewind() {
  for (File& file : files_) file.skip = file.before + file.size;
}

Status LogFiles::write(Stream stream, std::string_view data) {
  if (!directory_) return {};
  File& file = files_[stream == Stream::out ? 0 : 1];
  const std::size_t known = static_cast<std::size_t>(std::min<std::uint64_t>(file.skip, data.size()));
  file.skip -= known;
  data.remove_prefix(known);
  while (!data.empty()) {
    std::size_t size = data.size();
    if (options_.rotation.max_bytes > 0) {
      if (file.size >= options_.rotation.max_bytes) {
        if (Status rotated = rotate(file); !rotated) return rotated;
      }
      size = static_cast<std::size_t>(std::min<std::uint64_t>(size, options_.rotation.max_bytes - file.size));
    }
    if (Status done = append(file, data.substr(0, size)); !done) return done;
    data.remove_prefix(size);
  }
  return {};
}

Status LogFiles::append(File& file, std::string_view data) {
  while (!data.empty()) {
    const ssize_t count = ::write(file.fd.get(), data.data(), data.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed("cannot write to", path_of(file));
    file.size += static_cast<std::uint64_t>(count);
    data.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Status LogFiles::rotate(File& file) {
  const int directory = directory_.get();
  if (options_.rotation.files == 0) {
    ::unlinkat(directory, file.name.c_str(), 0);
  } else {
    for (std::uint32_t number = options_.rotation.files; number > 1; --number) {
      const std::string to = old_name(file.name, number);
      ::renameat(directory, old_name(file.name, number - 1).c_str(), directory, to.c_str());
    }
    ::renameat(directory, file.name.c_str(), directory, old_name(file.name, 1).c_str());
  }
  file.before += file.size;
  if (Status opened = open(file); !opened) return opened;
  return write_progress();
}

}  // namespace mesoscore::docker
