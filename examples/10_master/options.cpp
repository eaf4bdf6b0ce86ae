#include "options.hpp"

#include <vector>

#include "../support/cli.hpp"
#include "mesoscore/policies/drf.hpp"
#include "mesoscore/policies/random.hpp"
#include "mesoscore/roles.hpp"
#include "mesoscore/version.hpp"

namespace {

// "eng/web=2.5"
mesoscore::Result<mesoscore::SetWeight> parse_weight(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    return mesoscore::fail(mesoscore::Errc::invalid_argument,
                           "'" + text + "' is not of the form role=weight");
  }
  mesoscore::SetWeight out{text.substr(0, equals)};
  if (auto valid = mesoscore::validate_role(out.role); !valid) return mesoscore::fail(valid.error());
  const std::string weight = text.substr(equals + 1);
  if (!cli::above_zero(weight).empty()) {
    return mesoscore::fail(mesoscore::Errc::invalid_argument,
                           "the weight in '" + text + "' is not a number above zero");
  }
  out.weight = std::stod(weight);
  return out;
}

// "eng/web=cpus:4;mem:1024" -> the role and its amounts, which `Amounts` parses.
template <class Amounts>
mesoscore::Result<std::pair<mesoscore::RoleName, Amounts>> parse_amounts(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    return mesoscore::fail(mesoscore::Errc::invalid_argument,
                           "'" + text + "' is not of the form role=amounts, like web=cpus:4;mem:1024");
  }
  const std::string role = text.substr(0, equals);
  if (auto valid = mesoscore::validate_role(role); !valid) return mesoscore::fail(valid.error());
  auto amounts = Amounts::parse(text.substr(equals + 1));
  if (!amounts) return mesoscore::fail(amounts.error());
  return std::pair(mesoscore::RoleName(role), *amounts);
}

// As CLI11 fills them in; what needs parsing has been checked by then.
struct Texts {
  std::vector<std::string> listen = {"tcp://127.0.0.1:5050"};
  std::vector<std::string> weights, guarantees, limits, min_allocatable, excluded;
  std::string policy = "drf", operators = "local";
};

void define_storage(CLI::App& app, Options& options) {
  app.add_option("--storage", options.storage.path,
                 "The registry: a database that the next start goes on from; default: nothing is kept");
  app.add_flag("!--no-sync", options.storage.survive_power_loss,
               "What is in the registry survives a kill of this program, but not a loss of power");
}

void define_timing(CLI::App& app, mesoscore::MasterOptions& master) {
  const CLI::Range part(0.0, 1.0);
  cli::add_duration(app, "--offer-timeout", master.offer_timeout,
                    "Unanswered offers are rescinded after it; 0: never; default 5m", true);
  cli::add_duration(app, "--ping-interval", master.ping_interval,
                    "Between two pings to an agent; default 15s");
  app.add_option("--ping-misses", master.ping_misses,
                 "So many unanswered pings in a row make an agent unreachable")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  cli::add_duration(app, "--heartbeat-interval", master.heartbeat_interval,
                    "Between two heartbeats to a framework; default 15s");
  cli::add_duration(app, "--agent-reregister-timeout", master.agent_reregister_timeout,
                    "An agent that is away for so long is unreachable; default 10m");
  cli::add_duration(app, "--recovery-gate-timeout", master.recovery_gate_timeout,
                    "With quotas, no offers for so long after a restart, or ...; default 10m", true);
  app.add_option("--recovery-gate-agents", master.recovery_gate_agents,
                 "... until this part of the agents is back")
      ->check(part)
      ->capture_default_str();
}

void define_flags(CLI::App& app, Options& options, Texts& texts) {
  using mesoscore::Endpoint;
  using mesoscore::Quantities;
  mesoscore::MasterOptions& master = options.config.master;

  app.add_option("--listen", texts.listen, "Where to listen: tcp://host:port or unix:///path; repeatable")
      ->check(cli::checked_by(Endpoint::parse))
      ->capture_default_str();
  app.add_option("--weight", texts.weights, "role=2: the role's weight in the fair share; repeatable")
      ->check(cli::checked_by(parse_weight));
  app.add_option("--guarantee", texts.guarantees,
                 "role=cpus:4;mem:1024: what the role can always have; repeatable")
      ->check(cli::checked_by(parse_amounts<Quantities>));
  app.add_option("--limit", texts.limits, "role=cpus:8: what the role has at most; repeatable")
      ->check(cli::checked_by(parse_amounts<mesoscore::QuantityLimits>));
  app.add_option("--operators", texts.operators,
                 "Whose mesoscore-ctl is taken: that of this user and of root over unix sockets (local), of "
                 "everybody who reaches the master, also over tcp (any), or of nobody (none)")
      ->check(CLI::IsMember({"none", "local", "any"}))
      ->capture_default_str();
  app.add_option("--policy", texts.policy, "Who is served next")
      ->check(CLI::IsMember({"drf", "random"}))
      ->capture_default_str();
  define_storage(app, options);
  cli::add_record(app, options.record);
  define_timing(app, master);
  app.add_option("--min-allocatable", texts.min_allocatable,
                 "An offer has at least one of these, e.g. \"cpus:0.5;mem:64\"; repeatable")
      ->check(cli::checked_by(Quantities::parse));
  app.add_option("--exclude-from-shares", texts.excluded,
                 "A resource that does not count in shares; repeatable");
  cli::add_log_level(app, options.log_level);
  app.add_option("--name", options.name, "Name of this master in its log lines")->capture_default_str();
}

mesoscore::Quota& quota_of(mesoscore::MasterOptions& master, const mesoscore::RoleName& role) {
  for (mesoscore::RoleQuota& each : master.quotas) {
    if (each.role == role) return each.quota;
  }
  return master.quotas.emplace_back(mesoscore::RoleQuota{role, {}}).quota;
}

void fill_quotas(const Texts& texts, mesoscore::MasterOptions& master) {
  for (const std::string& text : texts.guarantees) {
    const auto [role, amounts] = *parse_amounts<mesoscore::Quantities>(text);
    quota_of(master, role).guarantee += amounts;
  }
  for (const std::string& text : texts.limits) {
    const auto [role, limits] = *parse_amounts<mesoscore::QuantityLimits>(text);
    for (const auto& [name, most] : limits.entries()) quota_of(master, role).limit.set(name, most);
  }
}

void fill_config(const Texts& texts, mesoscore::MasterServerConfig& config) {
  config.listen = texts.listen;
  for (const std::string& text : texts.weights) config.master.weights.push_back(*parse_weight(text));
  fill_quotas(texts, config.master);
  config.operators = texts.operators == "any"    ? mesoscore::OperatorAccess::any
                     : texts.operators == "none" ? mesoscore::OperatorAccess::none
                                                 : mesoscore::OperatorAccess::local;
  if (texts.policy == "random") config.policy = mesoscore::policies::random;
  mesoscore::AllocatorOptions& allocator = config.master.allocator;
  if (!texts.min_allocatable.empty()) allocator.min_allocatable.clear();
  for (const std::string& text : texts.min_allocatable) {
    allocator.min_allocatable.push_back(*mesoscore::Quantities::parse(text));
  }
  for (const std::string& name : texts.excluded) allocator.fair_sharing_excluded.emplace_back(name);
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app{"A mesoscore master: agents register with it, frameworks get offers from it."};
  app.set_version_flag("--version", std::string(mesoscore::kVersion));
  Texts texts;
  define_flags(app, options, texts);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  fill_config(texts, options.config);
  return std::nullopt;
}
