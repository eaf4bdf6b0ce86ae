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

std::string EnclosingFiles::path(std::uint64_t digest) const {
  return directory_ + "/" + std::string(kEnclosingPrefix) + std::to_string(digest);
}

// Most launches are like the one before.
Result<std::uint64_t> EnclosingFiles::keep(const LaunchPlan& plan) {
  if (last_digest_ != 0 && has_same_enclosing(last_, plan)) return last_digest_;
  Result<std::uint64_t> digest = keep_text(plan);
  if (!digest) return digest;
  last_digest_ = *digest;
  last_.user = plan.user;
  last_.no_new_privileges = plan.no_new_privileges;
  last_.capabilities = plan.capabilities;
  last_.limits = plan.limits;
  last_.oom_score_adj = plan.oom_score_adj;
  last_.seccomp = plan.seccomp;
  return digest;
}

Result<std::uint64_t> EnclosingFiles::keep_text(const LaunchPlan& plan) {
  std::string text = enclosing_text(plan);
  if (text.empty()) return 0;
  const std::uint64_t digest = digest_of(text);
  if (texts_.contains(digest)) return digest;
  const std::string name = path(digest), unfinished = name + ".new";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file || ::rename(unfinished.c_str(), name.c_str()) != 0) {
    const std::error_code code(errno, std::generic_category());
    return fail(Error(code, "cannot write \"" + name + "\": " + code.message()));
  }
  texts_.emplace(digest, std::move(text));
  return digest;
}

std::optional<std::string> EnclosingFiles::find(std::uint64_t digest) {
  if (const auto known = texts_.find(digest); known != texts_.end()) return known->second;
  std::string text = read_whole_file(path(digest));
  if (digest_of(text) != digest) return std::nullopt;
  return texts_.emplace(digest, std::move(text)).first->second;
}

void EnclosingFiles::remove_all_but(const std::unordered_set<std::uint64_t>& used) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(directory_.c_str()), ::closedir);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(kEnclosingPrefix)) continue;
    std::uint64_t digest = 0;
    std::from_chars(name.data() + kEnclosingPrefix.size(), name.data() + name.size(), digest);
    if (!used.contains(digest) && !texts_.contains(digest)) {
      ::unlinkat(::dirfd(directory.get()), entry->d_name, 0);
    }
  }
}

}  // namespace mesoscore::supervision
