#include "isolators/process/enclosing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>

#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

constexpr std::string_view kEnclosingPrefix = "enclosing.";

void add_line(std::string& text, std::string_view key, std::initializer_list<std::uint64_t> values) {
  text.append(key);
  for (const std::uint64_t value : values) text.append(" ").append(std::to_string(value));
  text.push_back('\n');
}

// FNV-1a, 63 bits of it; never 0.
std::uint64_t digest_of(std::string_view text) {
  std::uint64_t digest = 0xcbf29ce484222325u;
  for (const char one : text) digest = (digest ^ static_cast<unsigned char>(one)) * 0x100000001b3u;
  digest >>= 1;
  return digest == 0 ? 1 : digest;
}

// A text has the first number from its digest on that no other text has.
constexpr std::uint64_t kNumbers = 64;

bool is_number_of(std::string_view text, std::uint64_t number) {
  const std::uint64_t digest = digest_of(text);
  return number >= digest && number - digest < kNumbers;
}

bool has_same_enclosing(const LaunchPlan& a, const LaunchPlan& b) {
  return a.user == b.user && a.no_new_privileges == b.no_new_privileges && a.capabilities == b.capabilities &&
         a.limits == b.limits && a.oom_score_adj == b.oom_score_adj && a.seccomp == b.seccomp;
}

bool set_one(std::istringstream& line, const std::string& key, LaunchPlan& plan) {
  if (key == "user") {
    std::string user;
    std::getline(line >> std::ws, user);
    if (plan.user.empty()) plan.user = std::move(user);
    return !plan.user.empty();
  }
  if (key == "no_new_privileges") {
    plan.no_new_privileges = true;
  } else if (key == "capabilities") {
    PlannedCapabilities& capabilities = plan.capabilities.emplace();
    line >> capabilities.bounding >> capabilities.effective;
  } else if (key == "limit") {
    PlannedLimit& limit = plan.limits.emplace_back();
    line >> limit.resource >> limit.soft >> limit.hard;
  } else if (key == "oom_score_adj") {
    line >> plan.oom_score_adj.emplace();
  } else if (key == "seccomp") {
    line >> plan.seccomp.emplace_back();
  } else {
    return false;
  }
  return !line.fail();
}

}  // namespace

std::string enclosing_text(const LaunchPlan& plan) {
  std::string text;
  if (!plan.user.empty()) text.append("user ").append(plan.user).append("\n");
  if (plan.no_new_privileges) text.append("no_new_privileges\n");
  if (plan.capabilities) {
    add_line(text, "capabilities", {plan.capabilities->bounding, plan.capabilities->effective});
  }
  for (const PlannedLimit& limit : plan.limits) {
    add_line(text, "limit", {static_cast<std::uint64_t>(limit.resource), limit.soft, limit.hard});
  }
  if (plan.oom_score_adj)
    text.append("oom_score_adj ").append(std::to_string(*plan.oom_score_adj)).append("\n");
  for (const std::uint64_t instruction : plan.seccomp) add_line(text, "seccomp", {instruction});
  return text;
}

bool set_enclosing(std::string_view text, LaunchPlan& plan) {
  plan.no_new_privileges = false;
  plan.capabilities.reset();
  plan.limits.clear();
  plan.oom_score_adj.reset();
  plan.seccomp.clear();
  std::istringstream lines{std::string(text)};
  for (std::string one; std::getline(lines, one);) {
    std::istringstream line(one);
    std::string key;
    line >> key;
    if (!set_one(line, key, plan)) return false;
  }
  return true;
}

std::string EnclosingFiles::path(std::uint64_t number) const {
  return directory_ + "/" + std::string(kEnclosingPrefix) + std::to_string(number);
}

// Most launches are like the one before.
Result<std::uint64_t> EnclosingFiles::keep(const LaunchPlan& plan) {
  if (last_number_ != 0 && has_same_enclosing(last_, plan)) return last_number_;
  Result<std::uint64_t> number = keep_text(enclosing_text(plan));
  if (!number) return number;
  last_number_ = *number;
  last_.user = plan.user;
  last_.no_new_privileges = plan.no_new_privileges;
  last_.capabilities = plan.capabilities;
  last_.limits = plan.limits;
  last_.oom_score_adj = plan.oom_score_adj;
  last_.seccomp = plan.seccomp;
  return number;
}

Result<std::uint64_t> EnclosingFiles::keep_text(std::string text) {
  if (text.empty()) return 0;
  const std::uint64_t digest = digest_of(text);
  for (std::uint64_t number = digest; number - digest < kNumbers; ++number) {
    const auto known = texts_.find(number);
    if (known != texts_.end() ? known->second == text : read_whole_file(path(number)) == text) {
      texts_.emplace(number, std::move(text));
      return number;
    }
    // A file of an earlier agent that is something else, or cannot be read, may still be needed.
    if (known != texts_.end() || ::access(path(number).c_str(), F_OK) == 0) continue;
    if (Status written = write(text, path(number)); !written) return fail(written.error());
    texts_.emplace(number, std::move(text));
    return number;
  }
  return fail(Errc::limit_exceeded, "\"" + path(digest) + "\" and the next " + std::to_string(kNumbers - 1) +
                                        " files have other texts");
}

Status EnclosingFiles::write(const std::string& text, const std::string& name) {
  const std::string unfinished = name + ".new";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (file && ::rename(unfinished.c_str(), name.c_str()) == 0) return {};
  const std::error_code code(errno, std::generic_category());
  return fail(Error(code, "cannot write \"" + name + "\": " + code.message()));
}

std::optional<std::string> EnclosingFiles::find(std::uint64_t number) {
  if (const auto known = texts_.find(number); known != texts_.end()) return known->second;
  std::string text = read_whole_file(path(number));
  if (!is_number_of(text, number)) return std::nullopt;
  return texts_.emplace(number, std::move(text)).first->second;
}

void EnclosingFiles::remove_all_but(const std::unordered_set<std::uint64_t>& used) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(directory_.c_str()), ::closedir);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(kEnclosingPrefix)) continue;
    std::uint64_t number = 0;
    std::from_chars(name.data() + kEnclosingPrefix.size(), name.data() + name.size(), number);
    if (!used.contains(number) && !texts_.contains(number)) {
      ::unlinkat(::dirfd(directory.get()), entry->d_name, 0);
    }
  }
}

}  // namespace mesoscore::supervision
