#include "state_text.h"

#include <sstream>

namespace cttrace {
namespace {

std::ostream& operator<<(std::ostream& out, TaskId id) { return out << id.tid << '@' << id.start_ns; }
std::ostream& operator<<(std::ostream& out, const std::optional<TaskId>& id) { return id ? out << *id : out << "none"; }
std::ostream& operator<<(std::ostream& out, const IdExtent& extent) {
  return out << extent.first << ':' << extent.lower_first << ':' << extent.count;
}
std::ostream& operator<<(std::ostream& out, const Identity::Capabilities& sets) {
  return out << sets.inheritable << ' ' << sets.permitted << ' ' << sets.effective << ' ' << sets.bounding << ' '
             << sets.ambient;
}
template <typename List>
std::ostream& list(std::ostream& out, const List& items) {
  for (const auto& item : items) out << item << ',';
  return out;
}
std::ostream& operator<<(std::ostream& out, const std::array<uint32_t, 4>& items) { return list(out, items); }
std::ostream& operator<<(std::ostream& out, const std::vector<uint32_t>& items) { return list(out, items); }
std::ostream& operator<<(std::ostream& out, const std::vector<IdExtent>& items) { return list(out, items); }
template <typename T>
std::ostream& operator<<(std::ostream& out, const Fact<T>& fact) {
  return out << ' ' << fact.value << '/' << static_cast<int>(fact.evidence);
}
std::ostream& operator<<(std::ostream& out, const Place& place) {
  return out << ' ' << place.mount.tree << ':' << place.mount.slot << place.path << '/'
             << static_cast<int>(place.evidence) << place.shown << place.detached;
}

void write(std::ostream& out, const Identity& identity) {
  out << identity.uids << identity.gids << identity.groups << identity.capabilities << identity.securebits
      << identity.no_new_privs << identity.seccomp_mode << identity.seccomp_filters << identity.oom_score_adj
      << identity.session_keyring << identity.personality << identity.dumpable << identity.parent_death_signal << ' '
      << identity.label;
  for (const auto& [resource, limit] : identity.limits)
    out << ' ' << resource << '=' << limit.soft << ',' << limit.hard;
}

void write(std::ostream& out, const TaskState& task) {
  out << "task " << task.id << " tgid " << task.tgid << " creator " << task.creator << " leader " << task.leader
      << " pids ";
  list(out, task.pids) << " namespaces";
  for (const Fact<NamespaceId>& fact : task.namespaces) out << fact;
  out << " fs " << task.fs << " files " << task.files;
  for (const Program& program : task.programs) {
    out << " program " << program.path << ' ' << program.time_ns << ' ' << program.event << ' ';
    list(out, program.argv) << (program.exe ? program.exe->path : "");
  }
  write(out, task.identity);
  for (const auto& [hierarchy, path] : task.cgroups) out << " cgroup " << hierarchy << path;
  out << ' ' << task.created_ns << ' ' << task.ended_ns << ' ' << task.exit_code.value_or(-1) << '\n';
}

void write(std::ostream& out, NamespaceId id, const Namespace& ns) {
  out << "namespace " << id << ' ' << ns.type << ' ' << ns.inode << ' ' << static_cast<int>(ns.origin) << ' '
      << ns.creator << ' ' << ns.made_by << ' ' << ns.made_ns << ' ' << ns.owner << ' ' << ns.parent << " tasks ";
  list(out, ns.tasks) << ' ' << ns.last_left_ns << ns.uid_map << ns.gid_map << ns.setgroups_allowed << ns.hostname
                      << ns.domainname << ' ' << ns.mounts;
  for (const auto& [name, value] : ns.sysctls) out << ' ' << name << '=' << value;
  out << '\n';
}

void write(std::ostream& out, TreeId id, const MountTree& tree) {
  out << "tree " << id << '\n';
  for (const Slot slot : tree.in_tree_order()) {
    const Mount mount = tree.at(slot);
    out << "  " << slot << ' ' << mount.parent << ' ' << tree.path_of(slot) << ' ' << mount.root << ' '
        << mount.mountpoint << ' ' << mount.filesystem << ' ' << mount.source << ' ' << mount.attributes << ' '
        << mount.peer_group << ' ' << mount.master << ' ' << mount.unbindable << mount.locked << mount.idmapped << ' '
        << mount.kernel_id << ' ' << mount.made_by << ' ' << static_cast<int>(mount.evidence) << ' ';
    list(out, mount.history) << '\n';
  }
}

void write(std::ostream& out, const Device& device) {
  out << "device " << device.filesystem << ' ' << device.node << ' ' << device.path << ' ' << device.type << ' '
      << device.major << ':' << device.minor << device.permissions << device.uid << device.gid << ' ' << device.made_by
      << '\n';
}

}  // namespace

std::string text_of(const State& state) {
  std::ostringstream out;
  out << "event " << state.event << ' ' << state.time_ns << ' ' << state.doubtful_since.value_or(0) << ' '
      << state.doubt << '\n';
  for (const auto& [id, task] : state.tasks) write(out, *task);
  for (const auto& [tid, id] : state.running) out << "running " << tid << ' ' << id << '\n';
  for (const auto& [id, fs] : state.fs_structs) out << "fs " << id << fs->root << fs->cwd << '\n';
  for (const auto& [id, ns] : state.namespaces) write(out, id, *ns);
  for (const auto& [id, tree] : state.trees) write(out, id, tree);
  for (const auto& [id, filesystem] : state.filesystems)
    out << "filesystem " << id << ' ' << filesystem->type << ' ' << filesystem->dev_major << ':'
        << filesystem->dev_minor << filesystem->read_only << filesystem->options << ' ' << filesystem->made_by << '\n';
  for (const auto& [id, devices] : state.devices)
    for (const auto& [node, device] : *devices) write(out, device);
  for (const auto& [name, value] : state.sysctls) out << "sysctl " << name << '=' << value << '\n';
  for (const auto& [path, control] : *state.controls)
    out << "control " << path << '=' << control.value << ' ' << control.writer << ' ' << control.event << '\n';
  return out.str();
}

}  // namespace cttrace
