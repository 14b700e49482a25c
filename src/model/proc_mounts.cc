#include "model/proc_mounts.h"

#include <algorithm>
#include <charconv>

#include "base/paths.h"
#include "cttrace/mount_rows.h"
#include "model/mount_state.h"
#include "model/proc_text.h"

namespace cttrace {
namespace {

using Rows = std::vector<MountRow>;

std::string answer(const ProcAnswers& answers, std::string_view name) {
  const auto found = answers.find(name);
  return found == answers.end() || found->second.error ? std::string() : found->second.text;
}

uint32_t number(const std::string& text) {
  uint32_t parsed = 0;
  std::from_chars(text.data(), text.data() + text.size(), parsed);
  return parsed;
}

const MountRow* row_with(const Rows& rows, uint32_t id) {
  const auto found = std::ranges::find(rows, id, &MountRow::id);
  return id && found != rows.end() ? &*found : nullptr;
}

// "root" or "cwd" as a file of the process; none: may not be read.
MaybeFile file_of(const ProcAnswers& answers, const std::string& name, const Rows& rows, uint32_t mount_ns) {
  File file;
  file.path = answer(answers, name);
  file.mount_id = number(answer(answers, name + "/mount_id"));
  if (file.path.empty() || !file.mount_id) return std::nullopt;
  constexpr std::string_view kDeleted = " (deleted)";
  if (file.path.ends_with(kDeleted)) {
    file.deleted = true;
    file.path.resize(file.path.size() - kDeleted.size());
  }
  file.mount_ns = mount_ns;
  if (const MountRow* const row = row_with(rows, file.mount_id)) {
    file.fs_type = row->fs_type.substr(0, row->fs_type.find('.'));
    file.dev_major = row->dev_major;
    file.dev_minor = row->dev_minor;
  }
  return file;
}

Place placed(const MountTree& tree, TreeId id, const MaybeFile& file) {
  if (!file) return {};
  Place place{.path = file->path, .evidence = Evidence::kObserved, .shown = file->shown()};
  const Slot slot = tree.with_kernel_id(file->mount_id);
  const std::string path = slot == kNoSlot ? std::string() : tree.path_of(slot);
  if (slot == kNoSlot || !is_below(file->path, path)) return place;
  place.mount = {.tree = id, .slot = slot};
  place.path = joined(tree.root_of(slot), below(file->path, path));
  place.shown.clear();
  return place;
}

// Where the root may not be asked for: what is told to be mounted on "/".
Place topmost(const MountTree& tree, TreeId id, const Rows& rows) {
  for (const MountRow& row : rows) {
    const Slot slot = row.parent < 0 && row.mountpoint == "/" ? tree.with_kernel_id(row.id) : kNoSlot;
    if (slot != kNoSlot)
      return {.mount = {.tree = id, .slot = slot},
              .path = tree.root_of(slot),
              .evidence = Evidence::kInferred,
              .shown = {}};
  }
  return {};
}

// cttrace is in the same namespace, and sees all of it.
bool sees_all(uint32_t mount_ns, const ProcAnswers& self) {
  return mount_ns && parse_namespace_link(answer(self, "ns/mnt")) == mount_ns && answer(self, "root") == "/" &&
         !answer(self, "mountinfo").empty();
}

}  // namespace

TreeId mounts_from_proc(State& state, TaskState& task, uint32_t mount_ns, const ProcReading& reading,
                        const ProcSurroundings& around) {
  const bool all = sees_all(mount_ns, around.self);
  const std::string text = answer(all ? around.self : reading.process, "mountinfo");
  const std::optional<Rows> rows = parse_mountinfo(text);
  if (!rows || rows->empty()) return 0;
  Changes changes;
  const KernelRules rules = rules_of({});
  Context context{.state = state, .changes = changes, .rules = rules};
  mounts_of_found_task(context, task, nullptr);
  const MaybeFile root = file_of(reading.process, "root", *rows, mount_ns);
  // Its own table begins at its root: that is where its mounts are in the namespace.
  if (!all) state.mount_objects.edit().fs[task.fs].root = root;
  const Mounts mounts{.mount_ns = mount_ns, .time_ns = reading.ended_ns, .mountinfo = text};
  const TreeId id = begin_mounts(context, mounts, task.namespaces[CT_NS_USER].value);
  const MountTree& tree = state.trees.at(id);
  const MaybeFile cwd = file_of(reading.process, "cwd", *rows, mount_ns);
  set_root(state, task.fs, root ? placed(tree, id, root) : topmost(tree, id, *rows));
  set_cwd(state, task.fs, placed(tree, id, cwd));
  return id;
}

}  // namespace cttrace
