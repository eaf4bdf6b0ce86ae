#include "show.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include "cluster.hpp"
#include "display.hpp"
#include "fair_share.hpp"
#include "framework.hpp"
#include "report.hpp"

using namespace mesoscore;

namespace {

constexpr std::chrono::milliseconds kStep(25);  // between two looks at the frameworks
constexpr double kSecondArrives = 1.5;          // seconds
constexpr double kPatience = 20;                // seconds without any progress
constexpr int kInterrupted = 130;

Resources amounts(const char* text) { return *Resources::parse(text); }

// Analytics tasks need cpus most, web tasks memory: their dominant resources differ.
std::vector<Tenant> make_tenants(const Options& options) {
  Rng rng(options.seed);
  const std::size_t for_web = options.tasks * 3 / 10;
  return {
      {kAnalytics, kAnalyticsWeight, amounts("cpus:1;mem:64"), make_workload(options.tasks - for_web, rng)},
      {kWeb, kWebWeight, amounts("cpus:1;mem:384"), make_workload(for_web, rng)}};
}

class Show {
 public:
  Show(asio::io_context& io, const Options& options)
      : options_(options),
        cluster_(options.processes ? cluster_of_processes(io, options) : cluster_in_process(io, options)),
        signals_(io, SIGINT, SIGTERM),
        timer_(io),
        io_(io),
        display_(isatty(STDOUT_FILENO) != 0) {
    for (std::uint32_t i = 0; i < options.agents; ++i) total_ += amounts(kAgentResources).quantities();
    signals_.async_wait([this](std::error_code cancelled, int) {
      if (cancelled) return;
      interrupted_ = true;
      signals_.clear();  // a second ^C ends the program at once
    });
  }

  asio::awaitable<int> run() {
    if (const Status up = co_await cluster_->start(); !up) {
      fmt::print(stderr, "mesoscore-demo: the cluster did not start: {}\n", up.error().message);
      signals_.cancel();
      co_await cluster_->stop();
      co_return 2;
    }
    display_.say(fmt::format("{} agents with {} are up ({}{}); {} arrives {} s after {}\n", options_.agents,
                             kAgentResources, options_.transport,
                             options_.processes ? ", separate processes" : "", kWeb, kSecondArrives,
                             kAnalytics));
    for (Tenant& tenant : make_tenants(options_)) {
      resources_.emplace_back(dominant_resource(tenant.each.quantities(), total_));
      frameworks_.push_back(
          std::make_unique<Framework>(io_, cluster_->transports(), cluster_->master(), std::move(tenant)));
    }
    begin_ = std::chrono::steady_clock::now();
    co_await watch();
    display_.finish(seconds(), rows());
    for (auto& framework : frameworks_) co_await framework->leave();
    signals_.cancel();
    co_await cluster_->stop();
    co_return conclude();
  }

 private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  double share(const Framework& framework) const {
    return dominant_share(framework.held().quantities(), total_);
  }

  std::vector<Row> rows() const {
    std::vector<Row> out;
    for (std::size_t i = 0; i < frameworks_.size(); ++i) {
      out.push_back({frameworks_[i].get(), share(*frameworks_[i]), resources_[i]});
    }
    return out;
  }

  // Until all is done, or nothing moves any more, or the user has seen enough.
  asio::awaitable<void> watch() {
    start(*frameworks_[0]);
    bool second_started = false;
    while (!interrupted_ && !all_done() && !stuck()) {
      if (!second_started && seconds() >= kSecondArrives) {
        start(*frameworks_[1]);
        second_started = true;
      }
      sample();
      display_.show(seconds(), rows());
      timer_.expires_after(kStep);
      co_await timer_.async_wait(asio::use_awaitable);
    }
  }

  void start(Framework& framework) {
    if (const Status started = framework.start(); !started) problem_ = started.error().message;
  }

  bool all_done() const {
    for (const auto& framework : frameworks_) {
      if (!framework->done()) return false;
    }
    return true;
  }

  bool stuck() {
    std::size_t ended = 0;
    for (const auto& framework : frameworks_) ended += framework->progress().ended();
    if (ended != last_ended_) {
      last_ended_ = ended;
      last_progress_ = seconds();
    }
    if (seconds() - last_progress_ > kPatience)
      problem_ = fmt::format("no task has ended for {} s", kPatience);
    return !problem_.empty();
  }

  void sample() {
    ShareHistory::Sample now{seconds(), {}, true};
    for (const auto& framework : frameworks_) {
      now.shares.push_back(share(*framework));
      now.contended = now.contended && framework->hungry();
    }
    history_.add(std::move(now));
  }

  // The table, and the exit code: 0 only if everything was as it should be.
  int conclude() {
    if (interrupted_) {
      fmt::print("interrupted\n");
      return kInterrupted;
    }
    std::vector<const Framework*> frameworks;
    std::vector<FrameworkNeed> demands;
    std::size_t tasks = 0, on_purpose = 0;
    for (const auto& framework : frameworks_) {
      frameworks.push_back(framework.get());
      demands.push_back({framework->tenant().each.quantities(), framework->tenant().weight});
      tasks += framework->progress().ended();
      on_purpose += framework->progress().failed_on_purpose;
      if (problem_.empty() && framework->complaint()) problem_ = *framework->complaint();
    }
    print_report(frameworks, resources_, ideal_shares(demands, total_), history_);
    fmt::print("{} commands in {:.1f} s; {} failed on purpose\n", tasks, history_.end(), on_purpose);
    if (options_.keep_work_dir) fmt::print("sandboxes: {}\n", options_.work_dir);
    if (problem_.empty()) return 0;
    fmt::print(stderr, "mesoscore-demo: not as it should be: {}\n", problem_);
    return 1;
  }

  Options options_;
  std::unique_ptr<Cluster> cluster_;
  asio::signal_set signals_;
  asio::steady_timer timer_;
  asio::io_context& io_;
  Display display_;
  Quantities total_;
  std::vector<std::unique_ptr<Framework>> frameworks_;
  std::vector<std::string> resources_;  // the dominant ones
  ShareHistory history_;
  std::chrono::steady_clock::time_point begin_;
  bool interrupted_ = false;
  std::size_t last_ended_ = 0;
  double last_progress_ = 0;
  std::string problem_;
};

// Hundreds of sandboxes come and go: memory is the place for them, unless the user names another.
std::string temporary_base() {
  if (std::getenv("TMPDIR") == nullptr && access("/dev/shm", W_OK | X_OK) == 0) return "/dev/shm";
  return std::filesystem::temp_directory_path().string();
}

// An absolute path to a directory that exists; empty, with a message, when that cannot be had.
std::string open_work_dir(const Options& options) {
  std::error_code error;
  std::string path = options.work_dir;
  if (!options.keep_work_dir) {
    path = temporary_base() + "/mesoscore-demo-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) error = std::error_code(errno, std::generic_category());
  } else {
    path = std::filesystem::absolute(path, error).string();
    if (!error) std::filesystem::create_directories(path, error);
  }
  if (!error) return path;
  fmt::print(stderr, "mesoscore-demo: cannot create the work directory {}: {}\n", path, error.message());
  return {};
}

}  // namespace

int run_show(Options options) {
  options.work_dir = open_work_dir(options);
  if (options.work_dir.empty()) return 2;
  int exit_code = 1;
  {
    asio::io_context io;
    Show show(io, options);
    asio::co_spawn(io, show.run(), [&](std::exception_ptr failure, int code) {
      if (failure) std::rethrow_exception(failure);
      exit_code = code;
      io.stop();
    });
    io.run();
  }
  std::error_code ignored;
  if (!options.keep_work_dir) std::filesystem::remove_all(options.work_dir, ignored);
  return exit_code;
}
