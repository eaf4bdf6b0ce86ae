#include <algorithm>

#include "core/messages.hpp"
#include "mesoscore/roles.hpp"
#include "resources/json_traits.hpp"

namespace mesoscore {
namespace {

using Type = Reservation::Type;

constexpr EnumName<Type> kTypes[] = {
    {"STATIC", Type::static_}, {"DYNAMIC", Type::dynamic}, {"UNKNOWN", Type::unknown}};

Result<Reservation> read_one(const Json& json) {
  if (!json.is_object()) return fail(Errc::invalid_argument, "must be an object");
  Reservation out;
  const Result<std::optional<Type>> type = optional_enum<Type>(json, "type", kTypes);
  if (!type) return fail(type.error());
  out.type = type->value_or(Type::unknown);
  const Result<std::string> role = optional_string(json, "role");
  if (!role) return fail(role.error());
  out.role = RoleName(*role);
  Result<std::string> principal = optional_string(json, "principal");
  if (!principal) return fail(principal.error());
  out.principal = std::move(*principal);
  Result<Labels> labels = optional_labels(json, "labels");
  if (!labels) return fail(labels.error());
  out.labels = std::move(*labels);
  return out;
}

// The stack that `role` and `reservation` stand for.
Result<std::vector<Reservation>> read_old_form(const Json* role, const Json* reservation) {
  if (role && !role->is_string()) return bad_member("role", "must be a string");
  const std::string name = role ? role->get<std::string>() : std::string(kDefaultRole);
  if (name == kDefaultRole) {
    if (!reservation) return std::vector<Reservation>();
    return bad_member("reservation", "is set for role '*': name the role that it is for");
  }
  Reservation out;
  out.type = Type::static_;
  if (reservation) {
    Result<Reservation> dynamic = read_one(*reservation);
    if (!dynamic) return fail_in("reservation", dynamic.error());
    if (dynamic->type != Type::unknown || !dynamic->role.empty()) {
      return bad_member("reservation", "has a type or role: those belong into 'reservations'");
    }
    out = std::move(*dynamic);
    out.type = Type::dynamic;
  }
  out.role = RoleName(name);
  return std::vector<Reservation>{std::move(out)};
}

Json one_json(const Reservation& reservation, bool old_form) {
  Json out = Json::object();
  if (!old_form) {
    out["type"] = name_of<Type>(kTypes, reservation.type);
    out["role"] = reservation.role.view();
  }
  if (!reservation.principal.empty()) out["principal"] = reservation.principal;
  if (!reservation.labels.empty()) out["labels"] = labels_json(reservation.labels);
  return out;
}

}  // namespace

Result<std::vector<Reservation>> read_reservations(const Json& resource) {
  const Json* role = find_member(resource, "role");
  const Json* reservation = find_member(resource, "reservation");
  std::vector<Reservation> stack;
  for (const Json* element : elements_of(find_member(resource, "reservations"))) {
    Result<Reservation> one = read_one(*element);
    if (!one) return fail_in("reservations", one.error());
    stack.push_back(std::move(*one));
  }
  if (stack.empty()) return read_old_form(role, reservation);
  if (!role && !reservation) return stack;
  const Result<std::vector<Reservation>> old = read_old_form(role, reservation);
  if (!old) return fail(old.error());
  if (*old == stack) return stack;
  return bad_member("reservations", "and 'role' or 'reservation' disagree: use 'reservations' only");
}

void write_reservations(Json& resource, const std::vector<Reservation>& stack) {
  if (stack.empty()) return;
  Json list = Json::array();
  for (const Reservation& reservation : stack) list.push_back(one_json(reservation, false));
  resource["reservations"] = std::move(list);
  if (stack.size() > 1) return;  // the old form cannot say it
  const Reservation& only = stack.front();
  // A static reservation has no principal in the old form; one that has it would be read as another.
  if (only.type == Type::static_ && (!only.principal.empty() || !only.labels.empty())) return;
  if (only.type == Type::unknown) return;
  resource["role"] = only.role.view();
  if (only.type == Type::dynamic) resource["reservation"] = one_json(only, true);
}

}  // namespace mesoscore
