// `top`: what the containers use, again and again.
#pragma once

#include "desk.hpp"

struct TopWanted {
  mesoscore::AgentId agent;  // empty: all
  bool once = false;
  mesoscore::Duration interval = std::chrono::seconds(2);
};

int show_top(Desk& desk, const TopWanted& wanted);
