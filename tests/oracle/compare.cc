#include "compare.h"

namespace cttrace::oracle {
namespace {

std::string propagation(uint64_t shared, uint64_t master, bool unbindable, const std::string& prefix) {
  std::string text;
  if (shared != 0) text += " shared:" + prefix + std::to_string(shared);
  if (master != 0) text += " master:" + prefix + std::to_string(master);
  return unbindable ? text + " unbindable" : text;
}

std::map<std::string, int> by_place(const Table& table, int parent, std::vector<int>& doubled) {
  std::map<std::string, int> found;
  for (size_t i = 0; i < table.size(); ++i) {
    const int index = static_cast<int>(i);
    if (table[i].parent == parent && !found.emplace(table[i].at, index).second) doubled.push_back(index);
  }
  return found;
}

}  // namespace

bool Comparison::Renaming::same(uint64_t kernel, uint64_t model) {
  if (kernel == 0 || model == 0) return kernel == model;
  const auto [there, is_new] = to_model.emplace(kernel, model);
  const auto [back, is_new_too] = to_kernel.emplace(model, kernel);
  return there->second == model && back->second == kernel;
}

void Comparison::differ(std::string what, std::string kernel, std::string model) {
  found_.push_back({where_, std::move(what), std::move(kernel), std::move(model)});
}

// As mountinfo has it; the model's groups by the kernel's numbers where these are known, else with "our".
std::string Comparison::text(const Row& row, bool model) const {
  std::string line = row.path + " root=" + row.root + " " + row.options;
  if (!model)
    return line + propagation(row.shared, row.master, row.unbindable, "") + " - " + row.type + " " + row.source;
  for (const auto& [group, name] : {std::pair(row.shared, " shared:"), std::pair(row.master, " master:")}) {
    const auto known = groups_.to_kernel.find(group);
    if (group == 0) continue;
    line += name + (known == groups_.to_kernel.end() ? "our" + std::to_string(group) : std::to_string(known->second));
  }
  return line + (row.unbindable ? " unbindable" : "") + " - " + row.type + " " + row.source;
}

void Comparison::rows(const Row& kernel, const Row& model) {
  if (tree_ != 0) matched_.emplace(MountId{tree_, model.slot}, &kernel);
  const auto field = [&](const char* what, bool same) {
    if (!same) differ(what, text(kernel, false), text(model, true));
  };
  field("root", kernel.root == model.root);
  field("type", kernel.type == model.type);
  field("source", kernel.source == model.source);
  field("attributes", kernel.options == model.options);
  const bool groups = groups_.same(kernel.shared, model.shared);
  const bool masters = groups_.same(kernel.master, model.master);
  field("propagation", groups && masters && kernel.unbindable == model.unbindable);
  if (!filesystems_.same(kernel.filesystem, model.filesystem)) {
    differ("filesystem: which one", kernel.path + " " + std::to_string(kernel.filesystem),
           model.path + " our " + std::to_string(model.filesystem));
  }
  if (model.read_only != kernel.read_only) {
    differ("filesystem: read-only", kernel.path + (*kernel.read_only ? " ro" : " rw"),
           model.path + (!model.read_only   ? " unknown"
                         : *model.read_only ? " ro"
                                            : " rw"));
  }
  if (model.kernel_id != 0 && model.kernel_id != kernel.kernel_id) {
    differ("id", kernel.path + " " + std::to_string(kernel.kernel_id),
           model.path + " " + std::to_string(model.kernel_id));
  }
}

void Comparison::children(const Table& kernel, int kernel_parent, const Table& model, int model_parent) {
  std::vector<int> kernel_doubled, model_doubled;
  const std::map<std::string, int> ours = by_place(model, model_parent, model_doubled);
  const std::map<std::string, int> theirs = by_place(kernel, kernel_parent, kernel_doubled);
  for (const int index : kernel_doubled)
    differ("twice in one place (kernel)", text(kernel[static_cast<size_t>(index)], false), "");
  for (const int index : model_doubled)
    differ("twice in one place (model)", "", text(model[static_cast<size_t>(index)], true));
  for (const auto& [at, index] : theirs) {
    const Row& row = kernel[static_cast<size_t>(index)];
    const auto our = ours.find(at);
    if (our == ours.end()) {
      differ("not in the model", text(row, false), "");
      continue;
    }
    rows(row, model[static_cast<size_t>(our->second)]);
    children(kernel, index, model, our->second);
  }
  for (const auto& [at, index] : ours) {
    if (!theirs.contains(at)) differ("only in the model", "", text(model[static_cast<size_t>(index)], true));
  }
}

void Comparison::place(const char* what, const TaskState& task, const Place& place, uint32_t kernel_id,
                       const std::string& kernel_path) {
  const std::string kernel = kernel_path + " in mount " + std::to_string(kernel_id);
  const auto row = matched_.find(place.mount);
  if (row == matched_.end()) {
    // A mount that no table shows: it has left, or something on the root of its namespace hides it.
    const MountTree* const own = state_.mounts_of(task);
    const bool hidden = own && !place.detached && own->find(place.mount.slot);
    if (kernel_ids_.contains(kernel_id))
      differ(what, kernel, "in no mount that is seen");
    else if (!place.detached && !hidden)
      differ(what, kernel + ", detached", "not detached: " + place.shown);
    return;
  }
  const std::string rest =
      place.path == row->second->root ? "" : place.path.substr(row->second->root == "/" ? 0 : row->second->root.size());
  const std::string model = (row->second->path == "/" && !rest.empty() ? "" : row->second->path) + rest;
  if (row->second->kernel_id != kernel_id || model != kernel_path) {
    differ(what, kernel, model + " in mount " + std::to_string(row->second->kernel_id));
  }
}

// Below a root of its own it may see what something hides from who enters the namespace.
void Comparison::own_view(const ActorResult& actor, const MountTree& tree, const Place& root) {
  const Table& kernel = own_tables_.emplace_back(table_of(actor.mountinfo));
  if (!tree.find(root.mount.slot)) return differ("own view", "has mounts", "its root is in no tree");
  tree_ = actor.root == "/" ? root.mount.tree : 0;
  children(kernel, -1, table_of(state_, tree, root.mount.slot, root.path), -1);
}

void Comparison::actor(int number, const ActorResult& actor) {
  where_ = "actor " + std::to_string(number);
  const TaskState* const task = state_.task_with(actor.tid);
  if (!task) return differ("task", std::to_string(actor.tid), "not in the model");
  const Namespace* const ns = state_.ns_of(*task, CT_NS_MNT);
  if (!ns) return differ("mount namespace", std::to_string(actor.mount_ns), "not known");
  if (ns->inode != 0 && ns->inode != actor.mount_ns) {
    return differ("mount namespace", std::to_string(actor.mount_ns), std::to_string(ns->inode));
  }
  const MountTree* const tree = state_.tree(ns->mounts);
  if (!tree) return differ("mount table", "", "not known");
  if (done_.insert(actor.mount_ns).second) {
    where_ = "namespace of actor " + std::to_string(number);
    tree_ = ns->mounts;
    children(kernel_tables_.at(actor.mount_ns), -1, table_of(state_, *tree), -1);
    where_ = "actor " + std::to_string(number);
  }
  const FsStruct* const fs = state_.fs_of(*task);
  if (!fs) return differ("root and cwd", actor.root + " " + actor.cwd, "not known");
  if (!actor.mountinfo.empty()) own_view(actor, *tree, fs->root);
  place("root", *task, fs->root, actor.root_id, actor.root);
  place("cwd", *task, fs->cwd, actor.cwd_id, actor.cwd);
}

std::vector<Difference> Comparison::run() {
  for (const auto& [inode, ns] : result_.namespaces) {
    const Table& table = kernel_tables_[inode] = table_of(ns.mountinfo);
    for (const Row& row : table) kernel_ids_.insert(row.kernel_id);
  }
  for (const auto& [number, it] : result_.actors) actor(number, it);
  return std::move(found_);
}

}  // namespace cttrace::oracle
