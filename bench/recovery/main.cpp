// What it costs to come back.
#include "recovery/parts.hpp"

int main() {
  using namespace mesoscore::bench;
  Report report;
  measure_master(report);
  return 0;
}
