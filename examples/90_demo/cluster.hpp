// A master and some agents, in this process or in processes of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include "mesoscore/agent_server.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/transport.hpp"
#include "options.hpp"

// The two tenants, by their roles, and what the master grants them.
inline constexpr const char* kAnalytics = "analytics";
inline constexpr const char* kWeb = "web";
inline constexpr double kAnalyticsWeight = 2;
inline constexpr double kWebWeight = 1;

inline constexpr const char* kAgentResources = "cpus:4;mem:1024";

class Cluster {
 public:
  virtual ~Cluster() = default;  // kills what still runs
  // Completes when all agents are registered.
  virtual asio::awaitable<mesoscore::Status> start() = 0;
  virtual asio::awaitable<void> stop() = 0;
  virtual std::string master() const = 0;                         // endpoint; once started
  virtual const mesoscore::TransportSet& transports() const = 0;  // with which to reach it
};

// `work_dir` exists and is absolute.
std::unique_ptr<Cluster> cluster_in_process(asio::io_context& io, const Options& options);
std::unique_ptr<Cluster> cluster_of_processes(asio::io_context& io, const Options& options);

// What both kinds have in common.
mesoscore::TransportSet all_transports();
std::string master_endpoint(const Options& options);  // where to listen
std::string agent_directory(const Options& options, std::uint32_t number);
mesoscore::MasterServerConfig master_config(const std::string& listen);
mesoscore::AgentServerConfig agent_config(const std::string& master, std::uint32_t number,
                                          const std::string& work_dir);
