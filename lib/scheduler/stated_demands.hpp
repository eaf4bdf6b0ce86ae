// What the application has asked for with REQUEST, and how much of it is still open: part of every Subscribe,
// since a new master knows nothing of it.
//
// The master keeps the true account; this one follows it from what is seen here. Units count as used as soon
// as the application accepts them, whatever becomes of its tasks.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <tsl/robin_map.h>

#include "mesoscore/message.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::scheduler_detail {

class StatedDemands {
 public:
  void state(const msg::Request& request, TimePoint now);
  void forget(const RoleName& role) { roles_.erase(role); }
  // The master says that it is over. False: it was known here to be over, or has been stated anew since.
  bool expire(const RoleName& role, const DemandId& demand, TimePoint now);
  void clear();

  // ---- offers, from when they are made until they are answered, taken back or void ----
  void offered(const Offer& offer);
  void ended(const OfferId& offer);  // unused: its units are open again
  void all_ended();
  void accepted(const msg::Accept& call);  // units that are still whole in what is left are open again

  // What is open, one Request for each role with something open.
  std::vector<msg::Request> still_wanted(TimePoint now) const;
  // The roles with stated demands of which nothing is open: they are to get no offers.
  std::vector<RoleName> satisfied(TimePoint now) const;
  // Forgets the demands whose time is over, with all that is to be told of them.
  std::vector<msg::DemandExpired> take_expired(TimePoint now);

 private:
  struct Wanted {
    Demand demand;  // `count`: units that are open
    TimePoint until = kNever;
    std::uint64_t statement = 0;
    bool open(TimePoint now) const noexcept { return demand.count > 0 && until > now; }
  };
  struct Serving {  // an offer that was made for a demand
    RoleName role;
    DemandId demand;
    std::uint32_t units = 0;
    std::uint64_t statement = 0;
    Quantities unit;
    Resources resources;
  };
  Wanted* find(const RoleName& role, const DemandId& demand);
  void reopen(const Serving& serving, std::uint32_t units);

  std::map<RoleName, std::vector<Wanted>> roles_;  // until an empty Request, also when all demands are over
  tsl::robin_map<OfferId, Serving> serving_;
  std::uint64_t last_statement_ = 0;
};

}  // namespace mesoscore::scheduler_detail
