// Durable updates: what the SQLite storage can do at most, in commits of 1 to 4096 records that survive the
// loss of power ("synced") or the end of the process ("written"). TMPDIR says where the files are.
#include <stdlib.h>

#include "store_rates.hpp"

namespace {

using namespace mesoscore::bench;

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "mesoscore-commits-XXXXXX").string();
  if (!::mkdtemp(name.data())) std::exit(1);
  return name;
}

}  // namespace

int main() {
  const std::filesystem::path folder = new_folder();
  {
    Report report;
    for (const bool survive_power_loss : {true, false}) {
      StoreRates store(folder, survive_power_loss);
      store.measure(report);
    }
  }
  std::filesystem::remove_all(folder);
}
