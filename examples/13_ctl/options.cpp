#include "options.hpp"

#include <vector>

#include "../support/cli.hpp"
#include "mesoscore/roles.hpp"
#include "mesoscore/version.hpp"
#include "options_questions.hpp"

namespace {

using mesoscore::OperatorAction;

// As CLI11 fills them in.
struct Values {
  std::string framework, role, agent;
  std::string resources, source, principal;
  std::string guarantee, limit;
  double weight = 1;
  bool force = false, mark_gone = false;
  mesoscore::Duration grace{0};
};

CLI::Option* add_role(CLI::App& app, Values& values) {
  return app.add_option("--role", values.role, "Path of the role, like eng/web")
      ->check(cli::checked_by(mesoscore::validate_role));
}

void define_reads(CLI::App& app, Values& values, OperatorAction& action) {
  auto* explain = app.add_subcommand("explain", "Why is a framework not offered anything?");
  explain->add_option("--framework", values.framework, "Its id, or its name")->required();
  add_role(*explain, values)->description("One of its roles; may be left out when it has only one");
  explain->add_option("--agent", values.agent, "Id of an agent: why not this one?");
  explain->callback([&] { action = mesoscore::ExplainOffers{values.framework, values.role, values.agent}; });

  app.add_subcommand("frameworks", "Lists the frameworks")->callback([&] {
    action = mesoscore::ListFrameworks{};
  });
  app.add_subcommand("agents", "Lists the agents")->callback([&] { action = mesoscore::ListAgents{}; });
  auto* tasks = app.add_subcommand("tasks", "Lists the tasks that run, and those that ended lately");
  tasks->add_option("--framework", values.framework, "Only of this one: its id, or its name");
  tasks->add_option("--agent", values.agent, "Only on this one: its id");
  tasks->callback([&] { action = mesoscore::ListTasks{values.framework, values.agent}; });
  app.add_subcommand("roles", "Lists the roles, their weights and quotas")->callback([&] {
    action = mesoscore::ListRoles{};
  });
}

void define_weight(CLI::App& app, Values& values, OperatorAction& action) {
  auto* weights = app.add_subcommand("weights", "Lists the roles with their weights, or sets one");
  auto* set = weights->add_subcommand("set", "Sets the weight of a role in the fair share");
  add_role(*set, values)->required();
  set->add_option("--weight", values.weight, "2: twice the share of a role with weight 1")
      ->required()
      ->check(cli::above_zero);
  weights->callback([&, set] {
    if (set->parsed()) {
      action = mesoscore::SetWeight{values.role, values.weight};
    } else {
      action = mesoscore::ListRoles{};
    }
  });
}

mesoscore::SetQuota quota_of(const Values& values) {
  mesoscore::RoleQuota quota;
  quota.role = values.role;
  if (!values.guarantee.empty()) quota.quota.guarantee = *mesoscore::Quantities::parse(values.guarantee);
  if (!values.limit.empty()) quota.quota.limit = *mesoscore::QuantityLimits::parse(values.limit);
  return {{quota}, values.force};
}

void define_quota(CLI::App& app, Values& values, OperatorAction& action) {
  auto* quota = app.add_subcommand("quota", "Lists the roles with their quotas, or changes one");
  auto* set =
      quota->add_subcommand("set", "Sets both parts of the quota of a role; what is left out is none");
  add_role(*set, values)->required();
  set->add_option("--guarantee", values.guarantee, "What the role can always have: \"cpus:4;mem:8192\"")
      ->check(cli::checked_by(mesoscore::Quantities::parse));
  set->add_option("--limit", values.limit, "What the role has at most: \"cpus:8\"; cpus:0 is none at all")
      ->check(cli::checked_by(mesoscore::QuantityLimits::parse));
  set->add_flag("--force", values.force,
                "Although the role has more than the limit, or the cluster less than the guarantees");
  auto* remove = quota->add_subcommand("remove", "Takes the quota of a role away");
  add_role(*remove, values)->required();
  quota->callback([&, set, remove] {
    if (set->parsed() || remove->parsed()) {
      action = quota_of(values);
    } else {
      action = mesoscore::ListRoles{};
    }
  });
}

void define_changes(CLI::App& app, Values& values, OperatorAction& action) {
  auto* agent = app.add_subcommand("agent", "Takes an agent out of service, and back");
  agent->require_subcommand(1);
  auto* out = agent->add_subcommand("deactivate", "No more offers of it; its tasks live on");
  out->add_option("id", values.agent, "Id of the agent")->required();
  out->callback([&] { action = mesoscore::DeactivateAgent{values.agent}; });
  auto* back = agent->add_subcommand("activate", "It is offered again, after deactivate or a finished drain");
  back->alias("reactivate");
  back->add_option("id", values.agent, "Id of the agent")->required();
  back->callback([&] { action = mesoscore::ReactivateAgent{values.agent}; });

  auto* drain =
      agent->add_subcommand("drain", "Kills its tasks, and takes no new ones until it is activated");
  drain->add_option("id", values.agent, "Id of the agent")->required();
  auto* grace = cli::add_duration(*drain, "--max-grace", values.grace,
                                  "No task gets more than that between SIGTERM and SIGKILL: 30s", true);
  drain->add_flag("--mark-gone", values.mark_gone, "When nothing is left on it, it is gone for ever");
  drain->callback([&, grace] {
    mesoscore::DrainConfig config{{}, values.mark_gone};
    if (grace->count() > 0) config.max_grace_period = values.grace;
    action = mesoscore::DrainAgent{values.agent, config};
  });
  auto* gone = agent->add_subcommand("gone", "It never comes back: its tasks are lost, and it is sent away");
  gone->add_option("id", values.agent, "Id of the agent")->required();
  gone->callback([&] { action = mesoscore::MarkAgentGone{values.agent}; });

  auto* teardown = app.add_subcommand("teardown", "Removes a framework and kills its tasks");
  teardown->add_option("id", values.framework, "Id of the framework")->required();
  teardown->callback([&] { action = mesoscore::TeardownFramework{values.framework}; });
}

// ---- operations on the resources of an agent

// With one more reservation each, when there is a role.
mesoscore::Resources resources_of(const Values& values) {
  const auto given = *mesoscore::Resources::parse(values.resources);
  if (values.role.empty()) return given;
  mesoscore::Resources reserved;
  for (const mesoscore::Resource& resource : given) {
    reserved.add(
        resource.reserved_for({mesoscore::Reservation::Type::dynamic, values.role, values.principal, {}}));
  }
  return reserved;
}

std::string check_resources(const std::string& text) {
  const auto parsed = mesoscore::Resources::parse(text);
  if (!parsed) return parsed.error().message;
  return parsed->empty() ? "it names no resources: write \"cpus:2;mem:512\"" : "";
}

std::string check_reserving_role(const std::string& role) {
  if (role == mesoscore::kDefaultRole) return "nothing is reserved for role '*': name another one";
  const auto valid = mesoscore::validate_role(role);
  return valid ? "" : valid.error().message;
}

CLI::App* add_operation(CLI::App& app, Values& values, const char* name, const char* what,
                        const char* example) {
  auto* command = app.add_subcommand(name, what);
  command->add_option("agent", values.agent, "Id of the agent")->required();
  command
      ->add_option("resources", values.resources, "As the list of agents shows them: \"cpus{dynamic=eng}:2\"")
      ->required()
      ->check(check_resources);
  auto* role =
      command->add_option("--role", values.role, "Each of them is reserved for it: then write \"cpus:2\"")
          ->check(check_reserving_role);
  command->add_option("--principal", values.principal, "Who has reserved them")->needs(role);
  command->footer(std::string("Example:\n  mesoscore-ctl --master unix:///run/cluster/master ") + example);
  return command;
}

void define_operations(CLI::App& app, Values& values, OperatorAction& action) {
  const auto operate = [&](mesoscore::Operation operation) {
    action = mesoscore::OperateOnAgent{values.agent, std::move(operation)};
  };
  auto* reserve = add_operation(app, values, "reserve", "Reserves resources of an agent for a role",
                                "reserve AGENT \"cpus:2;mem:512;disk:1024\" --role eng");
  reserve->add_option("--source", values.source, "What they are of, when that has other reservations")
      ->check(check_resources);
  reserve->callback([&, operate] {
    mesoscore::ReserveOperation body{resources_of(values), {}};
    if (!values.source.empty()) body.source = *mesoscore::Resources::parse(values.source);
    operate({{}, std::move(body)});
  });
  add_operation(app, values, "unreserve", "Takes the last reservation of resources away",
                "unreserve AGENT \"cpus:2\" --role eng")
      ->callback([&, operate] { operate(mesoscore::unreserve(resources_of(values))); });
  add_operation(app, values, "create", "Makes persistent volumes of reserved disk",
                "create AGENT \"disk{volume=v1 at=data}:1024\" --role eng")
      ->callback([&, operate] { operate(mesoscore::create(resources_of(values))); });
  add_operation(app, values, "destroy", "Ends persistent volumes that no task uses",
                "destroy AGENT \"disk{volume=v1 at=data}:1024\" --role eng")
      ->callback([&, operate] { operate(mesoscore::destroy(resources_of(values))); });
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app{
      "Asks a mesoscore master and its agents, and changes what an operator may change.\n"
      "Exit code: 0 done; 1 the master or the agent said no; 2 usage; 3 no master, or it takes no operators "
      "here, or the agent is away. Of exec: that of the command."};
  app.set_version_flag("--version", std::string(mesoscore::kVersion));
  app.require_subcommand(1);
  app.add_option("--master", options.config.master, "Endpoint of the master: unix:///path or tcp://host:port")
      ->required()
      ->check(cli::checked_by(mesoscore::Endpoint::parse));
  cli::add_duration(app, "--timeout", options.config.timeout, "How long to wait for the answer; default 10s");
  Values values;
  define_reads(app, values, options.action);
  define_weight(app, values, options.action);
  define_quota(app, values, options.action);
  define_changes(app, values, options.action);
  define_operations(app, values, options.action);
  QuestionValues questions;
  define_questions(app, questions, options.ask);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return std::nullopt;
}
