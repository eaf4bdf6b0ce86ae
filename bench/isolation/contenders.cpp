#include "contenders.hpp"

#include <cstdio>
#include <utility>

#include "docker.hpp"
#include "groups.hpp"
#include "mesoscore/isolators/cgroups.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/isolators/seccomp.hpp"
#include "runc.hpp"

namespace mesoscore::bench {

namespace {

class Bare final : public Contender {
 public:
  Bare() : Contender("bare", "", false) {}
  double run(int in_flight, int count) override { return bare(in_flight, count, spawn_true); }
};

class Set final : public Contender {
 public:
  Set(std::string name, std::string directory, IsolatorSet isolators)
      : Contender(std::move(name), "bare", false), loop_(std::move(directory), std::move(isolators)) {}
  double run(int in_flight, int count) override { return loop_.run(in_flight, count); }

 private:
  ContainersLoop loop_;
};

isolators::CgroupsOptions groups_for(const std::string& set) {
  isolators::CgroupsOptions options;
  options.root = std::string(program_invocation_short_name) + "." + std::to_string(::getpid()) + "." + set;
  return options;
}
IsolatorSet with_cgroups(const isolators::CgroupsOptions& options) {
  return IsolatorSet().add(isolators::process()).add(isolators::cgroups(options));
}

// Cpu, memory and processes: with version 1 it is one hierarchy less.
IsolatorSet without_disks() {
  isolators::CgroupsOptions options = groups_for("without_io");
  options.avoid = {"io"};
  return with_cgroups(options);
}

// All that an agent for strangers would have.
IsolatorSet full() {
  IsolatorSet set = with_cgroups(groups_for("full"));
  set.add(isolators::rlimits())
      .add(isolators::namespaces())
      .add(isolators::filesystem())
      .add(isolators::kernel_settings())
      .add(isolators::private_tmp())
      .add(isolators::capabilities({.bounding = std::vector<Capability>{}, .effective = {}}))
      .add(isolators::devices())
      .add(isolators::no_new_privileges())
      .add(isolators::seccomp());
  return set;
}

}  // namespace

std::string find_program(const char* name) {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/", "/usr/local/bin/"}) {
    if (std::filesystem::exists(folder + std::string(name))) return folder + std::string(name);
  }
  return {};
}

std::vector<std::unique_ptr<Contender>> contenders(Directories& directories) {
  std::vector<std::unique_ptr<Contender>> all;
  all.push_back(std::make_unique<Bare>());
  all.push_back(std::make_unique<Set>("none", directories.make(), IsolatorSet().add(isolators::process())));
  if (::geteuid() != 0) {
    std::fputs("left out: cgroups, full, runc, docker: they need root\n", stderr);
    return all;
  }
  all.push_back(make_groups_by_hand(groups_for("by_hand"), directories.make()));
  all.push_back(std::make_unique<Set>("cgroups", directories.make(), with_cgroups(groups_for("cgroups"))));
  all.push_back(std::make_unique<Set>("cgroups_without_io", directories.make(), without_disks()));
  all.push_back(std::make_unique<Set>("full", directories.make(), full()));
  if (auto runc = make_runc(directories.make())) {
    all.push_back(std::move(runc));
  } else {
    std::fputs("left out: runc: there is no runc or no busybox here\n", stderr);
  }
  for (auto& docker : make_docker(directories)) all.push_back(std::move(docker));
  return all;
}

}  // namespace mesoscore::bench
