#include "isolators/seccomp/profile.hpp"

#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/container_info.hpp"

namespace mesoscore::seccomp_detail {

namespace {

using Json = nlohmann::json;

template <class T>
struct Named {
  std::string_view name;
  T value;
};

constexpr std::array<Named<Action::Kind>, 8> kActions = {
    {{"SCMP_ACT_ALLOW", Action::Kind::allow},
     {"SCMP_ACT_ERRNO", Action::Kind::error},
     {"SCMP_ACT_KILL", Action::Kind::kill_thread},
     {"SCMP_ACT_KILL_THREAD", Action::Kind::kill_thread},
     {"SCMP_ACT_KILL_PROCESS", Action::Kind::kill_process},
     {"SCMP_ACT_TRAP", Action::Kind::trap},
     {"SCMP_ACT_LOG", Action::Kind::log},
     {"SCMP_ACT_ALLOW_LOG", Action::Kind::log}}};

constexpr std::array<Named<Argument::Compare>, 7> kCompares = {
    {{"SCMP_CMP_NE", Argument::Compare::ne},
     {"SCMP_CMP_LT", Argument::Compare::lt},
     {"SCMP_CMP_LE", Argument::Compare::le},
     {"SCMP_CMP_EQ", Argument::Compare::eq},
     {"SCMP_CMP_GE", Argument::Compare::ge},
     {"SCMP_CMP_GT", Argument::Compare::gt},
     {"SCMP_CMP_MASKED_EQ", Argument::Compare::masked_eq}}};

tl::unexpected<Error> wrong(const std::string& where, const std::string& what) {
  return fail(Errc::invalid_argument, cat(where, ": ", what));
}

template <class T, std::size_t N>
Result<T> one_of(const std::array<Named<T>, N>& all, const std::string& where, const Json& given) {
  if (!given.is_string()) return wrong(where, "is not a text");
  const auto& text = given.get_ref<const std::string&>();
  std::string known;
  for (const Named<T>& each : all) {
    if (each.name == text) return each.value;
    known += cat(known.empty() ? "" : ", ", each.name);
  }
  return wrong(where, cat(in_quotes(text), " is none of ", known));
}

Result<std::vector<std::string>> texts(const std::string& where, const Json& object, const char* key) {
  std::vector<std::string> all;
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return all;
  if (!found->is_array()) return wrong(cat(where, ".", key), "is not a list");
  for (const Json& each : *found) {
    if (!each.is_string()) return wrong(cat(where, ".", key), "holds something that is not a text");
    all.push_back(each.get<std::string>());
  }
  return all;
}

template <class T>
Result<std::optional<T>> number(const std::string& where, const Json& object, const char* key, T most) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::optional<T>();
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most) {
    return wrong(cat(where, ".", key), cat("is not a whole number from 0 to ", std::uint64_t{most}));
  }
  return std::optional<T>(found->get<T>());
}

// ---- parts

Result<Action> action_of(const std::string& where, const Json& object, const char* key,
                         const char* error_key) {
  const auto found = object.find(key);
  if (found == object.end()) return wrong(where, cat("has no ", key));
  const auto kind = one_of(kActions, cat(where, ".", key), *found);
  if (!kind) return fail(kind.error());
  constexpr std::uint16_t kMostErrno = 4095;
  const auto error = number<std::uint16_t>(where, object, error_key, kMostErrno);
  if (!error) return fail(error.error());
  Action action{*kind};
  if (*error) action.error = **error;
  return action;
}

Result<std::uint64_t> capabilities(const std::string& where, const std::vector<std::string>& names) {
  std::uint64_t bits = 0;
  for (const std::string& name : names) {
    std::uint64_t bit = 0;
    for (unsigned i = 0; i <= static_cast<unsigned>(Capability::checkpoint_restore); ++i) {
      if (name == cat("CAP_", to_string(static_cast<Capability>(i)))) bit = std::uint64_t{1} << i;
    }
    if (bit == 0) return wrong(where, cat(in_quotes(name), " is not a capability, such as CAP_SYS_ADMIN"));
    bits |= bit;
  }
  return bits;
}

Status read_half(const std::string& where, const Json& rule, const char* key, std::uint64_t& bits,
                 std::vector<std::string>& arches) {
  const auto found = rule.find(key);
  if (found == rule.end() || found->is_null()) return {};
  const std::string inside = cat(where, ".", key);
  if (!found->is_object()) return wrong(inside, "is not an object");
  auto names = texts(inside, *found, "caps");
  if (!names) return fail(names.error());
  auto read = capabilities(cat(inside, ".caps"), *names);
  if (!read) return fail(read.error());
  auto machines = texts(inside, *found, "arches");
  if (!machines) return fail(machines.error());
  bits = *read;
  arches = *std::move(machines);
  return {};
}

Result<Argument> argument_of(const std::string& where, const Json& given) {
  if (!given.is_object()) return wrong(where, "is not an object");
  Argument argument;
  const auto index = number<unsigned>(where, given, "index", 5);
  if (!index) return fail(index.error());
  if (!*index) return wrong(where, "has no index");
  argument.index = **index;
  const auto op = given.find("op");
  if (op == given.end()) return wrong(where, "has no op");
  const auto compare = one_of(kCompares, cat(where, ".op"), *op);
  if (!compare) return fail(compare.error());
  argument.compare = *compare;
  for (const auto& [key, to] :
       {std::pair("value", &argument.value), std::pair("valueTwo", &argument.value_two)}) {
    const auto value = number<std::uint64_t>(where, given, key, ~std::uint64_t{0});
    if (!value) return fail(value.error());
    *to = value->value_or(0);
  }
  return argument;
}

Result<Rule> rule_of(const std::string& where, const Json& given) {
  if (!given.is_object()) return wrong(where, "is not an object");
  Rule rule;
  auto names = texts(where, given, "names");
  if (!names) return fail(names.error());
  rule.names = *std::move(names);
  if (const auto name = given.find("name"); name != given.end() && name->is_string()) {
    rule.names.push_back(name->get<std::string>());  // the older form
  }
  if (rule.names.empty()) return wrong(where, "names no system call");
  const auto action = action_of(where, given, "action", "errnoRet");
  if (!action) return fail(action.error());
  rule.action = *action;
  if (const auto arguments = given.find("args"); arguments != given.end() && !arguments->is_null()) {
    if (!arguments->is_array()) return wrong(cat(where, ".args"), "is not a list");
    for (const Json& each : *arguments) {
      const auto argument = argument_of(cat(where, ".args[", rule.arguments.size(), "]"), each);
      if (!argument) return fail(argument.error());
      rule.arguments.push_back(*argument);
    }
  }
  Condition& condition = rule.condition;
  MESOSCORE_TRY(read_half(where, given, "includes", condition.with, condition.arches));
  MESOSCORE_TRY(read_half(where, given, "excludes", condition.without, condition.not_arches));
  return rule;
}

Status read_architectures(const Json& given, std::vector<std::string>& to) {
  auto plain = texts("profile", given, "architectures");
  if (!plain) return fail(plain.error());
  to = *std::move(plain);
  const auto map = given.find("archMap");
  if (map == given.end() || map->is_null()) return {};
  if (!map->is_array()) return wrong("profile.archMap", "is not a list");
  for (const Json& each : *map) {
    if (!each.is_object() || !each.contains("architecture") || !each["architecture"].is_string()) {
      return wrong("profile.archMap", "holds something without an architecture");
    }
    to.push_back(each["architecture"].get<std::string>());
    auto more = texts("profile.archMap", each, "subArchitectures");
    if (!more) return fail(more.error());
    to.insert(to.end(), more->begin(), more->end());
  }
  return {};
}

}  // namespace

Result<Profile> parse_profile(std::string_view json) {
  Json given;
  try {
    given = Json::parse(json);
  } catch (const Json::parse_error& error) {
    return wrong("profile", cat("is not JSON: ", error.what()));
  }
  if (!given.is_object()) return wrong("profile", "is not an object");
  Profile profile;
  const auto otherwise = action_of("profile", given, "defaultAction", "defaultErrnoRet");
  if (!otherwise) return fail(otherwise.error());
  profile.otherwise = *otherwise;
  MESOSCORE_TRY(read_architectures(given, profile.architectures));
  const auto rules = given.find("syscalls");
  if (rules == given.end() || rules->is_null()) return profile;
  if (!rules->is_array()) return wrong("profile.syscalls", "is not a list");
  for (const Json& each : *rules) {
    auto rule = rule_of(cat("profile.syscalls[", profile.rules.size(), "]"), each);
    if (!rule) return fail(rule.error());
    profile.rules.push_back(*std::move(rule));
  }
  return profile;
}

}  // namespace mesoscore::seccomp_detail
