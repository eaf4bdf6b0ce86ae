#include "isolators/linux/devices_gpus.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::devices_detail {

namespace {

tl::unexpected<Error> failed(const char* what, const std::string& path, std::error_code code) {
  return fail(Error(code, cat("cannot ", what, " ", in_quotes(path), ": ", code.message())));
}

Result<std::vector<std::string>> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  if (!file.eof())
    return fail(Errc::io_error, cat("cannot read which gpus were given, from ", in_quotes(path)));
  return lines;
}

}  // namespace

Status GpuBook::open(std::string directory, std::vector<std::string> names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (name.empty() || name.find('\n') != std::string::npos) {
      return fail(Errc::invalid_argument, cat("the gpu ", in_quotes(name), " needs a name of one line"));
    }
    if (!seen.insert(name).second) {
      return fail(Errc::invalid_argument, cat("two gpus have the name ", in_quotes(name)));
    }
  }
  directory_ = std::move(directory);
  names_ = std::move(names);
  return {};
}

Status GpuBook::recover(std::span<const ContainerId> live) {
  held_.clear();
  std::vector<std::string> gone;
  Status all;
  std::error_code code;
  for (std::filesystem::directory_iterator at(directory_, code), end; !code && at != end;
       at.increment(code)) {
    const std::string path = at->path().string();
    const ContainerId id(at->path().filename().string());
    if (std::find(live.begin(), live.end(), id) == live.end()) {
      gone.push_back(path);
    } else if (auto names = read_lines(path)) {
      held_.emplace(id, *std::move(names));
    } else {
      all = fail(std::move(names.error()));
    }
  }
  if (code) return failed("read", directory_, code);
  for (const std::string& path : gone) std::filesystem::remove(path, code);
  return all;
}

std::span<const std::string> GpuBook::of(const ContainerId& id) const {
  const auto found = held_.find(id);
  return found == held_.end() ? std::span<const std::string>() : found->second;
}

std::vector<std::string> GpuBook::free() const {
  std::set<std::string_view> taken;
  for (const auto& [id, names] : held_) taken.insert(names.begin(), names.end());
  std::vector<std::string> names;
  for (const std::string& name : names_) {
    if (!taken.contains(name)) names.push_back(name);
  }
  return names;
}

Status GpuBook::set(const ContainerId& id, std::size_t count) {
  const auto own = of(id);
  if (own.size() == count) return {};
  std::vector<std::string> names(own.begin(), own.end());
  if (count > names.size()) {
    const std::vector<std::string> more = free();
    if (names.size() + more.size() < count) {
      return fail(Errc::launch_failed, cat("it asks for gpus:", count, ", and of the ", names_.size(),
                                           " of this agent it can have ", names.size() + more.size()));
    }
    names.insert(names.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(count - names.size()));
  }
  names.resize(count);
  MESOSCORE_TRY(keep(id, names));
  if (names.empty()) {
    held_.erase(id);
  } else {
    held_.insert_or_assign(id, std::move(names));
  }
  return {};
}

// There is always all of a file, or none.
Status GpuBook::keep(const ContainerId& id, std::span<const std::string> names) {
  const std::string path = cat(directory_, "/", id), draft = directory_ + ".draft";
  std::error_code code;
  if (names.empty()) {
    std::filesystem::remove(path, code);
    return code ? failed("remove", path, code) : Status{};
  }
  std::ofstream file(draft, std::ios::trunc);
  for (const std::string& name : names) file << name << '\n';
  file.close();
  if (!file) return fail(Errc::io_error, cat("cannot write ", in_quotes(draft)));
  std::filesystem::rename(draft, path, code);
  return code ? failed("write", path, code) : Status{};
}

}  // namespace mesoscore::devices_detail
