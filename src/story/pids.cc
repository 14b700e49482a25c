// Pids as those call them who do something, and who is meant.
#include <charconv>

#include "story/work.h"

namespace cttrace {

// A pid that is written is one of the writer's pid namespace.
void Teller::Work::note_pid(const Process& writer, Step& step) {
  auto* joined = std::get_if<CgroupJoined>(&step.facts);
  auto* maps = std::get_if<MapsWritten>(&step.facts);
  auto* given = std::get_if<IdentityGiven>(&step.facts);
  uint32_t* const pid = joined ? &joined->pid : maps ? &maps->pid : given ? &given->pid : nullptr;
  if (!pid) return;
  if (maps && !*pid) *pid = writer.tgid;  // /proc/self
  if (given && *pid == writer.stage.pids.back()) *pid = 0;
  *pid = on_host(writer, *pid);
}

// Who has this pid where the process is. 0: nobody who is known.
uint32_t Teller::Work::on_host(const Process& process, uint32_t pid) const {
  if (process.stage.pids.size() <= 1 || !pid) return pid;
  const TaskState* const task = state_->task(process.leader);
  const TaskState* const meant = task ? state_->task_numbered(task->namespaces[CT_NS_PID].value, pid) : nullptr;
  return meant ? meant->tgid : 0;
}

// Whose namespaces, roots and the like are mounted.
void Teller::Work::note_sources(const Process& process, Step& step) const {
  auto* const done = std::get_if<MountDone>(&step.facts);
  if (!done) return;
  constexpr std::string_view kProc = "/proc/";
  for (MountDone::One& each : done->mounts) {
    if (!each.source.starts_with(kProc)) continue;
    uint32_t pid = 0;
    std::from_chars(each.source.data() + kProc.size(), each.source.data() + each.source.size(), pid);
    each.source_pid = on_host(process, pid);
  }
}

}  // namespace cttrace
