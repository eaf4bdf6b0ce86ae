// Our structs as messages of the oracle, member by member. Written by hand and not by the tables of lib/wire,
// so that it can disagree with them; the structured bindings do not compile any more when a struct gets a new
// member.
#pragma once

#include "mesoscore/message.hpp"
#include "v1_subset.pb.h"

v1_subset::Frame to_proto(const mesoscore::Message& message);

namespace oracle {

void set(v1_subset::Resource& out, const mesoscore::Resource& in);
void set(v1_subset::Attribute& out, const mesoscore::Attribute& in);
void set(v1_subset::CommandInfo& out, const mesoscore::CommandInfo& in);
void set(v1_subset::ExecutorInfo& out, const mesoscore::ExecutorInfo& in);
void set(v1_subset::ContainerInfo& out, const mesoscore::ContainerInfo& in);
void set(v1_subset::ContainerStatus& out, const mesoscore::ContainerStatus& in);
void set(v1_subset::HealthCheck& out, const mesoscore::HealthCheck& in);
void set(v1_subset::CheckInfo& out, const mesoscore::CheckInfo& in);
void set(v1_subset::CheckStatusInfo& out, const mesoscore::CheckStatus& in);
void set(v1_subset::TaskInfo& out, const mesoscore::TaskInfo& in);
void set(v1_subset::TaskStatus& out, const mesoscore::TaskStatus& in);
void set(v1_subset::Task& out, const mesoscore::Task& in);
void set(v1_subset::FrameworkInfo& out, const mesoscore::FrameworkInfo& in);
void set(v1_subset::AgentInfo& out, const mesoscore::AgentInfo& in);
void set(v1_subset::Offer& out, const mesoscore::Offer& in);
void set(v1_subset::Offer::Operation& out, const mesoscore::Operation& in);
void set(v1_subset::OperationStatus& out, const mesoscore::msg::OperationUpdate& in);
void set(v1_subset::Labels& out, const mesoscore::Labels& in);
void set(v1_subset::OfferConstraints::RoleConstraints& out, const mesoscore::OfferConstraints& in);
void set(v1_subset::Demand& out, const mesoscore::Demand& in);
void set(v1_subset::SchedulerCall::Request& out, const mesoscore::msg::Request& in);
void set(v1_subset::OperatorCall& out, const mesoscore::msg::OperatorCall& in);
void set(v1_subset::OperatorAnswer& out, const mesoscore::msg::OperatorAnswer& in);
void set(v1_subset::AskAgent& out, const mesoscore::AskAgent& in);
void set(v1_subset::AgentCall& out, const mesoscore::msg::AgentCall& in);
void set(v1_subset::AgentReport& out, const mesoscore::AgentReport& in);

template <class P, class T>
void set_all(google::protobuf::RepeatedPtrField<P>& out, const T& list) {
  for (const auto& item : list) set(*out.Add(), item);
}
template <class P>
void set_resources(google::protobuf::RepeatedPtrField<P>& out, const mesoscore::Resources& in) {
  for (const mesoscore::Resource& item : in) {
    for (std::uint32_t i = 0; i < item.copies(); ++i) set(*out.Add(), item);
  }
}
template <class P>
void set_id(P* out, std::string_view id) {
  out->set_value(std::string(id));
}
inline std::string bytes(const mesoscore::Uuid& uuid) { return {uuid.bytes.begin(), uuid.bytes.end()}; }
inline std::string str(std::string_view text) { return std::string(text); }

}  // namespace oracle
