// Every queue, buffer, frame and cache of the library is bounded, and the bounds are here. Each is a default
// that the configuration of the component can change.
#pragma once

#include <cstddef>

namespace mesoscore {

// Bounds of one connection; see transport.hpp.
struct ConnectionLimits {
  std::size_t max_frame_bytes = 8u << 20;      // a larger frame closes the connection
  std::size_t max_queued_bytes = 64u << 20;    // unsent bytes; beyond it the peer is dropped as a slow reader
  std::size_t max_queued_messages = 1u << 20;  // the same for inproc, which has no bytes
  std::size_t max_connections = 16384;         // per listener; more are refused at once
  std::size_t read_chunk_bytes = 64u << 10;    // one read from the socket
};

// Bounds of what a master keeps.
struct MasterLimits {
  std::size_t max_completed_frameworks = 50;
  std::size_t max_completed_tasks_per_framework = 1000;
  std::size_t max_unreachable_tasks_per_framework = 1000;
  // With an id, and not acknowledged; further ones are refused.
  std::size_t max_operations_per_framework = 1000;
  std::size_t max_removed_agents = 100'000;  // ids remembered as unreachable or gone
  std::size_t max_statuses_per_task = 16;
  std::size_t max_questions_per_agent = 100;  // of operators, not answered yet; further ones are refused
};

// Bounds of what an agent keeps.
struct AgentLimits {
  std::size_t max_completed_frameworks = 50;
  std::size_t max_pending_updates_per_task = 64;  // further non-terminal updates of that task are dropped
  std::size_t max_statuses_per_task = 16;
  std::size_t max_questions = 1000;  // not answered yet; further ones are refused
};

// What may wait in a server for its storage: changes, messages and container calls. Beyond it the server
// closes its connections, and takes no new ones until the storage has caught up.
inline constexpr std::size_t kMaxWaitingForStorage = 100'000;
inline constexpr std::size_t kMaxIdBytes = 255;  // NAME_MAX: ids become directory names
inline constexpr std::size_t kMaxRoleDepth = 16;
inline constexpr std::size_t kMaxMessageDataBytes =
    4u << 20;  // `data` of tasks, statuses and framework messages

}  // namespace mesoscore
