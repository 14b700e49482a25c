// Records that are not calls: forks, snapshots, ends, moves, mount tables, losses.
#pragma once

#include <map>
#include <optional>

#include "cttrace/event.h"
#include "wire/record.h"

namespace cttrace {

Fork decode_fork(const Record& record);
Snapshot decode_snapshot(const Record& record);
TaskExit decode_task_exit(const Record& record);
CgroupAttach decode_cgroup(const Record& record);
Loss decode_loss(const Record& record);

// A mount table comes in parts.
class MountTables {
 public:
  // The table, with its last part. False in `sense`: parts are missing, or there is too much of it.
  std::optional<Mounts> add(const Record& record, bool& sense);

 private:
  struct Begun {
    uint32_t parts = 0;
    Mounts mounts;
  };
  std::map<uint32_t, Begun> begun_;  // by mount namespace
  size_t bytes_ = 0;                 // of all their text
};

}  // namespace cttrace
