#include "cluster.hpp"

#include "mesoscore/isolators/process.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"

using namespace mesoscore;

TransportSet all_transports() {
  TransportSet transports;
  transports.add(transports::inproc()).add(transports::tcp()).add(transports::unix_socket());
  return transports;
}

std::string master_endpoint(const Options& options) {
  if (options.transport == "tcp") return "tcp://127.0.0.1:0";  // any free port
  if (options.transport == "unix") return "unix://" + options.work_dir + "/master.socket";
  return "inproc://master";
}

std::string agent_directory(const Options& options, std::uint32_t number) {
  return options.work_dir + "/agent-" + std::to_string(number);
}

MasterServerConfig master_config(const std::string& listen) {
  MasterServerConfig config;
  config.listen = {listen};
  config.master.weights = {{kAnalytics, kAnalyticsWeight}, {kWeb, kWebWeight}};
  return config;
}

AgentServerConfig agent_config(const std::string& master, std::uint32_t number, const std::string& work_dir) {
  AgentServerConfig config;
  config.master = master;
  config.hostname = "agent-" + std::to_string(number);
  config.resources = kAgentResources;
  config.work_dir = work_dir;
  config.isolators.add(isolators::process());
  config.agent.first_registration_within =
      std::chrono::milliseconds(20);  // no thousand agents to spread here
  return config;
}
