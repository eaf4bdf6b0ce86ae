// The embedded storage: one SQLite database in WAL mode. Component storage_sqlite; see
// docs/storages/sqlite.md.
//
//     AgentServer agent(io, transports, {.work_dir = dir, .storage = storages::sqlite({.path = dir +
//     "/agent.db"})});
#pragma once

#include <memory>
#include <string>

#include "mesoscore/storage.hpp"

namespace mesoscore::storages {

struct SqliteOptions {
  std::string path{};  // of the database; created when missing, with its directory. SQLite adds "-wal"
  // True: a commit survives the loss of power (a write and an fdatasync each). False: it survives a crash of
  // the process only, which is all that an agent's tasks survive as well; a reboot ends them anyway.
  bool survive_power_loss = true;
};

// Nothing is opened before open().
std::shared_ptr<Storage> sqlite(SqliteOptions options);

}  // namespace mesoscore::storages
