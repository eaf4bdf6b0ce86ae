#include "isolators/seccomp/program.hpp"

#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/text_cat.hpp"

namespace mesoscore::seccomp_detail {

namespace {

struct Release {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

// Docker's words for the machine, as SCMP_ARCH_NATIVE has them.
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 4> kMachines = {
    {{SCMP_ARCH_X86_64, "amd64"},
     {SCMP_ARCH_AARCH64, "arm64"},
     {SCMP_ARCH_X86, "386"},
     {SCMP_ARCH_ARM, "arm"}}};

std::string_view machine() {
  const std::uint32_t native = seccomp_arch_native();
  for (const auto& [arch, name] : kMachines) {
    if (arch == native) return name;
  }
  return {};
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool counts(const Condition& condition, std::uint64_t capabilities) {
  if ((condition.with & ~capabilities) != 0) return false;
  if (condition.without != 0 && (condition.without & ~capabilities) == 0) return false;
  if (!condition.arches.empty() && !contains(condition.arches, machine())) return false;
  return !contains(condition.not_arches, machine());
}

std::uint32_t number_of(const Action& action) {
  switch (action.kind) {
    case Action::Kind::allow:
      return SCMP_ACT_ALLOW;
    case Action::Kind::error:
      return SCMP_ACT_ERRNO(action.error);
    case Action::Kind::kill_process:
      return SCMP_ACT_KILL_PROCESS;
    case Action::Kind::kill_thread:
      return SCMP_ACT_KILL_THREAD;
    case Action::Kind::trap:
      return SCMP_ACT_TRAP;
    case Action::Kind::log:
      return SCMP_ACT_LOG;
  }
  return SCMP_ACT_KILL_PROCESS;
}

scmp_arg_cmp comparison(const Argument& argument) {
  constexpr std::array<scmp_compare, 7> kOperators = {
      SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ};
  return {argument.index, kOperators[static_cast<std::size_t>(argument.compare)], argument.value,
          argument.value_two};
}

Status failed(std::string_view what, int error) {
  return fail(Errc::launch_failed,
              cat("seccomp: ", what, ": ", std::generic_category().message(error < 0 ? -error : error)));
}

// Conditions on one argument are alternatives, and libseccomp wants a rule for each of these.
bool has_alternatives(const Rule& rule) {
  std::array<int, 6> seen{};
  for (const Argument& argument : rule.arguments) {
    if (++seen[argument.index] > 1) return true;
  }
  return false;
}

Status add_call(scmp_filter_ctx filter, const Rule& rule, int call, std::string_view name) {
  std::vector<scmp_arg_cmp> all;
  for (const Argument& argument : rule.arguments) all.push_back(comparison(argument));
  const auto add = [&](std::span<const scmp_arg_cmp> conditions) -> Status {
    const int error = seccomp_rule_add_array(filter, number_of(rule.action), call,
                                             static_cast<unsigned>(conditions.size()), conditions.data());
    return error == 0 ? Status{} : failed(name, error);
  };
  if (!has_alternatives(rule)) return add(all);
  for (const scmp_arg_cmp& each : all) {
    if (Status added = add({&each, 1}); !added) return added;
  }
  return {};
}

Status add_rule(scmp_filter_ctx filter, const Rule& rule) {
  for (const std::string& name : rule.names) {
    const int call = seccomp_syscall_resolve_name(name.c_str());
    if (call == __NR_SCMP_ERROR) continue;
    if (Status added = add_call(filter, rule, call, name); !added) return added;
  }
  return {};
}

// Programs of the machine's other word sizes may run, too; those of machines that this one is not cannot.
void add_architectures(scmp_filter_ctx filter, const std::vector<std::string>& names) {
  const std::uint32_t native = seccomp_arch_native();
  const auto is_native = [&](std::string_view name) {
    return (native == SCMP_ARCH_X86_64 && name == "SCMP_ARCH_X86_64") ||
           (native == SCMP_ARCH_AARCH64 && name == "SCMP_ARCH_AARCH64");
  };
  if (std::none_of(names.begin(), names.end(), is_native)) return;
  for (const std::string& name : names) {
    if (native == SCMP_ARCH_X86_64 && name == "SCMP_ARCH_X86") seccomp_arch_add(filter, SCMP_ARCH_X86);
    if (native == SCMP_ARCH_X86_64 && name == "SCMP_ARCH_X32") seccomp_arch_add(filter, SCMP_ARCH_X32);
    if (native == SCMP_ARCH_AARCH64 && name == "SCMP_ARCH_ARM") seccomp_arch_add(filter, SCMP_ARCH_ARM);
  }
}

Result<std::vector<std::uint64_t>> read_program(scmp_filter_ctx filter) {
  const int memory = ::memfd_create("mesoscore-seccomp", MFD_CLOEXEC);
  if (memory < 0) return fail(failed("memfd_create", errno).error());
  std::vector<std::uint64_t> program;
  int error = seccomp_export_bpf(filter, memory);
  const off_t bytes = ::lseek(memory, 0, SEEK_END);
  if (error == 0 && bytes > 0) {
    program.resize(static_cast<std::size_t>(bytes) / sizeof(std::uint64_t));
    if (::pread(memory, program.data(), static_cast<std::size_t>(bytes), 0) != bytes) error = EIO;
  }
  ::close(memory);
  if (error != 0) return fail(failed("the filter", error).error());
  return program;
}

}  // namespace

std::vector<std::string> unknown_calls(const Profile& profile) {
  std::vector<std::string> unknown;
  for (const Rule& rule : profile.rules) {
    for (const std::string& name : rule.names) {
      if (seccomp_syscall_resolve_name(name.c_str()) == __NR_SCMP_ERROR) unknown.push_back(name);
    }
  }
  return unknown;
}

Result<std::vector<std::uint64_t>> compile(const Profile& profile, std::uint64_t capabilities) {
  const Filter filter(seccomp_init(number_of(profile.otherwise)));
  if (!filter) return fail(failed("seccomp_init", EINVAL).error());
  add_architectures(filter.get(), profile.architectures);
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE,
                   2);  // a tree: no rule costs a walk past all others
  for (const Rule& rule : profile.rules) {
    if (rule.action == profile.otherwise || !counts(rule.condition, capabilities)) continue;
    if (Status added = add_rule(filter.get(), rule); !added) return fail(added.error());
  }
  return read_program(filter.get());
}

}  // namespace mesoscore::seccomp_detail
