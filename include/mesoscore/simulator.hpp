// The simulator, whole: see docs/simulation.md. Component `simulator`.
#pragma once

#include "mesoscore/simulator/cluster.hpp"
#include "mesoscore/simulator/fault_kind.hpp"
#include "mesoscore/simulator/faults.hpp"
#include "mesoscore/simulator/options.hpp"
#include "mesoscore/simulator/program.hpp"
